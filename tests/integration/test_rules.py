# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules as members meet them: each refusal names its rule with its place, and says the numbers in words."""
import contextlib
import datetime

import pytest

import regles
import running


@pytest.fixture(scope='module')
def pole():
    with running.short_folder() as folder:
        one = running.Daemon(folder, poles=regles.POLE).start()
        one.people = regles.people(one)
        yield one
        one.stop()


@pytest.fixture
def on(pole):
    """on('alice'): a connection of that person."""
    with contextlib.ExitStack() as stack:
        yield lambda name, **how: stack.enter_context(pole.connect(getattr(pole.people, name), **how))


@pytest.fixture
def day():
    return regles.new_day()


def reason(reply, code):
    (found,) = [l for l in reply.of('reason') if l['code'] == code]
    return found


def monday_after(days):
    first = datetime.date.today() + datetime.timedelta(days=days)
    return first + datetime.timedelta(days=(7 - first.weekday()) % 7)


def test_a_quota_is_the_organisations(on, day):
    """Three at once are three, whoever of the member asked; one given back is one that may be had again."""
    alice, anne, bruno = on('alice'), on('anne'), on('bruno')
    made = [one.expect('BOOK', what='bike', from_=f"{day}T{8 + i:02d}:00", for_='1h')['booking']
            for i, one in enumerate([alice, anne, alice])]
    no = anne.refused('NO quota', 'BOOK', what='bike', from_=f"{day}T12:00", for_='1h')
    assert no['rule'] == 'three bikes ahead' and no['place'].startswith('rules.yaml:3:')
    assert no['text'].startswith('Your organisation has 3 of 3 bookings ahead; this would make 4')
    why = reason(no, 'quota')
    assert (why['used'], why['wanted'], why['at-most'], why['of'], why['measure']) == ('3', '1', '3', 'member', 'bookings')
    bruno.expect('CANCEL', booking=bruno.expect('BOOK', what='bike', from_=f"{day}T12:00", for_='1h')['booking'])
    alice.expect('CANCEL', booking=made[0])
    made[0] = anne.expect('BOOK', what='bike', from_=f"{day}T12:00", for_='1h')['booking']
    for booking in made:
        alice.expect('CANCEL', booking=booking)


def test_a_quota_in_hours_over_a_week(on):
    monday = monday_after(60)
    alice = on('alice')
    booking = alice.expect('BOOK', what='laser', from_=f"{monday}T08:00", for_='5h')['booking']
    no = alice.refused('NO quota', 'BOOK', what='laser', from_=f"{monday + datetime.timedelta(days=6)}T08:00", for_='2h')
    assert 'Your organisation has 5h of 6h in the week from Mon ' in no['text'] and 'this would make 7h' in no['text']
    why = reason(no, 'quota')
    assert (why['used'], why['wanted'], why['at-most'], why['measure']) == ('5h', '2h', '6h', 'time')
    assert why['window-from'].startswith(f"{monday}T00:00")
    alice.expect('BOOK', what='laser', from_=f"{monday + datetime.timedelta(days=7)}T08:00", for_='2h')
    no = alice.refused('NO quota', 'EXTEND', booking=booking, by='2h')
    assert '5h of 6h' in no['text'] or 'this would make 7h' in no['text']
    alice.expect('EXTEND', booking=booking, by='1h')
    french = on('anne', lang='fr')
    no = french.refused('NO quota', 'BOOK', what='laser', from_=f"{monday}T16:00", for_='1h')
    assert no['text'].startswith('Votre organisation a 6h sur 6h dans la semaine du lun.')


def test_the_coordination_is_told_whose_quota_it_is(on, day):
    carla = on('carla')
    made = [carla.expect('BOOK', what='bike', from_=f"{day}T{8 + i:02d}:00", for_='1h', member='m04')['booking'] for i in range(3)]
    no = carla.refused('NO quota', 'BOOK', what='bike', from_=f"{day}T12:00", for_='1h', member='m04')
    assert no['text'].startswith('Les Lutins has 3 of 3 bookings ahead')
    for booking in made:
        carla.expect('CANCEL', booking=booking)


def test_who_and_kept(on, day):
    no = on('bruno').refused('NO who', 'BOOK', what='club', from_=f"{day}T08:00", for_='1h')
    assert no['rule'] == 'only founders' and 'class founder' in no['text'] and reason(no, 'who')['for'] == 'class:founder'
    on('alice').expect('BOOK', what='club', from_=f"{day}T08:00", for_='1h')
    no = on('alice').refused('NO kept', 'BOOK', what='owned', from_=f"{day}T08:00", for_='1h')
    assert 'its owner' in no['text'] and 'until' in no['text']
    why = reason(no, 'kept')
    released = datetime.date.fromisoformat(day) - datetime.timedelta(days=7)
    assert why['for'] == 'owner' and why['earliest'].startswith(released.isoformat())
    on('tom').expect('BOOK', what='owned', from_=f"{day}T08:00", for_='1h')
    near = datetime.date.today() + datetime.timedelta(days=3)
    on('alice').expect('BOOK', what='owned', from_=f"{near}T08:00", for_='1h')


def test_qualifications_are_valid_at_the_time_of_use(on, pole, day):
    """Without it, after its end, with it, and taken off again: on every path that makes or changes a booking."""
    alice, carla, code = on('alice'), on('carla'), pole.people.alice_code
    ask = {'what': 'truck', 'from_': f"{day}T08:00", 'for_': '2h'}
    no = alice.refused('NO qualification', 'BOOK', **ask)
    assert no['rule'] == 'drivers' and 'licence-c' in no['text'] and reason(no, 'qualification')['needs'] == 'licence-c'
    on('max').refused('NO forbidden', 'PERSON QUALIFY', person=code, qualification='licence-c')
    carla.expect('PERSON QUALIFY', person=code, qualification='licence-c', until=day)
    alice.refused('NO qualification', 'BOOK', **ask)
    made = carla.expect('PERSON QUALIFY', person=code, qualification='licence-c', until=f"{day}T10:00", since='2020-01-01', key='q1')
    assert made['until'].startswith(f"{day}T10:00") and made['since'].startswith('2020-01-01T00:00')
    booking = alice.expect('BOOK', **ask)['booking']
    alice.refused('NO qualification', 'EXTEND', booking=booking, by='1h')
    alice.refused('NO qualification', 'MOVE', booking=booking, from_=f"{day}T09:00")
    alice.refused('NO qualification', 'BOOK', what='truck', from_=f"{day}T06:00", for_='2h', rule='FREQ=DAILY;COUNT=2')
    (line,) = alice.expect('WHOAMI').of('qualification')
    assert line['qualification'] == 'licence-c' and 'issuer' not in line
    assert any(l['person'] == code for l in carla.expect('PERSON LIST').of('qualification'))
    assert carla.expect('PERSON DISQUALIFY', person=code, qualification='licence-c')['count'] == '1'
    carla.refused('NO unknown-qualification', 'PERSON DISQUALIFY', person=code, qualification='licence-c')
    alice.refused('NO qualification', 'MOVE', booking=booking, from_=f"{day}T07:00")
    carla.refused('NO unknown-member', 'PERSON QUALIFY', person=code, qualification='x', issuer='m99')
    carla.refused('NO empty-span', 'PERSON QUALIFY', person=code, qualification='x', since='2030-01-01', until='2029-01-01')
    carla.refused('NO unknown-person', 'PERSON QUALIFY', person='p999', qualification='x')


def test_any_word_may_be_a_qualification(on, pole):
    carla, code = on('carla'), pole.people.dora_code
    for word, issuer in [('HACCP: niveau 2, "cuisine"', 'm04'), ('HACCP: niveau 2, "cuisine"', None), ('x' * 63, None)]:
        made = carla.expect('PERSON QUALIFY', person=code, qualification=word, issuer=issuer)
        assert made['qualification'] == word and made.get('issuer') == issuer
    carla.refused('BAD bad-value', 'PERSON QUALIFY', person=code, qualification='x' * 64)
    before = [(l['qualification'], l.get('issuer')) for l in on('dora').expect('WHOAMI').of('qualification')]
    assert len(before) == 3
    assert carla.expect('PERSON DISQUALIFY', person=code, qualification=before[0][0], issuer='m04')['count'] == '1'
    assert len(on('dora').expect('WHOAMI').of('qualification')) == 2


def test_all_rules_that_refuse_are_named(on, day):
    """Not only the first of them."""
    no = on('bruno').call('BOOK', what='truck', from_=f"{day}T08:00", for_='1h')
    assert {(l['code'], l['rule']) for l in no.of('reason')} == {('qualification', 'drivers'), ('who', 'the truck is the founders\'')}
    assert all(l['place'].startswith('rules.yaml:') for l in no.of('reason'))


def test_a_chain_is_told_with_its_length(on, day):
    on('alice').expect('BOOK', what='linked', from_=f"{day}T08:00", for_='3h')
    no = on('anne').refused('NO too-long', 'BOOK', what='linked', from_=f"{day}T11:00", for_='2h')
    assert no['rule'] == 'no chains' and 'it would be 5h;' in no['text'], no


def test_what_holds_for_a_resource(on):
    reply = on('alice').expect('POLICY EFFECTIVE', what='hall')
    by_key = {l['key']: l for l in reply.of('value')}
    assert by_key['approval']['rule'] == 'the hall is asked for' and by_key['approval']['place'].startswith('rules.yaml:')
    assert 'approval' in by_key['approval']['value'] or 'name' in by_key['approval']['value']
    assert 'always' in by_key['hours']['value']
    assert 'quota' not in by_key and int(reply['count']) == len(reply.of('value'))
    on('alice').refused('NO unknown-resource', 'POLICY EFFECTIVE', what='hal')


def test_all_of_it_is_there_after_a_restart(start):
    one = start(poles=regles.POLE)
    people = regles.people(one)
    day = regles.new_day()
    with one.connect(people.carla) as carla:
        carla.expect('PERSON QUALIFY', person=people.alice_code, qualification='licence-c', issuer='m01', since='2020-01-01')
    with one.connect(people.alice) as alice:
        alice.expect('BOOK', what='truck', from_=f"{day}T08:00", for_='1h')
        for i in range(3):
            alice.expect('BOOK', what='bike', from_=f"{day}T{8 + i:02d}:00", for_='1h')
        before = [l.text.split(' ', 1)[1] for l in [*alice.expect('WHOAMI').data, *alice.expect('LIST').data]]
    one.stop()
    one.start()
    with one.connect(people.alice) as alice:
        assert before == [l.text.split(' ', 1)[1] for l in [*alice.expect('WHOAMI').data, *alice.expect('LIST').data]]
        alice.refused('NO quota', 'BOOK', what='bike', from_=f"{day}T12:00", for_='1h')
        alice.expect('BOOK', what='truck', from_=f"{day}T10:00", for_='1h')
