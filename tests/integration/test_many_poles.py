# SPDX-License-Identifier: GPL-3.0-or-later
"""Poles that come when they are asked for and go when nobody uses them, on one daemon and on two."""
import concurrent.futures
import contextlib
import datetime
import signal
import subprocess
import threading

import pytest

import cutting
import running

pytestmark = pytest.mark.long

POLICY = '''pole: {name}
name: {name}
zone: Europe/Paris
language: en
sites: {{site: {{name: Site}}}}
members: {{m01: {{name: One, kind: association, class: founder, share: 1}}}}
resources:
  van: {{name: Van, kind: equipment, site: site, hours: always}}
  tent: {{name: Tent, kind: equipment, site: site, hours: always}}
{more}
rules:
  - {{name: a short hold, for: tent, hold: {hold}}}
'''
SMALL = ['--memory', '1 MB']  # less than any daemon has: whatever is not used goes
MORE_THAN_LOADED_AT_START = 10


def write_pole(folder, name, more='', hold='2s'):
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / 'pole.yaml').write_text(POLICY.format(name=name, more=more, hold=hold))


def name_of(i):
    return f'pole-{i:05}'


@pytest.fixture
def poles(folder):
    """poles(n, …): a folder of so many."""
    def make(n, **how):
        for i in range(n):
            write_pole(folder / 'poles', name_of(i), **how)
        return folder / 'poles'
    return make


def tokens(one):
    return dict(line.split() for line in (one.state / 'admin.token').read_text().splitlines())


def member(one, admin_token):
    """A token of somebody who acts for m01."""
    return one.person('Alice', 'm01', admin=one.connect(admin_token))[0]


def restarted(one):
    """Nothing is in memory but what it wants itself."""
    one.stop()
    return one.start()


def loaded(c):
    return int(c.expect('STATUS')['poles-loaded'])


def day_ahead(days=3):
    return (datetime.date.today() + datetime.timedelta(days=days)).isoformat()


def book(c, what='van', days=3):
    return c.expect('BOOK', what=what, from_=day_ahead(days) + 'T08:00', for_='2h')['booking']


@contextlib.contextmanager
def locked(one, table='booking'):
    """Nobody reads the table while this lasts."""
    command = [str(running.postgres_bin() / 'psql'), '-XqAt', '-d', f"host={one.state / 'pg'} dbname=mutuald user=postgres"]
    holder = subprocess.Popen(running.as_user(one.embedded_owner(), command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd='/')
    try:
        holder.stdin.write(f"begin; lock table {table} in access exclusive mode; select 'locked';\n")
        holder.stdin.flush()
        assert holder.stdout.readline().strip() == 'locked'
        yield
    finally:
        holder.stdin.close()
        holder.wait(30)


def waiting_loads(one):
    return [int(r[0]) for r in one.psql("select pid from pg_stat_activity where application_name like 'loads%' and wait_event_type = 'Lock'")]


def test_hundreds_of_poles(start, poles):
    many = 150
    one = start(poles=poles(many), arguments=[*SMALL, '--max-connections-per-address', '500'])
    token = tokens(one)
    assert len(token) == many
    alice = {name: member(one, token[name]) for name in list(token)[:40]}
    restarted(one)
    with one.connect(token[name_of(0)]) as c:
        status = c.expect('STATUS')
        assert int(status['poles']) == many
        running.until('only what is used is in memory', lambda: loaded(c) == 1)
        codes = {}
        with contextlib.ExitStack() as opened:
            connections = {name: opened.enter_context(one.connect()) for name in alice}
            tags = {name: cold.send('AUTH', token=alice[name]) for name, cold in connections.items()}  # all at once
            for name, cold in connections.items():
                reply = cold.receive(tags[name])
                assert reply.ok and reply['pole'] == name, reply
                codes[name] = book(cold)
            assert loaded(c) == 40
        running.until('they are let go of', lambda: loaded(c) == 1)
        for name in list(alice)[:5]:
            with one.connect(alice[name]) as back:
                assert [b['booking'] for b in back.expect('LIST').of('booking')] == [codes[name]]


def test_made_many_at_a_time(folder, poles, own):
    """More than fit into a transaction; one cannot be made, then one has to wait, and the log says how far it is."""
    how = {'poles': poles(230), 'database': own.conninfo('pole', 'pole_owner')}
    one = running.Daemon(folder, **how)
    faulty = one.policies / name_of(150) / 'pole.yaml'
    text = faulty.read_text()
    faulty.write_text(text.replace('zone:', 'zoon:'))
    out = subprocess.run(one.command(), capture_output=True, text=True, timeout=running.START_S, check=False, env=one.environment())
    assert out.returncode == 1 and f'{name_of(150)}/pole.yaml:3:1' in out.stderr, out.stderr
    assert own.psql('select count(*) from pole where version = 1', 'pole') == [['229']] and len(tokens(one)) == 229
    faulty.write_text(text)
    write_pole(one.policies, name_of(230))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with held(own, f"select from pole where name = '{name_of(150)}' for update"):
            starting = pool.submit(one.start)
            running.until('the daemon has waited for longer than its log keeps silent', lambda: own.psql(
                "select pid from pg_stat_activity where wait_event_type = 'Lock' and now() - query_start > '3.2 s'"))
        starting.result()
    try:
        assert '2 of 2 poles are made' in one.log() and len(tokens(one)) == 231
        for name in map(name_of, (0, 99, 100, 150, 229, 230)):
            with one.connect(tokens(one)[name]) as c:
                assert c.whoami['pole'] == name and c.expect('RESOURCES').of('resource')
    finally:
        one.stop()


@contextlib.contextmanager
def held(own, lock):
    """What that locks, for as long as this lasts."""
    command = [str(running.postgres_bin() / 'psql'), '-XqAt', '-d', own.conninfo('pole')]
    with subprocess.Popen(running.as_user(own.user or 'root', command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd='/') as holder:
        holder.stdin.write(f"begin; {lock}; select 'locked';\n")
        holder.stdin.flush()
        assert any(line.strip() == 'locked' for line in iter(holder.stdout.readline, ''))
        yield
        holder.stdin.close()


def test_two_daemons_make_the_same_poles_at_once(folder, poles, own):
    how = {'poles': poles(230), 'database': own.conninfo('pole', 'pole_owner')}
    both = [running.Daemon(folder, name=name, **how) for name in ('a', 'b')]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: one.start(), both))
    try:
        assert own.psql('select count(*), max(version) from pole', 'pole') == [['230', '1']]
        token = {name: t for one in both if (one.state / 'admin.token').exists() for name, t in tokens(one).items()}
        for name in map(name_of, (0, 100, 229)):
            for one in both:
                with one.connect(token[name]) as c:
                    assert c.whoami['pole'] == name
    finally:
        for one in both:
            one.stop()


def test_a_pole_at_rest_after_a_while(start, poles):
    one = start(poles=poles(MORE_THAN_LOADED_AT_START), arguments=['--rest-after', '1'])
    token = tokens(one)
    with one.connect(token[name_of(0)]) as c:
        with one.connect(token[name_of(1)]):
            assert loaded(c) >= 2
        running.until('the other is let go of', lambda: loaded(c) == 1)
        with one.connect(token[name_of(1)]) as other:
            assert other.whoami['pole'] == name_of(1)


def test_who_watches_keeps_it(start, poles):
    one = start(poles=poles(2), arguments=SMALL)
    token = tokens(one)
    alice = member(one, token[name_of(1)])
    with one.connect(token[name_of(0)]) as c, one.connect(alice) as watcher:
        watcher.expect('WATCH')
        with one.connect(alice) as there:
            code = book(there)
        running.until('the event is told', lambda: watcher.expect('NOOP') and any(e.get('booking') == code for e in watcher.events))
        assert loaded(c) == 2


def test_tokens(start, poles):
    """One that opens nothing is refused whether its pole is in memory or not."""
    one = start(poles=poles(MORE_THAN_LOADED_AT_START), arguments=SMALL)
    token = tokens(one)
    with one.connect(token[name_of(3)]) as c:
        added = c.expect('PERSON ADD', name='Old', member='m01')
        new = c.expect('PERSON TOKEN', person=added['person'])['token']
    with one.connect(token[name_of(0)]) as c:
        running.until('the pole is at rest', lambda: loaded(c) == 1)
    for asked, outcome in ((added['token'], 'NO auth'), ('x' * 26, 'NO auth')):
        with one.connect() as c:
            reply = c.call('AUTH', token=asked)
            assert not reply.ok and reply.outcome.split()[1] == outcome.split()[1], reply
    with one.connect(new) as c:
        assert c.whoami['pole'] == name_of(3)


def test_strangers_do_not_stand_between_commits(start):
    """What a token opens is asked beside the commits: while one takes its time, strangers are answered."""
    one = start()
    with one.connect() as c, one.admin() as admin:
        with running.frozen(running.backend(one.psql, 'commits-1')):
            tag = admin.send('BOOK', what='clock', from_=day_ahead() + 'T08:00', for_='30m', member='m01')
            running.until('it is on its way', lambda: admin_of(one, 'sent-commands') == '1')
            assert c.call('AUTH', token='x' * 26).outcome == 'NO auth'
        assert admin.receive(tag).ok


def test_no_pole_waits_for_another_one_s_commit(start, poles):
    """One's is held up by a lock; another's, on a connection of its own, goes on."""
    one = start(poles=poles(2))
    token = tokens(one)
    with one.connect(member(one, token[name_of(0)])) as held, one.connect(member(one, token[name_of(1)])) as free:
        for c in held, free:
            book(c)
        with cutting.Session(f"host={one.state / 'pg'} dbname=mutuald user=postgres", one.embedded_owner()) as locking:
            locking.run(f"begin; select version from pole where name = '{name_of(0)}' for update")
            tag = held.send('BOOK', what='tent', from_=day_ahead() + 'T08:00', for_='2h')
            running.until('it is on its way', lambda: held_back(one))
            book(free, 'tent')
            assert held_back(one)
        assert held.receive(tag).ok


def held_back(one):
    return one.psql("select 1 from pg_stat_activity where application_name like 'commits%' and wait_event_type = 'Lock'")


def admin_of(one, key):
    with one.admin() as c:
        return c.expect('STATUS')[key]


def test_time_goes_on_at_rest(start, poles):
    """A hold ends although its pole is not in memory when it should."""
    one = start(poles=poles(MORE_THAN_LOADED_AT_START, hold='4s'), arguments=SMALL)
    token = tokens(one)
    alice = member(one, token[name_of(1)])
    with one.connect(alice) as c:
        code = c.expect('HOLD', what='tent', from_=day_ahead() + 'T08:00', for_='2h')['booking']
    with one.connect(token[name_of(0)]) as c:
        running.until('the pole is at rest', lambda: loaded(c) == 1, pause_s=0.1)

        def held_s():
            return one.psql("select extract(epoch from ended_at - made_at)::int from booking where state = 'expired'")
        assert int(running.until('the hold has expired', held_s, pause_s=0.1)[0][0]) >= 4
        running.until('it rests again', lambda: loaded(c) == 1)
    with one.connect(alice) as c:
        assert c.expect('SHOW', booking=code).of('booking')[0]['state'] == 'expired'


def test_time_goes_on_while_nothing_runs(start, poles):
    one = start(poles=poles(MORE_THAN_LOADED_AT_START))
    with one.connect(member(one, tokens(one)[name_of(1)])) as c:
        c.expect('HOLD', what='tent', from_=day_ahead() + 'T08:00', for_='2h')
    restarted(one)
    running.until('the hold has expired', lambda: one.psql("select 1 from booking where state = 'expired'"))


def test_others_go_on_while_a_pole_is_loaded(start, poles):
    """Who asks for it waits; who uses another does not; a database that is lost meanwhile is told of, and tried again."""
    one = start(poles=poles(MORE_THAN_LOADED_AT_START), arguments=SMALL)
    token = tokens(one)
    restarted(one)
    with one.connect(token[name_of(0)]) as c, one.connect() as cold:
        with locked(one):
            tag = cold.send('AUTH', token=token[name_of(1)])
            (pid,) = running.until('the pole is being loaded', lambda: waiting_loads(one))
            for _ in range(20):
                c.expect('NOOP')
            one.psql(f'select pg_terminate_backend({pid})')
            reply = cold.receive(tag)
            assert reply.outcome == 'ERR unavailable' and int(reply['retry']) > 0, reply
            c.expect('NOOP')
        assert 'could not be loaded' in one.log()
        running.until('it can be had', lambda: cold.call('AUTH', token=token[name_of(1)]).ok, pause_s=0.2)
        assert cold.expect('STATUS')['pole'] == name_of(1)


def test_who_gives_up_waiting(start, poles):
    """A connection that ends while its pole is being loaded, and a daemon that is stopped meanwhile."""
    one = start(poles=poles(MORE_THAN_LOADED_AT_START))
    token = tokens(one)
    restarted(one)
    with locked(one):
        with one.connect() as gone:
            gone.send('AUTH', token=token[name_of(1)])
            running.until('the pole is being loaded', lambda: waiting_loads(one))
        with one.connect() as waits:
            waits.send('AUTH', token=token[name_of(2)])
            running.until('both are', lambda: len(waiting_loads(one)) == 2)
            one.stop()
    one.start()
    with one.connect(token[name_of(1)]) as c:
        assert c.whoami['pole'] == name_of(1)


def test_who_has_waited_may_stay(start, poles):
    """The time to say who one is is over once that was said, however late the pole came."""
    one = start(poles=poles(MORE_THAN_LOADED_AT_START), arguments=['--auth-timeout', '1'])
    token = tokens(one)
    restarted(one)
    with one.connect(token[name_of(1)]) as waited, one.connect() as silent:
        assert 'BYE' in silent.until_closed()[-1]
        waited.expect('NOOP')


def test_policies_of_poles_at_rest(start, poles):
    one = start(poles=poles(MORE_THAN_LOADED_AT_START), arguments=SMALL)
    token = tokens(one)
    alice = {i: member(one, token[name_of(i)]) for i in (4, 5, 6)}
    restarted(one)
    write_pole(one.policies, name_of(4), more='  boat: {name: Boat, kind: equipment, site: site, hours: always}')
    write_pole(one.policies, name_of(5), more='  boat: {name: Boat, kind: what}')
    with one.connect(token[name_of(0)]) as c:
        one.process.send_signal(signal.SIGHUP)
        running.until('the policy is applied', lambda: f'pole={name_of(4)} the policy of version' in one.log())
        running.until('the mistake is told', lambda: f'pole={name_of(5)} the policy of version' in one.log())
        running.until('all rest again', lambda: loaded(c) == 1)
    with one.connect(alice[4]) as c:
        book(c, what='boat')
    for i in (5, 6):
        with one.connect(alice[i]) as c:
            c.refused('NO unknown-resource', 'BOOK', what='boat', from_=day_ahead() + 'T08:00', for_='2h')
    assert f'pole={name_of(6)} the policy' not in one.log()


def test_two_daemons(start, poles):
    """What one does in a pole the other finds there, whether the pole was at rest with it or not."""
    one = start(name='a', poles=poles(MORE_THAN_LOADED_AT_START), arguments=SMALL)
    database = f"host={one.state / 'pg'} dbname=mutuald user=mutuald"
    two = start(name='b', poles=poles(MORE_THAN_LOADED_AT_START), database=database, arguments=SMALL)
    token = tokens(one)
    alice = member(one, token[name_of(1)])
    codes = []

    def all_seen(c):
        return {b['booking'] for b in c.expect('LIST').of('booking')} == set(codes)
    with one.connect(alice) as here, two.connect(token[name_of(0)]) as status:
        for days in range(3, 7):
            codes.append(book(here, days=days))
            with two.connect(alice) as there:
                assert all_seen(there)
                codes.append(book(there, days=days + 10))
            running.until('it is seen here', lambda: all_seen(here))
            running.until('it rests there', lambda: loaded(status) == 1)
    assert one.overlaps() == []


def test_many_come_and_go_at_once(start, poles):
    """Connections to many poles under a budget that lets none rest in memory: every booking is there in the end."""
    one = start(poles=poles(24), arguments=[*SMALL, '--max-connections-per-address', '500'])
    alice = {name: member(one, token) for name, token in tokens(one).items()}
    restarted(one)
    failed = []

    def come_and_go(mine):
        try:
            for days in range(3, 9):
                for name in mine:
                    with one.connect(alice[name]) as c:
                        book(c, days=days)
        except Exception as e:  # pylint: disable=broad-except
            failed.append(e)
    names = list(alice)
    threads = [threading.Thread(target=come_and_go, args=(names[i::4],)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not failed, failed
    counts = one.psql('select name, count(*) from booking b join pole p on p.pole_id = b.pole_id group by name')
    assert sorted(counts) == sorted([name, '6'] for name in names)
