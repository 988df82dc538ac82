# SPDX-License-Identifier: GPL-3.0-or-later
"""A primary that dies and a standby that takes its place, under daemons that book: real servers, streaming replication, `pg_ctl promote`."""
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

import running
import several

pytestmark = pytest.mark.long


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as taken:
        return taken.getsockname()[1]


class Node:
    """A PostgreSQL server with a TCP port of 127.0.0.1."""

    def __init__(self, folder, name):
        self.user = 'postgres' if os.geteuid() == 0 else None
        self.folder, self.name, self.port = pathlib.Path(folder) / name, name, free_port()
        self.folder.mkdir()
        if self.user:
            shutil.chown(self.folder, self.user)
        self.data = self.folder / 'data'

    def run(self, program, *arguments):
        command = [str(running.postgres_bin() / program), *arguments]
        out = subprocess.run(running.as_user(self.user, command) if self.user else command, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, cwd='/', timeout=120, check=False)
        assert out.returncode == 0, f"{program}: {out.stdout}\n{self.log()}"

    def log(self):
        path = self.folder / 'log'
        return path.read_text()[-2000:] if path.exists() else ''

    def start(self, *settings):
        settings = ['listen_addresses=127.0.0.1', f"port={self.port}", 'unix_socket_directories=', 'fsync=off',
                    'wal_keep_size=256MB', 'max_connections=50', *settings]
        self.run('pg_ctl', '-D', str(self.data), '-w', '-l', str(self.folder / 'log'), '-o', ' '.join(f"-c {s}" for s in settings), 'start')
        return self

    def psql(self, sql, database='postgres'):
        return running.psql(f"host=127.0.0.1 port={self.port} dbname={database} user=postgres", sql, self.user or 'postgres')

    def set(self, name, value):
        self.psql(f"alter system set {name} = '{value}'")
        self.psql('select pg_reload_conf()')

    def pids(self):
        """The postmaster, and all that it started."""
        try:
            postmaster = int((self.data / 'postmaster.pid').read_text().split('\n', 1)[0])
        except FileNotFoundError:
            return []
        children = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children")
        try:
            return [postmaster, *map(int, children.read_text().split())]
        except FileNotFoundError:
            return []

    def kill(self):
        """As when the machine is switched off: nobody says goodbye."""
        pids = self.pids()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        running.until('it is gone', lambda: not any(running.is_alive(pid) for pid in pids), 30)
        (self.data / 'postmaster.pid').unlink()  # where nobody asks what became of it, its number stays taken

    def promote(self):
        self.run('pg_ctl', '-D', str(self.data), '-w', 'promote')

    def stop(self):
        if any(running.is_alive(pid) for pid in self.pids()):
            self.run('pg_ctl', '-D', str(self.data), '-w', '-m', 'immediate', 'stop')


class Pair:
    def __init__(self, folder):
        self.first, self.second = Node(folder, 'first'), Node(folder, 'second')
        self.first.run('initdb', '-D', str(self.first.data), '-A', 'trust', '-E', 'UTF8', '--no-locale', '-U', 'postgres', '--no-sync')
        self.first.start()
        self.first.psql('create role pole_owner login createrole')
        self.first.psql('create database pole owner pole_owner')
        self.second.run('pg_basebackup', '-D', str(self.second.data), '-R', '-c', 'fast', '--no-sync', '-d',
                        f"host=127.0.0.1 port={self.first.port} user=postgres application_name=second")
        self.second.start()
        running.until('it streams', self.streams, 30)

    def streams(self):
        return self.first.psql("select state from pg_stat_replication where application_name = 'second'") == [['streaming']]

    def synchronous(self):
        self.first.set('synchronous_standby_names', 'second')
        running.until('it is synchronous', lambda: self.first.psql('select sync_state from pg_stat_replication') == [['sync']], 30)
        return self

    def conninfo(self):
        """As README has it."""
        return (f"host=127.0.0.1,127.0.0.1 port={self.first.port},{self.second.port} dbname=pole user=pole_owner "
                'target_session_attrs=read-write')

    def caught_up(self):
        return self.first.psql("select sent_lsn = replay_lsn and sent_lsn = pg_current_wal_lsn() from pg_stat_replication") == [['t']]

    def stop(self):
        self.first.stop()
        self.second.stop()


@pytest.fixture
def pair(folder):
    made = Pair(folder)
    yield made
    made.stop()


def begin(start, folder, pair, names):
    made = several.start_all(start, folder, names, database=pair.conninfo(), arguments=several.MANY)
    token, _ = made[0].person('Alice Test', 'm01')
    several.know(made, token)
    return made, token


def sound(one, node):
    """The database is whole, and no two share a place."""
    assert node.psql(running.OVERLAPS, 'pole') == []
    done = subprocess.run(one.command('--verify'), capture_output=True, text=True, timeout=120, check=False,
                          env={**running.SANITIZERS, **os.environ})
    assert done.returncode == 0 and 'everything is as it should be' in done.stdout, done.stdout + done.stderr


class Reading(threading.Thread):
    """Lists, all the time: each time there has to be an answer."""

    def __init__(self, one, token):
        super().__init__()
        self.one, self.token = one, token
        self.over, self.error = threading.Event(), None
        self.all, self.marked, self.slowest_s = 0, 0, 0

    def run(self):
        try:
            with self.one.connect(self.token) as c:
                while not self.over.is_set():
                    asked = time.monotonic()
                    self.marked += 'as-of' in c.expect('LIST', count=1)
                    self.slowest_s = max(self.slowest_s, time.monotonic() - asked)
                    self.all += 1
                    self.over.wait(0.02)
        except BaseException as e:  # pylint: disable=broad-except
            self.error = e

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
        if self.error:
            raise self.error


def book_until(over, granted):
    """One booking after the other, each with a key; what was granted is noted when it was said."""
    def work(caller):
        while not over.is_set():
            n = caller.serial
            reply = caller.ask('BOOK', what='bench', from_=f"{2040 + caller.seed}-{1 + n // 600:02}-{1 + n // 24 % 25:02}T{n % 24:02}:00",
                               for_='1h', key=caller.key())
            assert reply.ok, reply
            granted.append((time.monotonic(), reply['booking']))
    return work


def test_nothing_acknowledged_is_lost(start, folder, pair, capsys):
    """With a synchronous standby: the daemons go on by themselves, what was granted is there once, and reading never stops."""
    made, token = begin(start, folder, pair.synchronous(), ['a', 'b'])
    over, granted = threading.Event(), []
    callers = [several.Caller(made, token, n, patience_s=60) for n in range(6)]
    booking = threading.Thread(target=lambda: errors.extend(several.together_errors(callers, book_until(over, granted))))
    errors = []
    with Reading(made[0], token) as reading:
        booking.start()
        try:
            running.until('some are granted', lambda: errors or len(granted) >= 30, 60)
            pair.first.kill()
            killed = time.monotonic()
            running.until('it says that it is old', lambda: reading.error or reading.marked > 0, 30)
            pair.second.promote()
            promoted = time.monotonic()
            running.until('bookings are granted again', lambda: errors or sum(at > promoted for at, _ in granted) >= 30, 60)
        finally:
            over.set()
            booking.join()
    assert not errors, errors
    there = sorted(row[0] for row in pair.second.psql('select count(*) from booking', 'pole'))
    codes = [code for _, code in granted]
    assert len(set(codes)) == len(codes) and there == [str(len(codes))]
    shown = several.bookings(made[1], token, from_='2040-01-01', to='2060-01-01')
    assert sorted(row[0] for row in shown) == sorted(codes)
    sound(made[0], pair.second)
    again = min(at for at, _ in granted if at > promoted) - promoted
    with capsys.disabled():
        print(f"\n  {len(codes)} bookings; the first {again:.1f} s after the promotion, {again + promoted - killed:.1f} s after the loss; "
              f"{sum(c.again for c in callers)} asked again; {reading.all} reads, {reading.marked} of them marked, the slowest "
              f"{reading.slowest_s * 1000:.0f} ms ", end='')


def test_what_a_failover_lost_is_forgotten(start, folder, pair):
    """An asynchronous standby that lagged. Meanwhile another daemon has put as many versions in the place of those that are lost: memory that
    only counts them would take them for its own."""
    (a, b), token = begin(start, folder, pair, ['a', 'b'])
    with a.connect(token) as ca, b.connect(token) as cb:
        kept = ca.expect('BOOK', what='one', from_='2040-01-01T08:00', for_='1h')['booking']
        running.until('the standby has all', pair.caught_up, 30)
        pair.second.set('primary_conninfo', '')
        running.until('it receives no more', lambda: pair.second.psql('select count(*) from pg_stat_wal_receiver') == [['0']], 30)
        lost = [ca.expect('BOOK', what='one', from_=f"2040-01-01T{10 + n}:00", for_='1h', key=f"lost-{n}")['booking'] for n in range(2)]
        ahead = ca.expect('STATUS')['version']
        running.until('the other one has them', lambda: cb.expect('STATUS')['version'] == ahead)
        with running.frozen(a.pid):
            pair.first.kill()
            pair.second.promote()
            other = several.Caller([b], token, 7)
            codes = [other.ask('BOOK', what='one', from_=f"2040-01-01T{14 + n}:00", for_='1h', key=f"other-{n}")['booking'] for n in range(2)]
            assert cb.expect('STATUS')['version'] == ahead
            tags = [ca.send('BOOK', what='one', from_='2040-01-01T14:00', for_='1h', key='taken-by-others'),
                    ca.send('BOOK', what='one', from_='2040-01-01T10:00', for_='1h', key='lost-0')]
        replies = [ca.receive(tag) for tag in tags]
        for reply in replies:
            assert not reply.ok or reply['booking'] not in lost, reply
        one = several.Caller([a], token, 8)
        assert one.ask('BOOK', what='one', from_='2040-01-01T14:00', for_='1h', key='taken-by-others').outcome == 'NO conflict'
        codes.append(one.ask('BOOK', what='one', from_='2040-01-01T10:00', for_='1h', key='lost-0')['booking'])
        assert codes[-1] not in lost or codes[-1] not in codes[:-1]
        one.drop()
        other.drop()
        version = ca.expect('STATUS')['version']
        running.until('both have all', lambda: cb.expect('STATUS')['version'] == version, 30)
    assert several.bookings(a, token) == several.bookings(b, token)
    assert sorted(row[0] for row in several.bookings(a, token)) == sorted([kept, *codes])
    assert 'loaded anew' in a.log()
    sound(a, pair.second)


def test_what_was_lost_is_not_shown_either(start, folder, pair):
    """Nobody books after the failover: what memory has beyond the database goes by itself."""
    (a,), token = begin(start, folder, pair, ['a'])
    with a.connect(token) as c:
        running.until('the standby has all', pair.caught_up, 30)
        pair.second.set('primary_conninfo', '')
        running.until('it receives no more', lambda: pair.second.psql('select count(*) from pg_stat_wal_receiver') == [['0']], 30)
        c.expect('BOOK', what='one', from_='2040-01-01T08:00', for_='1h')
        pair.first.kill()
        assert len(c.expect('LIST', from_='2040-01-01').of('booking')) == 1  # as of then
        pair.second.promote()
        running.until('it is not shown', lambda: not c.expect('LIST', from_='2040-01-01').of('booking'), 30)
        running.until('it is as things are', lambda: 'as-of' not in c.expect('LIST'), 30)


def test_the_old_primary_comes_back(start, folder, pair):
    """Read-only, as whoever fences it leaves it: it is first in the list, and not written to, whatever becomes of the connections."""
    (a,), token = begin(start, folder, pair.synchronous(), ['a'])
    caller = several.Caller([a], token, 1, patience_s=60)

    def book(n):
        reply = caller.ask('BOOK', what='bench', from_=f"2040-01-01T{n:02}:00", for_='1h', key=f"k{n}")
        assert reply.ok, reply
    book(0)
    pair.first.kill()
    pair.second.promote()
    book(1)
    pair.first.start('default_transaction_read_only=on', 'synchronous_standby_names=')
    before = pair.first.psql('select count(*), max(version) from event', 'pole')
    for n in range(2, 6):
        pair.second.psql("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'pole' and pid <> pg_backend_pid()")
        book(n)
    caller.drop()
    assert pair.first.psql('select count(*), max(version) from event', 'pole') == before
    assert pair.second.psql('select count(*) from booking', 'pole') == [['6']]
    sound(a, pair.second)
