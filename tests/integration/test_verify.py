# SPDX-License-Identifier: GPL-3.0-or-later
"""`mutuald --verify`: a pole on which everything happened is found in order; then each kind of damage is done to a copy of its database, as
somebody does who owns the server, and is found."""
import os
import re
import subprocess

import pytest

import regles
import running

pytestmark = pytest.mark.long


def verify(one, *poles, database=None):
    command = one.command('--verify', *poles)
    if database:
        command[command.index('--database') + 1] = database
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env={**running.SANITIZERS, **os.environ})


def is_fine(out):
    return out.returncode == 0 and 'everything is as it should be' in out.stdout


def live(one):
    """Something of everything that the tables can hold."""
    people = regles.people(one)
    day = regles.new_day()
    with one.connect(people.alice) as alice, one.connect(people.bruno) as bruno, one.connect(people.dora) as dora, \
            one.connect(people.max) as max_, one.connect(people.carla) as carla, one.admin() as admin:
        ask = {'what': 'one', 'from_': f"{day}T08:00", 'for_': '4h'}
        first = alice.expect('BOOK', **ask, purpose='Marché de Noël', key='k1')['booking']
        dora.expect('BOOK', **ask, wait='yes')
        bruno.expect('BOOK', **ask, wait='yes')
        alice.expect('CANCEL', booking=first)  # offered to who waits
        alice.expect('BOOK', item=[f"what=bike from={day}T08:00 for=2h qty=2", f"what=hall from={day}T09:00 for=1h"])
        alice.expect('BOOK', what='pair', unit='pair-2', from_=f"{day}T10:00", for_='2h')
        bruno.expect('HOLD', what='laser', from_=f"{day}T10:00", for_='2h')
        taken = alice.expect('BOOK', what='tent', from_=regles.now(2), for_='2h')['booking']
        running.until('it is out', lambda: alice.call('OUT', booking=taken, meter='10.5', condition='Bon état').ok)
        alice.expect('BACK', booking=taken, meter='12.5', condition='Rayé')
        outage = max_.expect('OUTAGE', what='truck', from_=f"{day}T08:00", for_='4h', reason='En panne')['outage']
        max_.expect('CLOSE', what='room', from_=f"{day}T08:00", for_='4h', reason='Fête')
        max_.expect('REOPEN', outage=outage)
        carla.expect('PERSON QUALIFY', person=people.alice_code, qualification='licence-c')
        carla.expect('PERSON QUALIFY', person=people.alice_code, qualification='licence-d', until='2099-01-01')
        admin.expect('PERSON TOKEN', person=people.tom_code)
        for n in range(40):
            alice.expect('BOOK', what='pair', from_=f"{regles.new_day()}T0{n % 8}:00", for_='1h')


@pytest.fixture(scope='module')
def lived():
    """A daemon that ran on a server of its own, and the server with its database `pole`."""
    with running.short_folder() as folder:
        server = running.Postgres(folder).start()
        server.psql('create role pole_owner login createrole')
        server.psql('create database pole owner pole_owner')
        one = running.Daemon(folder, poles=regles.POLE, database=server.conninfo('pole', 'pole_owner')).start()
        live(one)
        out = verify(one)
        assert is_fine(out), out.stdout + out.stderr  # while the daemon runs
        one.stop()
        yield one, server
        server.stop('immediate')


@pytest.fixture
def copy(lived):
    one, server = lived
    server.psql('create database damaged template pole owner pole_owner')
    yield one, server
    server.psql('drop database damaged')


UNLOCK = 'alter table event disable trigger append_only; alter table policy disable trigger append_only; '
A_BOOKING = "(select min(number) from booking where state = 'confirmed')"
OTHERS = 'resource_id, member, person, made_by, state, pinned, starts, ends, made_at, pending'
COLUMNS = f"(pole_id, number, {OTHERS})"
DAMAGE = [  # what somebody does, and what is said of it
    ("update event set change = replace(change, 'member=m01', 'member=m04') where version = (select max(version) from event)",
     [r'the log: version \d+, row 1: its hash is not', r'member: m04 in the log, m01 in the table']),
    ('update event set at = at + interval \'1 s\' where version = 9', ['version 9, row 1: its hash is not']),
    ("update event set cause = 'accepted' where cause = 'booked' and version = (select max(version) from event)", ['its columns do not say']),
    ("update event set subject = subject + 1 where kind = 'note' and version = (select max(version) from event where kind = 'note')",
     [r'its column says that it is of number \d+, its change of \d+']),
    ("update event set subject = 9 where kind = 'booking' and version = (select max(version) from event)", ['of number 9, its change of 47']),
    ("update event set request = request || ' x=y' where request like 'BOOK%'", ['its hash is not']),
    ('delete from event where version = 9', [r'version 10, row 1: rows are missing']),
    ('delete from event where version = (select max(version) from event)', ['ends here', r'not in the log: booking B']),
    ("update pole set head_hash = 'x'", ['another hash than the pole']),
    ('update pole set version = version + 1', ["before the pole's version"]),
    (f"update booking set state = 'cancelled' where number = {A_BOOKING}",
     [r'not what the log says: booking B\w+ \(version \d+', 'state: confirmed in the log, cancelled in the table']),
    (f"update booking set state = 'nonsense' where number = {A_BOOKING}", ['state: confirmed in the log, nonsense in the table']),
    (f"update booking set member = 2 where number = {A_BOOKING}", [r'member: m01 in the log, m02 in the table']),
    (f"update booking set ends = ends + interval '1 h' where number = {A_BOOKING}", [r'to: 20\S+Z in the log, 20\S+Z in the table']),
    (f"update booking set pinned = not pinned where number = {A_BOOKING}", ['pinned: ']),
    (f"update booking set made_by = 99 where number = {A_BOOKING}", ['made-by: p\\d+ in the log, p99 in the table']),
    ('update booking set due_at = null where due_at is not null', [r'due-at: 20\S+Z in the log, nothing in the table']),
    (f"delete from booking where number = {A_BOOKING}; delete from allocation where booking not in (select number from booking)",
     ['only in the log: booking B']),
    (f"delete from booking where number = {A_BOOKING}", ['orphans: . rows of the table allocation are of a booking that there is not']),
    (f"insert into booking {COLUMNS} select pole_id, 9999, {OTHERS} from booking where number = 1", ['not in the log: booking B']),
    (f"update allocation set during = tstzrange(lower(during), upper(during) + interval '1 h') where booking = {A_BOOKING}",
     ['allocations: ']),
    (f"update allocation set occupies = false where booking = {A_BOOKING}", [r'allocations: \S+ in the log, \S+/free in the table']),
    (f"update allocation set lane = 77 where booking = {A_BOOKING}", ['a place that there never was: B', ', place 77']),
    (f"delete from allocation where booking = {A_BOOKING}", [r'allocations: \S+ in the log, nothing in the table']),
    ("alter table allocation drop constraint allocation_overlap; "
     f"update allocation a set (resource_id, lane, during) = (select resource_id, lane, during from allocation b where b.booking = {A_BOOKING} "
     "limit 1) where a.booking = (select max(number) from booking)", [r'two in one place: B\w+ and B\w+ both have \S+ from 20', 'allocations: ']),
    ('update item set quantity = 7 where quantity = 2', ['items: ']),
    ('delete from item', ['items: .* in the log, nothing in the table']),
    ('update detail set meter_out = 99 where meter_out is not null', ['details: .*meter_out=105.* in the log, .*meter_out=99.* in the table']),
    ('delete from detail', ['details: ']),
    ('update outage set ends = null where not is_closure', [r'outage \d', r'to: 20\S+Z in the log, nothing in the table']),
    ('update outage set is_closure = not is_closure', ['closure: ']),
    ('delete from outage', ['only in the log: outage 1', 'orphans: . rows of the table note are of a outage']),
    ('update person set roles = 15 where number = 2', [r'person p2', r'roles: \d+ in the log, 15 in the table']),
    ('update person set active = false where number = 2', ['active: t in the log, f in the table']),
    ('update credential set withdrawn = not withdrawn where person = 2', ['credentials: ']),
    ("insert into credential (pole_id, hash, person, withdrawn) values (1, repeat('a', 64), 2, false)", ['credentials: ']),
    ("update qualification set until = '2120-01-01' where word = 'licence-d'", ['qualifications: ']),
    ('delete from qualification', ['qualifications: ']),
    ('delete from person where number = 2', ['only in the log: person p2', 'orphans: .* rows of the table credential']),
    ("update name set id = 'other' where kind = 'unit' and number = 2", ['not what the log says: name of unit 2 of a resource', 'id: ']),
    ("delete from name where kind = 'member' and number = 2", ['only in the log: name of member 2']),
    ("insert into name values (1, 'resource', 0, 99, 'ghost')", ['not in the log: name of resource 99']),
    ("update note set text = 'Neuf' where kind = 'condition-back'", [r'note \(condition-back\) about booking B', 'hash: ']),
    ("insert into note (pole_id, about, number, kind, text) values (1, 'booking', 1, 'settlement', 'x')", [r'not in the log: note \(settlement\)']),
    ("insert into note (pole_id, about, number, kind, text) values (1, 'booking', 9999, 'purpose', 'x')", ['orphans: 1 rows of the table note']),
    ("update policy set files = replace(files::text, 'town', 'moon')::jsonb", ['policies: version 1: its files have the hash']),
    ("update policy set hash = 'x'", ['policies: version 1: ', 'hash: ']),
    ("update policy set files = '[{\"name\": \"a.yaml\", \"text\": \"pole: [\"}]'", ['which holds, cannot be read']),
    (f"insert into booking {COLUMNS} select 77, 1, {OTHERS} from booking where number = 1", ['booking: 1 rows of pole 77, which there is not']),
]


@pytest.mark.parametrize('sql, said', DAMAGE)
def test_damage_is_found(copy, sql, said):
    one, server = copy
    server.psql(UNLOCK + sql, 'damaged')
    out = verify(one, database=server.conninfo('damaged', 'pole_owner'))
    assert out.returncode == 1 and 'does not say what it should' in out.stdout, out.stdout + out.stderr
    for text in [*said, 'What it means: ', 'What to do: ']:
        assert re.search(text, out.stdout), (text, out.stdout)
    assert 'Sanitizer' not in out.stderr, out.stderr


ERASED = ["delete from note", "update note set text = ''", "update person set name = '', mail = ''"]


@pytest.mark.parametrize('sql', ERASED)
def test_what_may_be_erased_is_no_damage(copy, sql):
    one, server = copy
    server.psql(sql, 'damaged')
    out = verify(one, 'regles', database=server.conninfo('damaged', 'pole_owner'))
    assert is_fine(out), out.stdout + out.stderr
    assert ('notes were erased' in out.stdout) == ('note' in sql)


def test_what_cannot_be_verified(copy):
    one, server = copy
    conninfo = server.conninfo('damaged', 'pole_owner')
    assert is_fine(verify(one, 'regles', 'regles', database=conninfo))
    for poles, database, said in [(['nulle-part'], conninfo, 'there is no pole "nulle-part"'),
                                  ([], server.conninfo('nowhere', 'pole_owner'), 'nowhere')]:
        out = verify(one, *poles, database=database)
        assert out.returncode == 3 and said in out.stderr, out.stdout + out.stderr
    server.psql('insert into schema_version (version) values (99)', 'damaged')
    out = verify(one, database=conninfo)
    assert out.returncode == 3 and 'has schema 99' in out.stderr, out.stdout + out.stderr


def test_a_daemon_of_its_own_database(start):
    """The embedded database, while the daemon runs and when it does not."""
    one = start(poles=regles.POLE)
    live(one)
    assert is_fine(verify(one))
    one.stop()
    out = verify(one)
    assert is_fine(out) and re.search(r'regles: \d+ versions, \d+ events; 47 bookings', out.stdout), out.stdout + out.stderr
