# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what, and who sees what (GRAMMAR.md 3 and 4)."""
import pytest

SECRET = 'purpose that stays inside'


@pytest.mark.parametrize('person, verb, args', [
    ('alice', 'REPORT', {'report': 'usage', 'from_': '2026-01-01', 'to': '2027-01-01'}),
    ('alice', 'PERSON LIST', {}),
    ('alice', 'PERSON ADD', {'name': 'Mallory'}),
    ('max', 'PERSON ADD', {'name': 'Mallory'}),
    ('alice', 'PERSON TOKEN', {'person': 'p1'}),
    ('alice', 'POLICY APPLY', {}),
    ('carla', 'POLICY APPLY', {}),
    ('carla', 'POLICY PUT', {'file': 'pole.yaml', 'line': 'pole: mine'}),
    ('carla', 'POLICY CHECK', {}),
])
def test_verbs_by_role(as_person, person, verb, args):
    as_person(person).refused('NO forbidden', verb, **args)


def test_roles_only_up_to_ones_own(as_person):
    c = as_person('carla')
    c.refused('NO forbidden', 'PERSON ADD', name='Mallory', roles='administrator')
    assert c.expect('PERSON ADD', name='Nora Test', member='m03')['token']


def test_others_bookings_show_who_and_when_only(as_person, people, day):
    alice = as_person('alice')
    code = alice.expect('BOOK', what='van', unit='van-1', from_=f"{day}T08:00", for_='2h', purpose=SECRET)['booking']
    asked = {
        'LIST': {'from_': f"{day}T00:00", 'to': f"{day}T24:00", 'all': 'yes'},
        'AGENDA': {'what': 'van', 'from_': f"{day}T00:00", 'for_': '1d'},
        'SHOW': {'booking': code},
        'BOOK': {'what': 'van', 'unit': 'van-1', 'from_': f"{day}T08:00", 'for_': '2h'},
        'FIND': {'what': 'van', 'unit': 'van-1', 'from_': f"{day}T08:00", 'for_': '2h'},
    }
    for verb, args in asked.items():
        seen = repr(as_person('bruno').call(verb, **args))
        for hidden in (SECRET, people.alice_code, 'Alice Test'):
            assert hidden not in seen, f"{verb} shows {hidden}: {seen}"
        if verb != 'SHOW':  # who knows the code may ask for it, and gets no more than AGENDA would show
            assert code not in seen, f"{verb} shows the code: {seen}"
            assert 'm01' in seen
    for person in ('alice', 'anne', 'carla', 'max', 'admin'):
        (row,) = as_person(person).expect('SHOW', booking=code).of('booking')
        assert row['purpose'] == SECRET and row['person-name'] == 'Alice Test', person
    for person, member in (('anne', None), ('carla', 'm02'), ('admin', 'm02')):
        assert code in repr(as_person(person).call('BOOK', member=member, **asked['BOOK'])), person


def test_only_ones_own_may_be_changed(as_person, day):
    code = as_person('alice').expect('BOOK', what='bench', from_=f"{day}T08:00", for_='2h')['booking']
    bruno = as_person('bruno')
    for verb, args in [('CANCEL', {}), ('MOVE', {'from_': f"{day}T12:00"}), ('EXTEND', {'by': '1h'})]:
        reply = bruno.call(verb, booking=code, **args)
        assert reply.outcome in ('NO forbidden', 'NO unknown-booking'), reply
    as_person('anne').expect('EXTEND', booking=code, by='1h')
    as_person('max').expect('MOVE', booking=code, from_=f"{day}T12:00")
    as_person('carla').expect('CANCEL', booking=code)


def test_on_behalf_of_another_member(as_person, people, day):
    as_person('alice').refused('NO forbidden', 'BOOK', what='bench', from_=f"{day}T08:00", for_='2h', member='m02')
    b = as_person('carla').expect('BOOK', what='bench', from_=f"{day}T08:00", for_='2h', member='m02', person=people.bruno_code)
    assert b['member'] == 'm02'
    (row,) = as_person('bruno').expect('SHOW', booking=b['booking']).of('booking')
    assert row['person'] == people.bruno_code and row['by'] == people.carla_code
    as_person('carla').refused('NO unknown-member', 'BOOK', what='bench', from_=f"{day}T08:00", for_='2h', member='m99')
    as_person('carla').refused('NO unknown-person', 'BOOK', what='bench', from_=f"{day}T08:00", for_='2h', member='m02', person='p99999')


def test_tokens_are_withdrawn(daemon, as_person):
    carla = as_person('carla')
    made = carla.expect('PERSON ADD', name='Olga Test', member='m03', mail='olga@example.org')
    with daemon.connect(made['token']) as c:
        assert c.expect('WHOAMI')['mail'] == 'olga@example.org'
    kept = carla.expect('PERSON TOKEN', person=made['person'], keep='yes')['token']
    for token in (made['token'], kept):
        daemon.connect(token).close()
    new = carla.expect('PERSON TOKEN', person=made['person'])['token']
    daemon.connect(new).close()
    with daemon.connect() as c:
        for token in (made['token'], kept):
            c.refused('NO auth', 'AUTH', token=token)
    (row,) = [p for p in carla.expect('PERSON LIST', member='m03').of('person') if p['person'] == made['person']]
    assert row['name'] == 'Olga Test' and row['active'] == 'yes'


def test_tokens_are_kept_as_hashes_only(daemon, people):
    tables = [r[0] for r in daemon.psql("select format('%I.%I', schemaname, tablename) from pg_tables "
                                        "where schemaname not in ('pg_catalog', 'information_schema')")]
    assert len(tables) >= 8, tables
    for table in tables:
        for token in (people.alice, daemon.admin_token()):
            assert daemon.psql(f"select count(*) from {table} t where t::text like '%{token}%'") == [['0']], table


def test_the_log_holds_no_names_and_no_purposes(daemon, as_person, day):
    as_person('alice').expect('BOOK', what='bench', from_=f"{day}T08:00", for_='2h', purpose=SECRET)
    assert int(daemon.psql("select count(*) from event")[0][0]) > 0
    for word in (SECRET, 'Alice Test'):
        assert daemon.psql(f"select count(*) from event e where e::text like '%{word}%'") == [['0']], word


def test_filters_tell_nothing_of_others(as_person, people, day):
    alice = as_person('alice')
    codes = [alice.expect('BOOK', what='bench', from_=f"{day}T{h}:00", for_='1h')['booking'] for h in ('08', '10')]
    alice.expect('CANCEL', booking=codes[1])
    window = {'from_': f"{day}T00:00", 'to': f"{day}T24:00"}
    filters = [{'person': people.alice_code}, {'person': people.alice_code, 'what': 'bench'},
               {'person': people.alice_code, 'member': 'm01'}, {'person': people.alice_code, 'state': 'confirmed'},
               {'state': 'cancelled', 'all': 'yes'}, {'state': 'cancelled', 'what': 'bench'},
               {'state': 'cancelled', 'member': 'm01'}, {'state': 'confirmed,cancelled', 'all': 'yes'}]
    for filter_ in filters:
        assert as_person('bruno').expect('LIST', **window, **filter_)['count'] == '0', filter_
        for person in ('alice', 'anne', 'max', 'carla', 'admin'):
            seen = as_person(person).expect('LIST', **window, **filter_).of('booking')
            wanted = codes if 'confirmed,' in filter_.get('state', '') else codes[filter_.get('state') == 'cancelled':][:1]
            assert [b['booking'] for b in seen] == wanted, (person, filter_)
    taken = as_person('bruno').expect('LIST', **window, what='bench', state='confirmed').of('booking')
    assert [b['member'] for b in taken] == ['m01'] and 'booking' not in taken[0]


def test_a_withdrawn_token_ends_what_it_opened(daemon, as_person, day):
    carla = as_person('carla')
    made = carla.expect('PERSON ADD', name='Paula Test', member='m03')
    ask = {'what': 'bench', 'from_': f"{day}T08:00", 'for_': '1h'}
    with daemon.connect(made['token']) as c:
        code = c.expect('BOOK', **ask)['booking']
        new = carla.expect('PERSON TOKEN', person=made['person'])['token']
        for verb, args in [('BOOK', ask), ('CANCEL', {'booking': code}), ('LIST', {}), ('WHOAMI', {}), ('SHOW', {'booking': code})]:
            reply = c.call(verb, **args)
            assert reply.outcome in ('NO auth-needed', 'NO forbidden') and not reply.data, reply
        c.expect('AUTH', token=new)
        assert len(c.expect('LIST', from_=f"{day}T00:00").of('booking')) == 1
