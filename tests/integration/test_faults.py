# SPDX-License-Identifier: GPL-3.0-or-later
"""What may fail around the daemon does: connections at any byte, locks, disks, clocks, descriptors, whoever reads its log.

What holds in every one of them: an answer is true, a retry with the same key ends with exactly one booking, questions are
answered meanwhile, and nobody has to restart anything once the fault is over.
"""
import contextlib
import datetime
import fcntl
import os
import pathlib
import re
import resource
import signal
import socket
import ssl
import subprocess
import threading
import time

import pytest

import cutting
import regles
import running
import wire

pytestmark = pytest.mark.long

STEP = int(os.environ.get('MUTUALD_CUT_STEP', '149'))  # 1: a cut at every single byte
AWAY = (wire.Broken, ConnectionError, ssl.SSLError, OSError, TimeoutError)


@pytest.fixture(scope='module')
def server():
    with running.short_folder() as made:
        one = running.Postgres(made).start()
        one.psql('create role pole_owner login createrole')
        yield one
        one.stop('immediate')


@pytest.fixture
def own(server):
    """The same server for each, with a database of its own."""
    server.psql('drop database if exists pole with (force)')
    server.psql('create database pole owner pole_owner')
    return server


@pytest.fixture
def slots():
    """slots(): a time that nothing else of this test asks for."""
    first, given = datetime.datetime(datetime.date.today().year + 2, 1, 1), iter(range(100000))
    return lambda: {'what': 'one', 'from_': (first + datetime.timedelta(hours=next(given))).isoformat(timespec='minutes'), 'for_': '1h'}


def until_booked(c, ask):
    def booked():
        reply = c.call('BOOK', **ask)
        assert reply.ok or reply.final.words[1] == 'ERR', reply
        return reply if reply.ok else None
    return running.until('the retry is granted', booked, 60)


def n_bookings(own):
    return int(own.psql('select count(*) from booking', 'pole')[0][0])


def commits(own):
    """The processes that serve the daemon's commits: a pole whose own connection is away goes over another one."""
    return [int(pid) for (pid,) in own.psql("select pid from pg_stat_activity where application_name like 'commits-%' and datname = 'pole'")]


def is_waiting(own):
    """The process that stands before a lock in a commit."""
    found = own.psql("select pid from pg_stat_activity where application_name like 'commits-%' and wait_event_type = 'Lock'")
    return int(found[0][0]) if found else None


def holding(own):
    """A session that has the pole's row locked until it ends."""
    made = cutting.Session(own.conninfo('pole'), own.user or 'postgres')
    assert made.run('begin; select name from pole for update') == ['essai']
    return made


def check_bookings(own, c, codes):
    """What the daemon lists, what the database has, and what was answered are the same."""
    assert len(set(codes)) == len(codes) == n_bookings(own)
    listed = c.expect('LIST', all='yes', from_='2020-01-01', to='2198-01-01', count=1000).of('booking')
    assert sorted(b['booking'] for b in listed) == sorted(codes)
    assert own.psql(running.OVERLAPS, 'pole') == []


# Connections


def test_the_database_is_cut_off_at_any_byte(start, own, slots):
    """From the first byte of connecting to the last of a commit's answer, in both directions: each booking is there once."""
    with cutting.Cutter(own.folder / '.s.PGSQL.5432', lambda first: b'application_name\0commits-1\0' in first) as relay:
        one = start(database=f"host=127.0.0.1 port={relay.port} dbname=pole user=pole_owner sslmode=disable gssencmode=disable")
        token, _ = one.person('Alice Test', 'm01')
        with one.connect(token) as c:
            def book_over_a_new_connection(direction, n):
                relay.arm(direction, n)
                relay.end_all()
                return until_booked(c, {**slots(), 'key': f"{direction}-{n}"})['booking']
            codes = [book_over_a_new_connection(None, 0)]
            whole = dict(relay.passed)
            assert whole[cutting.UP] > 1000 and whole[cutting.DOWN] > 100, whole
            for direction in (cutting.UP, cutting.DOWN):
                for n in sorted({*range(0, whole[direction], STEP), *range(whole[direction] - 8, whole[direction])}):
                    codes.append(book_over_a_new_connection(direction, n))
                    assert relay.was_cut, (direction, n)
            check_bookings(own, c, codes)


def test_a_client_is_cut_off_at_any_byte(start, own, slots):
    """From the first byte of TLS to the last of the answer: the same key over another connection gets the true answer."""
    one = start(database=own.conninfo('pole', 'pole_owner'))
    token, _ = one.person('Alice Test', 'm01')
    codes = []

    def book(relay, ask):
        try:
            with wire.Connection(relay.port, one.ca, token) as c:
                return c.expect('BOOK', **ask)['booking']
        except AWAY:
            return None
    with cutting.Cutter(one.port) as relay, one.connect(token) as direct:
        relay.arm(None, 0)
        codes.append(book(relay, {**slots(), 'key': 'whole'}))
        whole = dict(relay.passed)
        for direction in (cutting.UP, cutting.DOWN):
            for n in range(0, whole[direction], STEP):
                ask = {**slots(), 'key': f"{direction}-{n}"}
                relay.arm(direction, n)
                heard = book(relay, ask)
                again = until_booked(direct, ask)['booking']
                assert relay.was_cut and heard in (None, again), (direction, n, heard, again)
                codes.append(again)
        check_bookings(own, direct, codes)


def test_the_client_program_asks_again(start, own, folder, day):
    """`mutual` behind the same relay: it has an answer in the end, and has booked once."""
    one = start(database=own.conninfo('pole', 'pole_owner'))
    token, _ = one.person('Alice Test', 'm01')
    with cutting.Cutter(one.port) as relay:
        mutual = running.Mutual(one, folder)
        mutual.login('here', token, f"localhost:{relay.port}")
        n_booked, whole = 0, {}

        def book(direction, n):
            nonlocal n_booked
            relay.arm(direction, n)
            mutual.ok('book', 'clock', day, f"{n_booked:02}:00", '30m', profile='here')
            n_booked += 1
            assert n_bookings(own) == n_booked
            if not relay.was_cut:
                whole.update(relay.passed)
            return relay.was_cut

        book(None, 0)
        for direction in (cutting.UP, cutting.DOWN):
            for part in (1, 3, 4):
                assert book(direction, whole[direction] * part // 5), (direction, part)
        # Just before the end. How long that is differs by the records in which answers happen to go out.
        assert any(book(cutting.DOWN, whole[cutting.DOWN] - 40) for _ in range(8))
        with one.connect(token) as c:
            check_bookings(own, c, [b['booking'] for b in c.expect('LIST', what='clock').of('booking')])


@pytest.mark.parametrize(('silent', 'later_ones'), [(1, 'OK'), (4, 'ERR unavailable')])
def test_a_commit_that_keeps_silent(start, own, slots, silent, later_ones):
    """Who asked for it is told after a while that the outcome is unknown. Who comes later is not put on top of it: where another connection for commits
    is up, what became of it is found out there; else that nothing was done is known."""
    one = start(database=own.conninfo('pole', 'pole_owner'))
    token, _ = one.person('Alice Test', 'm01')
    asks = [{**slots(), 'key': f"silent-{n}"} for n in range(17)]
    with contextlib.ExitStack() as opened:
        first, *later = [opened.enter_context(one.connect(token)) for _ in asks]
        with contextlib.ExitStack() as frozen:
            for pid in running.until('the connections for commits', lambda: sorted(commits(own)) if len(commits(own)) == 4 else None)[:silent]:
                frozen.enter_context(running.frozen(pid))
            assert first.call('BOOK', **asks[0]).outcome == 'ERR unknown-outcome'
            tags = [c.send('BOOK', **ask) for c, ask in zip(later, asks[1:])]
            assert {c.receive(tag).outcome for c, tag in zip(later, tags)} == {later_ones}
        codes = [until_booked(first, ask)['booking'] for ask in asks]
        check_bookings(own, first, codes)


def test_the_server_process_of_a_commit_is_ended(start, own, slots):
    """Before the commit, while it waits for a lock, and after the lock is given."""
    one = start(database=own.conninfo('pole', 'pole_owner'))
    token, _ = one.person('Alice Test', 'm01')

    def end_it():
        for pid in running.until('a connection for commits', lambda: commits(own)):
            own.psql(f"select pg_terminate_backend({pid})")
    with one.connect(token) as c, one.connect(token) as reader:
        end_it()
        codes = [until_booked(c, {**slots(), 'key': 'before'})['booking']]
        with holding(own) as session:
            tag = c.send('BOOK', **slots(), key='while')
            first = running.until('the commit waits', lambda: is_waiting(own))
            end_it()
            running.until('it is sent again', lambda: is_waiting(own) not in (None, first))
            assert reader.expect('LIST').of('booking')[0]['booking'] == codes[0]
            session.run('commit')
        codes.append(c.receive(tag)['booking'])
        for n in range(5):
            ask = {**slots(), 'key': f"after-{n}"}
            tag = c.send('BOOK', **ask)
            end_it()
            reply = c.receive(tag)
            codes.append((reply if reply.ok else until_booked(c, ask))['booking'])
        check_bookings(own, c, codes)


# Locks and time limits


def test_who_was_told_that_it_is_unknown_is_answered_the_next_time(start, own, slots):
    """As long as nothing can be known of a member's changes: what it asks for meanwhile is answered, and not counted behind them."""
    one = start(database=own.conninfo('pole', 'pole_owner'), arguments=['--max-requests-per-member', '1'])
    token, _ = one.person('Alice Test', 'm01')
    first, second = {**slots(), 'key': 'first'}, {**slots(), 'key': 'second'}
    with one.connect(token, timeout_s=45) as c, one.connect(token, timeout_s=45) as other:
        with holding(own):
            tag = c.send('BOOK', **first)
            own.psql(f"select pg_terminate_backend({running.until('it waits', lambda: is_waiting(own))})")
            assert c.receive(tag).outcome == 'ERR unknown-outcome'
            assert other.call('BOOK', **second).outcome == 'ERR unavailable'
            assert other.expect('LIST')['count'] == '0'
        codes = [until_booked(c, first)['booking'], until_booked(other, second)['booking']]
        check_bookings(own, c, codes)


def test_a_statement_that_is_given_up(start, own, slots):
    """Whoever holds the pole's row makes commits time out (57014): all of a group are told, together; nothing happened."""
    one = start(database=own.conninfo('pole', 'pole_owner'))
    token, _ = one.person('Alice Test', 'm01')
    asks = [{**slots(), 'key': f"k{n}"} for n in range(30)]
    with one.connect(token) as c, one.connect(token) as reader:
        with holding(own) as session:
            tags = [c.send('BOOK', **ask) for ask in asks]
            answers, given_up = [], 0
            collecting = threading.Thread(target=lambda: answers.extend(c.receive(t) for t in tags))
            collecting.start()
            while len(answers) < len(tags):
                pid = running.until('a commit waits, or all are answered', lambda: is_waiting(own) or len(answers) == len(tags))
                assert reader.expect('LIST')['count'] == '0'
                if pid is not True:
                    own.psql(f"select pg_cancel_backend({pid})")
                    running.until('it is given up', lambda p=pid: is_waiting(own) != p or one.log().count('57014') > given_up)
                given_up = one.log().count('57014')
            collecting.join()
            assert {a.outcome for a in answers} == {'ERR unavailable'} and all(int(a['retry']) > 0 for a in answers)
            assert given_up <= 3, f"{given_up} commits were given up for {len(tags)} requests: one by one"
            session.run('rollback')
        assert n_bookings(own) == 0
        check_bookings(own, c, [until_booked(c, ask)['booking'] for ask in asks])


def test_an_operator_who_leaves_a_transaction_open(start, own, slots):
    """The daemon gives a lock up by itself, and goes on when the server has ended the idle transaction."""
    one = start(database=own.conninfo('pole', 'pole_owner'))
    token, _ = one.person('Alice Test', 'm01')
    ask = {**slots(), 'key': 'once'}
    with one.connect(token) as c:
        with holding(own) as session:
            session.run("set idle_in_transaction_session_timeout = '7s'")
            reply = c.call('BOOK', **ask)
            assert reply.outcome == 'ERR unavailable' and '55P03' in one.log(), reply
            check_bookings(own, c, [until_booked(c, ask)['booking']])


# Disks


def test_a_database_that_only_reads(start, own, slots):
    one = start(database=own.conninfo('pole', 'pole_owner'))
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c:
        codes = [c.expect('BOOK', **slots())['booking']]
        own.psql('alter database pole set default_transaction_read_only = on')
        before = commits(own)
        own.psql("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'pole'")
        running.until('a session that only reads', lambda: commits(own) and not set(before) & set(commits(own)) and c.expect('STATUS')['database'] == 'up')
        ask = {**slots(), 'key': 'once'}
        running.until('writes are refused for it', lambda: c.call('BOOK', **ask).outcome == 'ERR unavailable' and '25006' in one.log())
        assert c.expect('LIST').of('booking')[0]['booking'] == codes[0]
        own.psql('alter database pole set default_transaction_read_only = off')
        codes.append(until_booked(c, ask)['booking'])
        check_bookings(own, c, codes)


@pytest.fixture
def small_disk(folder):
    """(PostgreSQL, fill, empty): on a disk that can be filled."""
    disk = folder / 'own'
    disk.mkdir()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=120m', 'tmpfs', str(disk)], capture_output=True, check=False).returncode:
        pytest.skip('may not mount a small disk here')
    server = None
    try:
        server = running.Postgres(folder, initdb=['--wal-segsize=1'])
        with open(server.folder / 'data' / 'postgresql.auto.conf', 'a', encoding='utf-8') as more:
            more.write("min_wal_size = '2MB'\nmax_wal_size = '4MB'\n")
        server.start()
        server.psql('create role pole_owner login createrole')
        server.psql('create database pole owner pole_owner')
        yield server
    finally:
        if server:
            (server.folder / 'filler').unlink(missing_ok=True)
            server.stop('immediate')
        subprocess.run(['umount', '-l', str(disk)], check=True)


def fill(server):
    with open(server.folder / 'filler', 'wb', buffering=0) as filler:
        try:
            while filler.write(b'\0' * 4096):
                pass
        except OSError:
            pass


def is_running(server):
    pid = (server.folder / 'data' / 'postmaster.pid')
    return pid.exists() and running.is_alive(int(pid.read_text().split('\n', 1)[0]))


@pytest.mark.parametrize('full', ['tables', 'log'])
def test_a_full_disk(start, small_disk, slots, full):
    """No room for a table: an error. None for the write-ahead log: PostgreSQL crashes, and cannot come up before there is some."""
    one = start(database=small_disk.conninfo('pole', 'pole_owner'))
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c:
        codes = [c.expect('BOOK', **slots())['booking'] for _ in range(3)]
        fill(small_disk)

        def refused():
            reply = c.call('BOOK', **slots(), purpose='x' * 900)
            if reply.ok:
                codes.append(reply['booking'])
                if full == 'log':
                    with contextlib.suppress(AssertionError):
                        small_disk.psql('select pg_switch_wal()')
                return None
            assert reply.final.words[1] == 'ERR', reply
            return reply
        reply = running.until('there is no more room', refused, 90, 0)
        assert reply.outcome in ('ERR unavailable', 'ERR unknown-outcome') and int(reply['retry']) > 0, reply
        assert full == 'log' or '53100' in one.log()
        assert len(c.expect('LIST', from_='2020-01-01', to='2198-01-01', count=1000).of('booking')) == len(codes)
        (small_disk.folder / 'filler').unlink()
        if not is_running(small_disk):
            small_disk.start()
        codes.append(until_booked(c, {**slots(), 'key': 'room'})['booking'])
        check_bookings_at_least(small_disk, c, codes)
    verified = subprocess.run(one.command('--verify'), capture_output=True, text=True, timeout=60, check=False, env=one.environment())
    assert verified.returncode == 0, verified.stdout + verified.stderr


def check_bookings_at_least(own, c, codes):
    """As above, but for one whose outcome was unknown and turned out to be granted."""
    listed = {b['booking'] for b in c.expect('LIST', all='yes', from_='2020-01-01', to='2198-01-01', count=1000).of('booking')}
    assert listed >= set(codes) and len(listed) <= len(codes) + 1 and n_bookings(own) == len(listed)


def test_no_room_for_a_new_certificate(start, own):
    """The state directory takes nothing more: the old certificate serves on, and the next SIGHUP tries again."""
    one = start(database=own.conninfo('pole', 'pole_owner'))
    certificate = one.state / 'tls' / 'server.crt'
    certificate.unlink()
    soft, hard = resource.prlimit(one.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(one.pid, resource.RLIMIT_FSIZE, (1, hard))  # its log may not grow either
    one.process.send_signal(signal.SIGHUP)
    for _ in range(3):
        with one.admin() as c:
            c.expect('NOOP')
    resource.prlimit(one.pid, resource.RLIMIT_FSIZE, (soft, hard))

    def renewed():
        one.process.send_signal(signal.SIGHUP)
        with one.admin() as c:
            c.expect('NOOP')
        return certificate.exists()
    running.until('a new certificate', renewed)


def test_no_room_at_the_first_start(folder, own):
    """The token of the first administrator cannot be written: it says so and ends, and the next start is the first."""
    one = running.Daemon(folder, database=own.conninfo('pole', 'pole_owner'))
    out = subprocess.run(['prlimit', '--fsize=1:1', *one.command()], capture_output=True, text=True, timeout=60, check=False, env=one.environment())
    assert out.returncode == 1 and 'admin.token' in out.stderr, out
    one.start()
    try:
        with one.admin() as c:
            assert 'administrator' in c.whoami['roles']
    finally:
        one.stop()


# Clocks


def events_in_order(own):
    return own.psql('select bool_and(at >= before) from (select at, lag(at, 1, at) over (order by version, seq) as before from event) e', 'pole')


def test_the_clock_is_set(start, own):
    """A day forward, then back by more than that: time in the log never goes back, and what is due happens."""
    one = start(poles=regles.POLE, clock='+0', database=own.conninfo('pole', 'pole_owner'))
    people = regles.people(one)
    day = (datetime.date.today() + datetime.timedelta(days=60)).isoformat()

    def hold(c, hour):
        return c.expect('HOLD', what='tent', from_=f"{day}T{hour:02}:00", for_='10m')['booking']
    with one.connect(people.alice) as c:
        code = hold(c, 8)
        one.set_clock('+1d')
        regles.until_state(c, code, 'expired', 20)
        code = hold(c, 9)
        regles.until_state(c, code, 'expired', 20)
        last = own.psql('select max(at) from event', 'pole')
        one.set_clock('-1h')
        c.expect('NOOP')
        code = hold(c, 10)
        assert own.psql('select max(at) from event', 'pole') == last and events_in_order(own) == [['t']]
        assert regles.state_of(c, code) == 'held'
        one.set_clock('+2d')
        regles.until_state(c, hold(c, 11), 'expired', 20)
        assert regles.state_of(c, code) == 'expired' and events_in_order(own) == [['t']]


# Descriptors


def cpu_ticks(one):
    fields = pathlib.Path(f"/proc/{one.pid}/stat").read_text().rsplit(')', 1)[1].split()
    return int(fields[11]) + int(fields[12])


def test_out_of_descriptors(start, own, day):
    """Accepting pauses and does not spin; who is there is served; there is room again once somebody goes."""
    one = start(database=own.conninfo('pole', 'pole_owner'))
    token, _ = one.person('Alice Test', 'm01')
    soft, hard = resource.prlimit(one.pid, resource.RLIMIT_NOFILE)
    with one.connect(token) as c:
        resource.prlimit(one.pid, resource.RLIMIT_NOFILE, (one.descriptors(), hard))
        waiting = [socket.create_connection(('127.0.0.1', one.port), 10) for _ in range(60)]
        before, begun = cpu_ticks(one), time.monotonic()
        assert c.expect('BOOK', what='bench', from_=f"{day}T08:00", for_='1h').ok
        running.until('it was seen', lambda: 'cannot accept connections' in one.log())
        running.until('a second has passed', lambda: time.monotonic() - begun > 1)
        share = (cpu_ticks(one) - before) / os.sysconf('SC_CLK_TCK') / (time.monotonic() - begun)
        assert share < 0.2, f"it used {share:.0%} of a processor while it could not accept"
        assert one.log().count('cannot accept connections') < 5
        assert c.expect('LIST').of('booking')
        resource.prlimit(one.pid, resource.RLIMIT_NOFILE, (soft, hard))
        for s in waiting:
            s.close()
        with one.connect(token) as other:
            other.expect('NOOP')


def test_clients_cannot_take_the_databases_descriptors(own, folder, slots):
    """The last descriptors are kept for what the daemon itself opens: its database comes back while clients hold all others."""
    one = running.Daemon(folder, database=own.conninfo('pole', 'pole_owner'), arguments=['--auth-timeout', '3600'])
    unlimited = one.command
    one.command = lambda *more: ['prlimit', '--nofile=120:120', *unlimited(*more)]
    one.start()
    held = []
    try:
        token, _ = one.person('Alice Test', 'm01')
        with one.connect(token) as c:
            own.stop('immediate')
            running.until('writes are refused', lambda: c.call('BOOK', **slots()).outcome == 'ERR unavailable')
            while 'cannot accept connections' not in one.log():
                held += [socket.create_connection(('127.0.0.1', one.port), 10) for _ in range(20)]
                assert len(held) < 400
            assert one.descriptors() > 80
            own.start()
            until_booked(c, {**slots(), 'key': 'once'})
    finally:
        for s in held:
            s.close()
        one.stop()


# Whoever reads the log


class Piped(running.Daemon):
    """Its log goes into a pipe with room for a page, which the test reads as far as it likes."""

    def start(self):
        self.reading, writing = os.pipe()  # the whole of what a start says has room
        self.process = subprocess.Popen(self.command(), stderr=writing, stdout=writing, stdin=subprocess.DEVNULL, env=self.environment(),
                                        start_new_session=True)
        os.close(writing)
        said = b''
        while not (found := re.search(rb'ready on 127\.0\.0\.1:(\d+)', said)):
            said += os.read(self.reading, 4096)
        self.port = int(found[1])
        running.until('the pipe is drained, and small', self.shrinks)
        return self

    def shrinks(self):
        try:
            return fcntl.fcntl(self.reading, fcntl.F_SETPIPE_SZ, 4096)
        except OSError:  # it still holds more than that
            os.read(self.reading, 65536)
            return False


@pytest.mark.parametrize('reader', ['gone', 'stuck'])
def test_nobody_reads_the_log(folder, own, reader):
    one = Piped(folder, database=own.conninfo('pole', 'pole_owner'), arguments=['--verbose']).start()
    try:
        if reader == 'gone':
            os.close(one.reading)
        with one.admin() as c:
            for _ in range(300):  # a line each
                c.expect('WHOAMI')
    finally:
        if reader == 'stuck':
            os.close(one.reading)
        one.stop()
