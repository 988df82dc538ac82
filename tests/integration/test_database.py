# SPDX-License-Identifier: GPL-3.0-or-later
"""PostgreSQL goes away and comes back; a PostgreSQL of one's own; two daemons on one database."""
import os
import signal

import pytest

import running

pytestmark = pytest.mark.long


def writes(c, day, hour=8):
    return c.call('BOOK', what='bench', from_=f"{day}T{hour:02}:00", for_='1h')


def test_away_and_back(start, day):
    """Stopped, not killed: nobody can start it again in between, so the daemon has to live without."""
    one = start()
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c:
        first = c.expect('BOOK', what='bench', from_=f"{day}T08:00", for_='1h')['booking']
        data = one.state / 'pg' / 'data'
        hidden = data.with_name('hidden')
        os.rename(data, hidden)  # the embedded PostgreSQL cannot be started again while this lasts
        try:
            pid = int((hidden / 'postmaster.pid').read_text().split('\n', 1)[0])
            os.kill(pid, signal.SIGQUIT)

            def unavailable():
                reply = c.call('BOOK', what='bench', from_=f"{day}T09:00", for_='1h', dry=None)
                return reply if reply.outcome == 'ERR unavailable' else None
            refused = running.until('writes are refused', unavailable, 60)
            assert int(refused['retry']) > 0 and refused['text']
            assert [b['booking'] for b in c.expect('LIST').of('booking')][:1] == [first]
            assert c.expect('FIND', what='van', from_=f"{day}T08:00", for_='1h').of('free')
            status = c.expect('STATUS')
            assert status['database'] == 'down' and status['as-of']
        finally:
            os.rename(hidden, data)
        running.until('the database is up again', lambda: c.expect('STATUS')['database'] == 'up', 60)
        running.until('writes are taken again', lambda: writes(c, day, 10).ok, 30)


def test_the_postmaster_dies(start, day):
    one = start()
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c:
        assert writes(c, day).ok
        before = one.postmaster()
        os.kill(before, signal.SIGKILL)
        running.until('another postmaster', lambda: one.postmaster() not in (None, before), 60)
        running.until('writes are taken again', lambda: writes(c, day, 9).ok, 60)
        assert len(c.expect('LIST').of('booking')) >= 2
    assert one.overlaps() == []


def test_its_backends_are_ended(start, day):
    one = start()
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c:
        for hour in range(8, 14):
            one.psql("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'")
            running.until('a booking', lambda: writes(c, day, hour).ok, 30)


@pytest.fixture
def own(folder):
    server = running.Postgres(folder).start()
    server.psql('create role pole_owner login createrole')  # as README has it: no superuser
    server.psql('create database pole owner pole_owner')
    yield server
    server.stop('immediate')


def test_a_database_of_ones_own(start, own, day):
    one = start(database=own.conninfo('pole', 'pole_owner'))
    assert not (one.state / 'pg').exists()
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c:
        first = c.expect('BOOK', what='bench', from_=f"{day}T08:00", for_='1h')['booking']
        own.stop('immediate')
        running.until('writes are refused', lambda: writes(c, day, 9).outcome == 'ERR unavailable', 30)
        assert c.expect('LIST').of('booking')[0]['booking'] == first
        own.start()
        running.until('writes are taken again', lambda: writes(c, day, 10).ok, 60)


def test_the_only_way_to_write(start, own, day):
    """Overlap is refused by the database itself, whoever writes."""
    one = start(database=own.conninfo('pole', 'pole_owner'))
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c:
        c.expect('BOOK', what='one', from_=f"{day}T08:00", for_='2h')
    for table in ('booking', 'item', 'allocation', 'outage', 'event', 'person', 'credential', 'policy', 'pole', 'note', 'name', 'request'):
        granted = own.psql("select p from unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p "
                           f"where has_table_privilege('mutuald', '{table}', p)", 'pole')
        assert granted == [], f"mutuald may {granted} {table}"
    with pytest.raises(AssertionError, match='permission denied'):
        own.psql('set role mutuald; delete from booking', 'pole')
    with pytest.raises(AssertionError, match='allocation_overlap'):
        own.psql('insert into allocation select pole_id, booking + 1, item, resource_id, lane, during, occupies from allocation', 'pole')
    with pytest.raises(AssertionError, match='append-only'):
        own.psql("update event set change = ''", 'pole')


def test_two_daemons_on_one_database(start, own, day):
    a = start(name='a', database=own.conninfo('pole', 'pole_owner'))
    b = start(name='b', database=own.conninfo('pole', 'pole_owner'))
    token, _ = a.person('Alice Test', 'm01')

    def known_to_b():
        with b.connect() as c:
            return c.call('AUTH', token=token).ok
    running.until('the other daemon knows her', known_to_b)
    clients = [(a if n % 2 else b).connect(token) for n in range(20)]
    try:
        for n in range(40):
            ask = {'what': 'one', 'from_': f"2030-{1 + n // 24:02}-01T{n % 24:02}:00", 'for_': '1h'}
            tags = [c.send('BOOK', **ask) for c in clients]
            outcomes = [c.receive(t).outcome for c, t in zip(clients, tags)]
            assert outcomes.count('OK') == 1 and outcomes.count('NO conflict') == 19, outcomes
        with a.connect(token) as ca, b.connect(token) as cb:
            key = 'same-key-on-two-daemons'
            tags = [(c, c.send('BOOK', what='bench', from_=f"{day}T08:00", for_='1h', key=key)) for c in (ca, cb)]
            codes = {c.receive(t)['booking'] for c, t in tags}
            assert len(codes) == 1
            moved = ca.expect('MOVE', booking=codes.pop(), from_=f"{day}T12:00")
            running.until('the other daemon sees the move', lambda: any(
                r['booking'] == moved['booking'] and r['from'] == moved['from'] for r in cb.expect('LIST').of('booking')))
            assert ca.expect('STATUS')['version'] == cb.expect('STATUS')['version']
    finally:
        for c in clients:
            c.close()
    b.kill()  # the survivor goes on
    with a.connect(token) as c:
        assert writes(c, day, 15).ok
    assert own.psql(running.OVERLAPS, 'pole') == []


def test_a_newer_schema_is_refused(start, own):
    one = start(database=own.conninfo('pole', 'pole_owner'))
    one.stop()
    own.psql('insert into schema_version (version) values (9999)', 'pole')
    with pytest.raises(RuntimeError, match='ended with [1-9]'):
        one.start()
    one.process = None


def test_an_unknown_outcome_is_resolved(start, own, day):
    """Every connection dies again and again under bookings with keys: each is there once, and none is lost."""
    one = start(database=own.conninfo('pole', 'pole_owner'))
    token, _ = one.person('Alice Test', 'm01')
    answers = {}
    with one.connect(token) as c:
        for n in range(40):
            key = f"cut-{n}"
            tag = c.send('BOOK', what='four', from_=f"2030-03-{1 + n // 24:02}T{n % 24:02}:00", for_='1h', key=key)
            own.psql("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'pole' and pid <> pg_backend_pid()")
            reply = c.receive(tag)

            def retried(n=n, key=key):
                again = c.call('BOOK', what='four', from_=f"2030-03-{1 + n // 24:02}T{n % 24:02}:00", for_='1h', key=key)
                return again if again.ok else None
            if not reply.ok:
                assert reply.final.words[1] == 'ERR', reply
                reply = running.until('the retry is answered', retried, 60)
            answers[key] = reply['booking']
        rows = c.expect('LIST', from_='2030-03-01', to='2030-03-05', what='four', count=1000).of('booking')
    assert sorted(r['booking'] for r in rows) == sorted(answers.values())
