# SPDX-License-Identifier: GPL-3.0-or-later
"""PostgreSQL goes away and comes back; a PostgreSQL of one's own; two daemons on one database."""
import os
import signal
import subprocess
import time

import pytest

import regles
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


def test_the_daemon_needs_not_own_the_schema(start, own, folder, day):
    """Migrated by its owner, it is served as the role that may only call functions and read."""
    done = subprocess.run([str(running.build_dir() / 'daemon' / 'mutuald'), '--migrate', '--state-dir', str(folder / 'migrating'),
                           '--database', own.conninfo('pole', 'pole_owner')], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    one = start(database=own.conninfo('pole', 'mutuald'))
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c:
        c.expect('BOOK', what='bench', from_=f"{day}T08:00", for_='1h')


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


def test_no_query_is_compiled(start, own, day):
    """PostgreSQL's default is to; for what a daemon asks it takes a hundred times as long as the query."""
    for setting in ("jit_above_cost = 0", "jit_provider = 'none-such'", "log_min_messages = debug1", "log_line_prefix = '%a: '"):
        own.psql(f"alter system set {setting}")
    own.stop()
    own.start()
    one = start(database=own.conninfo('pole', 'pole_owner'))
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c:
        running.until('a booking', lambda: writes(c, day).ok)
    own.psql('select count(*) from booking', 'pole')  # that would be
    lines = (own.folder / 'log').read_text().splitlines()
    assert any(line.startswith('psql: ') and 'JIT provider' in line for line in lines), 'nothing is told of compiling'
    compiled = [line for line in lines if 'JIT provider' in line and line.startswith(('commits: ', 'reads: ', 'reports: ', 'feed: '))]
    assert compiled == []


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


LATE = [
    ('EXTEND', {'to': '2199-12-31T23:59'}), ('EXTEND', {'to': '2199-01-02'}),
    ('MOVE', {'from_': '2199-12-31T08:00'}), ('MOVE', {'from_': '2110-01-01', 'for_': '5000w'}),
    ('BOOK', {'from_': '2199-12-31T22:30', 'for_': '1h'}), ('BOOK', {'from_': '2110-01-01', 'for_': '5000w'}),
    ('FIND', {'from_': '2199-12-31T22:30', 'for_': '1h'}), ('FIND', {'from_': '2110-01-01', 'for_': '5000w'}),
]


def test_the_end_of_time(start, own, day):
    """Beyond 2199 there is nothing to be had; up to it, another daemon reads from the log what this one wrote."""
    a = start(name='a', database=own.conninfo('pole', 'pole_owner'))
    b = start(name='b', database=own.conninfo('pole', 'pole_owner'))
    token, _ = a.person('Alice Test', 'm01')
    with a.connect(token) as c:
        code = c.expect('BOOK', what='clock', from_=f"{day}T08:00", for_='1h')['booking']
        for verb, args in LATE:
            args = {**args, **({'booking': code} if verb in ('EXTEND', 'MOVE') else {'what': 'clock'})}
            reply = c.call(verb, **args)
            assert reply.outcome == ('OK' if verb == 'FIND' else 'NO horizon'), (verb, args, reply)
            assert 'horizon' in [r['code'] for r in reply.of('reason')] and not reply.of('free'), (verb, args, reply)
        c.expect('EXTEND', booking=code, to='2198-12-31T12:00')
        c.refused('NO horizon', 'EXTEND', booking=code, by='5000w')
        version = c.expect('STATUS')['version']
        with b.connect(token) as other:
            running.until('the other daemon follows', lambda: other.expect('STATUS')['version'] == version)
            assert other.expect('SHOW', booking=code).of('booking')[0]['to'].startswith('2198-12-31T12:00')
            other.expect('CANCEL', booking=code)


def test_a_database_that_says_nothing(start, own, day):
    one = start(database=own.conninfo('pole', 'pole_owner'))
    token, _ = one.person('Alice Test', 'm01')
    ask = {'what': 'bench', 'from_': f"{day}T08:00", 'for_': '1h', 'key': 'once'}
    with one.connect(token) as c, one.connect(token) as reader:
        with running.frozen(running.backend(own.psql, 'commits-1')):
            begun, asked = time.monotonic(), c.send('BOOK', **ask)
            assert reader.expect('LIST', from_=f"{day}T00:00")['count'] == '0'
            reply = c.receive(asked)
            assert reply.outcome == 'ERR unknown-outcome' and reply['text'], reply
            assert 10 < time.monotonic() - begun < 40
        again = running.until('the same is asked again', lambda: answered(c, ask), 60)
        assert [b['booking'] for b in c.expect('LIST', from_=f"{day}T00:00").of('booking')] == [again['booking']]
    assert own.psql('select count(*) from booking', 'pole') == [['1']]


def answered(c, ask):
    reply = c.call('BOOK', **ask)
    return reply if reply.ok else None


def test_it_ends_in_order_while_the_database_says_nothing(start, own, day):
    one = start(database=own.conninfo('pole', 'pole_owner'))
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c, one.connect(token) as other:
        with running.frozen(running.backend(own.psql, 'commits-1')):
            for n in range(5):
                c.send('BOOK', what='bench', from_=f"{day}T{n:02}:00", for_='1h')
            other.expect('WHOAMI')
            other.expect('WHOAMI')
            one.process.send_signal(signal.SIGTERM)
            lines = c.until_closed()
            outcomes = [l.split()[1:3] for l in lines if not l.startswith('*')]
            assert len(outcomes) == 5 and outcomes[0] == ['ERR', 'unknown-outcome'], lines
            assert all(o in (['ERR', 'unknown-outcome'], ['ERR', 'unavailable']) for o in outcomes), lines
            assert lines[-1].startswith('* BYE'), lines
            one.stop()


LOSE_LAST = """begin;
    alter table event disable trigger append_only;
    delete from allocation where booking = (select max(number) from booking);
    delete from booking where number = (select max(number) from booking);
    delete from event where version = (select version from pole);
    update pole set version = version - 1, head_hash = (select hash from event order by version desc, seq desc limit 1);
    alter table event enable trigger append_only;
    commit"""


def test_a_pole_that_cannot_be_loaded_anew(start, own, day):
    """It is tried again now and then, not without a pause; reads say of when they are; once it can be, nobody has to ask for a change."""
    one = start(database=own.conninfo('pole', 'pole_owner'))
    token, _ = one.person('Alice Test', 'm01')
    work = "select xact_commit + xact_rollback from pg_stat_database where datname = 'pole'"
    with one.connect(token) as c:
        c.expect('BOOK', what='bench', from_=f"{day}T08:00", for_='1h')
        own.psql('revoke select on name from mutuald', 'pole')
        own.psql(LOSE_LAST, 'pole')
        own.psql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'commits-1'")
        running.until('it was tried', lambda: 'loading anew: 42501' in one.log())
        time.sleep(1.5)  # until then memory is no older than it may be
        before = int(own.psql(work, 'pole')[0][0])
        for _ in range(3):
            assert c.call('BOOK', what='bench', from_=f"{day}T10:00", for_='1h').outcome == 'ERR unavailable'
            assert 'as-of' in c.expect('LIST', from_=f"{day}T00:00")
        time.sleep(2)  # what was done is counted by then
        assert int(own.psql(work, 'pole')[0][0]) - before < 500
        own.psql('grant select on name to mutuald', 'pole')
        running.until('it is loaded', lambda: c.expect('LIST', from_=f"{day}T00:00")['count'] == '0', 20)


def test_a_database_that_has_lost_the_last_commit(start, own, day):
    """Restored from a backup, or a failover to a server that lagged: it is the truth, and memory is loaded anew."""
    one = start(database=own.conninfo('pole', 'pole_owner'))
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token, timeout_s=20) as c:
        kept, _lost = (c.expect('BOOK', what='one', from_=f"{day}T{h}:00", for_='1h')['booking'] for h in ('08', '10'))
        own.psql(LOSE_LAST, 'pole')

        def taken():
            reply = c.call('BOOK', what='one', from_=f"{day}T12:00", for_='1h', key='after')
            assert reply.ok or reply.outcome == 'ERR unavailable', reply
            return reply if reply.ok else None
        first = running.until('a booking', taken)['booking']
        listed = [b['booking'] for b in c.expect('LIST', from_=f"{day}T00:00", what='one').of('booking')]
        assert listed == [kept, first]
        c.expect('BOOK', what='one', from_=f"{day}T10:00", for_='1h')  # whose place is free again
    assert one.log().count('memory is at version') == 1 == one.log().count('loaded anew')
    assert own.psql('select max(version) = (select version from pole) from event', 'pole') == [['t']]


def held(connection, count=1):
    """Holds of the same thing side by side, which run out in two seconds."""
    day = regles.new_day()
    tags = [connection.send('HOLD', what='tent', from_=f"{day}T{8 + n // 6:02d}:{n % 6}0", for_='10m') for n in range(count)]
    made = [connection.receive(t) for t in tags]
    assert all(r.ok for r in made), made
    return [r['booking'] for r in made]


def test_what_is_due_happens_once(start, own):
    """Both daemons wake for the same holds; each runs out once, at its moment."""
    a = start(name='a', poles=regles.POLE, database=own.conninfo('pole', 'pole_owner'))
    start(name='b', poles=regles.POLE, database=own.conninfo('pole', 'pole_owner'))
    people = regles.people(a)
    with a.connect(people.alice) as c:
        codes = held(c, 40)
        for code in codes:
            regles.until_state(c, code, 'expired')
    rows = own.psql("""select subject, count(*) filter (where change like '%cause=expired%'),
                       max(at) filter (where change like '%cause=expired%')
                         - min(at) filter (where change like '%cause=held%') <= interval '3 s'
                       from event where kind = 'booking' group by subject""", 'pole')
    assert len(rows) == 40 and all(row[1:] == ['1', 't'] for row in rows), rows


def test_what_was_due_while_the_database_was_away(start, own):
    one = start(poles=regles.POLE, database=own.conninfo('pole', 'pole_owner'))
    people = regles.people(one)
    with one.connect(people.alice) as c:
        (code,) = held(c)
        own.stop('immediate')
        over = regles.now(4)
        running.until('it has run out', lambda: regles.now() > over)
        assert regles.state_of(c, code) == 'held'  # what is not durable has not happened
        own.start()
        regles.until_state(c, code, 'expired', 60)
