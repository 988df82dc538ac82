# SPDX-License-Identifier: GPL-3.0-or-later
"""What one address, one stranger, one member, one connection may ask for at once, and that everyone else is served meanwhile.

How well somebody else is served is told by counting what came before them, never by a clock.
"""
import contextlib
import datetime
import select
import socket
import ssl
import threading

import pytest

import cutting
import running
import test_metrics
import wire

pytestmark = pytest.mark.long

PER_ADDRESS, PER_MEMBER, CHANGES = 24, 8, 32
ARGUMENTS = ['--max-connections', '60', '--max-connections-per-address', str(PER_ADDRESS), '--max-connections-per-member', str(PER_MEMBER),
             '--max-requests-per-member', str(CHANGES), '--auth-timeout', '4', '--metrics', '127.0.0.1:0']
ASKED, MOST = 30, 300
FIRST = datetime.datetime(datetime.date.today().year + 2, 1, 1)


@pytest.fixture(scope='module')
def server():
    with running.short_folder() as made:
        one = running.Postgres(made).start()
        one.psql('create role pole_owner login createrole')
        one.psql('create database pole owner pole_owner')
        yield one
        one.stop('immediate')


@pytest.fixture(scope='module')
def limited(server):
    with running.short_folder() as made:
        one = running.Daemon(made, database=server.conninfo('pole', 'pole_owner'), arguments=ARGUMENTS).start()
        with one.admin() as admin:
            one.alice, _ = one.person('Alice Test', 'm01', admin=contextlib.nullcontext(admin))
            one.anne, _ = one.person('Anne Test', 'm01', admin=contextlib.nullcontext(admin))
            one.bruno, _ = one.person('Bruno Test', 'm02', admin=contextlib.nullcontext(admin))
            one.carla, _ = one.person('Carla Test', None, 'coordinator', admin=contextlib.nullcontext(admin))
        yield one
        one.stop()


@pytest.fixture(autouse=True)
def all_gone(limited):
    """Between two tests nobody is connected."""
    yield
    with limited.connect() as c:
        def alone():
            reply = c.call('AUTH', token=limited.bruno)
            return reply.ok and c.expect('STATUS')['connections'] == '1'
        running.until('all others are gone', alone)


def slot(n, what='one'):
    return {'what': what, 'from_': (FIRST + datetime.timedelta(hours=n)).isoformat(timespec='minutes'), 'for_': '1h'}


@contextlib.contextmanager
def closing(connections):
    try:
        yield connections
    finally:
        for c in connections:
            c.close()


def test_an_address_cannot_take_every_place(limited):
    """Hundreds of silent connections from one address: more than its share are not kept, not even to be told so."""
    with closing([]) as opened:
        for _ in range(300):
            s = socket.create_connection(('127.0.0.1', limited.port), 10, source_address=('127.0.0.2', 0))
            s.settimeout(10)
            opened.append(s)
        with limited.connect(limited.bruno) as c:
            assert int(c.expect('STATUS')['connections']) <= PER_ADDRESS + 9
        ended = 0
        for s in opened:
            if select.select([s], [], [], 0)[0]:
                ended += 1
        assert ended >= 300 - PER_ADDRESS - 8


def test_a_stranger_who_keeps_talking(limited):
    """The time to say who one is does not begin again with every HELP, read or unread."""
    with limited.connect() as c, limited.connect(limited.bruno) as other:
        c.socket.settimeout(0)
        request, heard = b'x HELP\n' * 20, b''
        ended = False

        def talks():
            nonlocal heard
            with contextlib.suppress(ssl.SSLWantWriteError, ssl.SSLWantReadError, BlockingIOError):
                c.socket.send(request)
                c.socket.send(request)
            try:
                got = c.socket.recv(16384)
            except (ssl.SSLWantReadError, BlockingIOError):
                return False
            except (ConnectionError, ssl.SSLError):
                return True
            heard = heard[-2000:] + got
            return not got
        try:
            ended = running.until('it is let go', talks, 30)
        except (ConnectionError, ssl.SSLError):
            ended = True
        assert ended
        other.expect('NOOP')


def test_a_members_connections(limited):
    """All of its people together; whoever acts for no member counts alone. A refused one may ask again, and is let in when there is room."""
    with closing([limited.connect(limited.alice if n % 2 else limited.anne) for n in range(PER_MEMBER)]) as opened:
        with limited.connect() as c, limited.connect(limited.bruno) as other, limited.connect(limited.carla) as third:
            refused = c.refused('ERR too-many-connections', 'AUTH', token=limited.alice)
            assert int(refused['retry']) > 0 and str(PER_MEMBER) in refused['text']
            c.refused('NO auth-needed', 'LIST')
            other.expect('LIST')
            third.expect('LIST')
            opened.pop().close()
            running.until('there is room', lambda: c.call('AUTH', token=limited.alice).ok)
            c.expect('AUTH', token=limited.anne)  # the same member: it has its place already
            c.expect('LIST')


def in_flight(admin):
    status = admin.expect('STATUS')
    return int(status['waiting-commands']) + int(status['sent-commands'])


def time_of(n):
    return slot(n)['from_'] + ' Europe/Paris'


@contextlib.contextmanager
def commit_under_way(limited, server, n):
    """While this lasts, or until its session says commit, a booking is on its way to the database and stays there."""
    with limited.connect(limited.bruno) as c, cutting.Session(server.conninfo('pole'), server.user or 'postgres') as session:
        session.run('begin; select name from pole for update')
        tag = c.send('BOOK', **slot(n))
        running.until('the commit waits', lambda: server.psql(
            "select 1 from pg_stat_activity where application_name = 'commits-1' and wait_event_type = 'Lock'"))
        yield session
        assert c.receive(tag).ok


def test_a_members_changes(limited, server):
    """A script that asks for thousands of bookings at once: another's is not decided after more of them than the limit says."""
    with closing([limited.connect(limited.alice) for _ in range(PER_MEMBER)]) as flood, limited.connect(limited.bruno) as other:
        with commit_under_way(limited, server, 0) as session:
            for n, c in enumerate(flood):
                c.write(b''.join(f"x {wire.request('BOOK', slot(1000 + 100 * n + i))}\n".encode() for i in range(100)))
            with limited.admin() as admin:
                running.until('the flood waits', lambda: in_flight(admin) == 1 + CHANGES)
                tag = other.send('BOOK', **slot(1))
                running.until('the other, too', lambda: in_flight(admin) == 1 + CHANGES + 1)
            session.run('commit')
        assert other.receive(tag).ok
        (before,), = server.psql(f"""select count(*) from booking where number < (select number from booking where starts = '{time_of(1)}')
                                     and starts > '{time_of(1)}'""", 'pole')
        assert int(before) == CHANGES
        outcomes = [c.receive('x').outcome for c in flood for _ in range(100)]
        assert outcomes == ['OK'] * 100 * PER_MEMBER  # and none of it is lost


def test_a_connections_changes(limited, server):
    """Of 400 on one connection, no more than its member's limit are taken while the first is on its way."""
    with limited.connect(limited.carla) as c, limited.admin() as admin:
        with commit_under_way(limited, server, 2) as session:
            c.write(b''.join(f"x {wire.request('BOOK', {**slot(5000 + i), 'member': 'm03'})}\n".encode() for i in range(400)))
            running.until('they wait', lambda: in_flight(admin) >= 1 + CHANGES)
            for _ in range(20):
                assert in_flight(admin) == 1 + CHANGES
            session.run('commit')
        assert [c.receive('x').outcome for _ in range(400)] == ['OK'] * 400


def finds(limited):
    samples = test_metrics.scrape(limited)
    return sum(v for (name, labels), v in samples.items() if name == 'mutuald_requests_total' and ('verb', 'FIND') in labels)


class Flood(threading.Thread):
    """Asks on all of its connections whenever they take more, and throws the answers away."""

    def __init__(self, connections, line):
        super().__init__(daemon=True)
        self.connections, self.left, self.over = connections, {c: b'' for c in connections}, False
        self.lines = line * (16384 // len(line))
        for c in connections:
            c.socket.settimeout(0)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.join()

    def run(self):
        later = ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError
        while not self.over:
            for c in self.connections:
                with contextlib.suppress(*later):
                    c.socket.send(self.lines)  # whole records, or nothing: the same bytes again
                with contextlib.suppress(*later):
                    while c.socket.recv(65536):
                        pass
            select.select([c.socket for c in self.connections], [], [], 0.01)


def test_a_members_questions(limited):
    """Eight connections that ask without a pause: whoever asks one thing waits for a few of theirs, not for all."""
    line = f"x {wire.request('FIND', {'what': 'van', 'from_': FIRST.isoformat(timespec='minutes'), 'for_': '3h', 'count': 1})}\n".encode()
    with closing([limited.connect(limited.alice) for _ in range(PER_MEMBER)]) as connections, limited.connect(limited.bruno) as other:
        with Flood(connections, line):
            start = finds(limited)
            running.until('the flood runs', lambda: finds(limited) > start + 1000)
            before = finds(limited)
            for _ in range(ASKED):
                other.expect('NOOP')
            between = finds(limited) - before
            assert between < (ASKED + 3) * MOST, f"{between} questions were answered before {ASKED} others"
