# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pole shares, on the example pole: quantities, parts, requirements, baskets, windows, wishes, outages, through the daemon
and its database."""
import datetime
import shlex

import pytest

import running

EXAMPLE = running.TREE / 'config' / 'example' / 'deux-sanes'


@pytest.fixture(scope='module')
def pole():
    """A daemon with the things of the example pole, without the rules that the members share them by; alice acts for m11, bob for
    m02, both may do everything; admin acts for the pole."""
    with running.short_folder() as folder:
        one = running.Daemon(folder, poles=EXAMPLE)
        (one.policies / 'deux-sanes' / 'rules.yaml').write_text('rules: []\n')
        one.start()
        one.alice = skilled(one, 'Alice Test', 'm11')
        one.bob = skilled(one, 'Bob Test', 'm02')
        yield one
        one.stop()


def skilled(daemon, name, member):
    token, code = daemon.person(name, member)
    with daemon.admin() as admin:
        for word in ('licence-b', 'cargo-bike-introduction', 'wood-1', 'laser', 'cnc', 'haccp'):
            admin.expect('PERSON QUALIFY', person=code, qualification=word, since='2015-01-01',
                         issuer=member if word == 'haccp' else None)
    return token


@pytest.fixture
def alice(pole):
    with pole.connect(pole.alice) as connection:
        yield connection


@pytest.fixture
def bob(pole):
    with pole.connect(pole.bob) as connection:
        yield connection


def weekday(number, ahead=8, week=0):
    """The first such day (Monday: 0) at least so many days ahead, and so many weeks later."""
    first = datetime.date.today() + datetime.timedelta(days=ahead)
    return (first + datetime.timedelta(days=(number - first.weekday()) % 7, weeks=week)).isoformat()


TUESDAY, FRIDAY = 1, 4


def units(line):
    return line.all('unit')


def state(daemon, token):
    """All that a client can see of the future."""
    with daemon.connect(token) as c:
        listed = c.expect('LIST', all='yes', count=1000)
        outages = c.expect('OUTAGES')
        return [l.text.split(' ', 1)[1] for l in [*listed.data, *outages.data]]


def test_places_are_counted(alice, bob):
    day = weekday(TUESDAY)
    assert alice.expect('BOOK', what='cold-room', from_=day, for_='2d', qty=5)['qty'] == '5'
    refused = bob.refused('NO conflict', 'BOOK', what='cold-room', from_=day, for_='2d', qty=4)
    fewer = [l for l in refused.of('alternative') if l['why'] == 'fewer']
    assert [l['qty'] for l in fewer] == ['3']
    bob.expect('BOOK', what='cold-room', from_=fewer[0]['from'], to=fewer[0]['to'], qty=3)
    bob.refused('NO conflict', 'BOOK', what='cold-room', from_=day, for_='1d')
    alice.refused('NO too-many', 'BOOK', what='cold-room', from_=weekday(TUESDAY, week=1), for_='1d', qty=9)
    busy = alice.expect('AGENDA', what='cold-room', from_=day, for_='3d', profile='yes').of('busy')
    assert [(l['busy'], l['of']) for l in busy] == [('8', '8'), ('0', '8')]


def test_others_move_to_make_room(alice):
    """Lanes 1: 8-10, 2: 12-14 taken by nobody who asked for a place: a booking from 8 to 14 of three fits by moving one."""
    day = weekday(TUESDAY, week=1)
    van = [alice.expect('BOOK', what='van', from_=f"{day}T{hour:02}:00", for_='2h') for hour in (6, 6, 12, 12)]
    assert len({l.final['unit'] for l in van[:2]}) == 2
    long = alice.expect('BOOK', what='van', from_=f"{day}T06:00", to=f"{day}T14:00")
    shown = [alice.expect('SHOW', booking=l['booking']).of('booking')[0]['unit'] for l in van]
    assert long['unit'] not in shown


def test_the_whole_and_its_parts_exclude_each_other(alice, bob):
    day = weekday(TUESDAY, ahead=10)
    morning = {'from_': f"{day}T08:00", 'to': f"{day}T16:00"}
    alice.expect('BOOK', what='hall-a', **morning)
    refused = bob.refused('NO conflict', 'BOOK', what='great-hall', **morning)
    assert [l['resource'] for l in refused.of('conflict')] == ['hall-a']
    bob.expect('BOOK', what='hall-b', **morning)
    evening = {'from_': f"{day}T17:00", 'to': f"{day}T24:00"}
    assert not bob.call('BOOK', what='great-hall', **evening).ok  # not a slot
    whole = bob.expect('BOOK', what='great-hall', from_=f"{weekday(TUESDAY, ahead=10, week=1)}T08:00", for_='8h')
    alice.refused('NO conflict', 'BOOK', what='hall-b', from_=whole['from'], to=whole['to'])
    agenda = alice.expect('AGENDA', what='great-hall', from_=whole['from'], to=whole['to'])
    assert {l['resource'] for l in agenda.of('taken')} == {'hall-a', 'hall-b'}
    busy = alice.expect('AGENDA', what='great-hall', from_=whole['from'], to=whole['to'], profile='yes').of('busy')
    assert {(l['resource'], l['busy'], l['of']) for l in busy} >= {(r, '1', '1') for r in ('great-hall', 'hall-a', 'hall-b')}


def test_the_laser_brings_a_bench(alice):
    day = next(d for d in (datetime.date.today() + datetime.timedelta(days=n) for n in range(2, 7)) if 1 <= d.weekday() <= 4)
    asked = {'what': 'laser', 'from_': f"{day}T10:00", 'for_': '2h'}
    made = alice.expect('BOOK', **asked)
    items = made.of('item')
    assert [(l['resource'], l['via']) for l in items] == [('laser', 'asked'), ('workshop', 'required')]
    assert items[1]['of'] == '1' and made['items'] == '2'
    busy = alice.expect('AGENDA', what='workshop', from_=f"{day}T10:00", for_='2h', profile='yes').of('busy')
    assert busy[0]['busy'] == '1'
    alice.expect('CANCEL', booking=made['booking'])
    busy = alice.expect('AGENDA', what='workshop', from_=f"{day}T10:00", for_='2h', profile='yes').of('busy')
    assert [l['busy'] for l in busy] == ['0']
    alice.expect('BOOK', what='workshop', from_=f"{day}T10:00", for_='2h', qty=4)
    refused = alice.refused('NO requirement', 'BOOK', **asked)
    assert refused.of('reason')[0]['needs'] == 'workshop' and 'Atelier bois' in refused['text']


def test_a_trailer_needs_a_hitch(alice, bob):
    day = weekday(TUESDAY, week=2)
    half = {'from_': f"{day}T08:00", 'to': f"{day}T13:00"}
    for unit in ('van-2', 'van-3'):
        bob.expect('BOOK', what=unit, from_=f"{day}T08:00", to=f"{day}T12:30")  # and half an hour of buffer
    refused = alice.refused('NO requirement', 'BOOK', what='trailer', **half)
    assert refused.of('reason')[0]['needs'] == 'van'
    own = alice.expect('BOOK', what='trailer', declared='own-hitch', **half)
    assert not own.of('item')
    found = alice.expect('FIND', item=[f"what=trailer from={day}T13:00 to={day}T18:00", f"what=workshop qty=2 from={day}T15:00 for=2h"])
    assert [(l['item'], l['resource'], l.get('qty'), l['via'], l.get('of')) for l in found.of('free')] == \
        [('1', 'trailer', None, 'asked', None), ('2', 'workshop', '2', 'asked', None), ('3', 'van', None, 'required', '1')]
    afternoon = alice.expect('BOOK', what='trailer', from_=f"{day}T13:00", to=f"{day}T18:00")
    assert units(afternoon.of('item')[1])[0] in ('van-2', 'van-3')


def test_all_or_nothing_and_a_part_given_back(pole, alice, bob):
    day = weekday(FRIDAY, week=1)
    bob.expect('BOOK', what='minibus', from_=f"{day}T09:00", for_='4h')
    things = [f"what=van from={day}T09:00 for=2h qty=2", f"what=tent from={day}T09:00 for=2h qty=3",
              f"what=minibus from={day}T10:00 for=2h"]
    before = state(pole, pole.alice)
    refused = alice.refused('NO conflict', 'BOOK', item=things)
    assert refused['item'] == '3' and {l['item'] for l in refused.of('conflict')} == {'3'}
    assert state(pole, pole.alice) == before
    instead = refused.of('alternative')[0]
    assert instead['why'] == 'shifted' and ('later' in instead or 'earlier' in instead)
    made = alice.expect('BOOK', item=instead.all('item'))
    assert [l['qty'] for l in made.of('item')] == ['2', '3', '1'] and made['items'] == '3'
    assert (made['from'], made['to']) == (instead['from'], instead['to'])
    left = alice.expect('CANCEL', booking=made['booking'], item=2)
    assert left['state'] == 'confirmed' and [l['state'] for l in left.of('item')] == ['present', 'cancelled', 'present']
    bob.refused('NO forbidden', 'CANCEL', booking=made['booking'], item=1)
    alice.refused('NO unknown-booking', 'CANCEL', booking=made['booking'], item=2)
    moved = alice.expect('MOVE', booking=made['booking'], item=3, to=made['to'], from_=made['from'])
    assert moved.of('item')[0]['from'] == made.of('item')[0]['from'] and moved.of('item')[2]['from'] == made['from']
    alice.expect('CANCEL', booking=made['booking'], item=1)
    assert alice.expect('CANCEL', booking=made['booking'], item=3)['state'] == 'cancelled'
    seen = bob.expect('LIST', all='yes', what='van').of('item')
    assert all('booking' not in l for l in seen)


def test_dry_and_again(alice):
    day = weekday(TUESDAY, week=3)
    things = [f"what=van from={day}T09:00 for=2h", f"what=minibus from={day}T09:00 for=2h"]
    dry = alice.expect('BOOK', item=things, dry='yes')
    assert 'booking' not in dry and len(dry.of('item')) == 2
    first = alice.expect('BOOK', item=things, key='things-1')
    assert [l.text.split(' ', 1)[1] for l in alice.expect('BOOK', item=things, key='things-1').data] == \
        [l.text.split(' ', 1)[1] for l in first.data]
    alice.refused('NO key-reused', 'BOOK', item=things[:1], key='things-1')


def test_within_and_having(alice):
    day = weekday(TUESDAY, week=1)
    window = f"{day}T08:00/{day}T14:30"
    asked = {'what': 'meeting-room', 'within': window, 'for_': '3h', 'having': 'seats>=14 projector'}
    found = alice.expect('FIND', **asked).of('free')
    assert [(l['unit'], l['from'][11:16]) for l in found] == [('room-3', '08:00'), ('room-3', '11:00')]
    for _ in range(2):
        made = alice.expect('BOOK', **asked)
        assert made['unit'] == 'room-3' and f"{day}T08:00" <= made['from'] and made['to'] <= f"{day}T14:30:01"
    assert not alice.call('BOOK', **asked).ok
    alice.refused('NO none-having', 'BOOK', what='meeting-room', from_=f"{day}T16:00", for_='1h', having='seats>=40')
    free = alice.expect('FIND', from_=f"{day}T16:00", for_='1h', having='seats>=14').of('free')
    assert {l['unit'] for l in free if 'unit' in l} >= {'room-3', 'room-4'} and all(l['resource'] != 'van' for l in free)


def test_an_outage_blocks_and_ends(pole, alice, bob):
    day = weekday(TUESDAY, week=4)
    made = bob.expect('BOOK', what='van-1', from_=f"{day}T08:00", for_='2h')
    alice.refused('NO forbidden', 'OUTAGE', what='van-1')
    with pole.admin() as admin:
        outage = admin.expect('OUTAGE', what='van-1', from_=f"{day}T00:00", for_='1d')
        assert outage['bookings'] == '1' and outage.of('booking')[0]['booking'] == made['booking']
        assert [l['unit'] for l in alice.expect('OUTAGES', what='van').of('outage')] == ['van-1']
        busy = alice.expect('AGENDA', what='van', from_=f"{day}T08:00", to=f"{day}T10:00", profile='yes').of('busy')
        assert [(l['busy'], l['of']) for l in busy] == [('1', '2')]
        refused = alice.refused('NO outage', 'BOOK', what='van-1', from_=f"{day}T12:00", for_='2h')
        assert refused.of('alternative')[0]['unit'] != 'van-1'
        taken = {alice.expect('BOOK', what='van', from_=f"{day}T12:00", for_='2h')['unit'] for _ in range(2)}
        assert taken == {'van-2', 'van-3'}
        assert not alice.call('BOOK', what='van', from_=f"{day}T12:00", for_='2h').ok
        assert 'lifted-at' in admin.expect('REOPEN', outage=outage['outage'])
        admin.refused('NO unknown-outage', 'REOPEN', outage=outage['outage'])
        assert alice.expect('BOOK', what='van', from_=f"{day}T12:00", for_='2h')['unit'] == 'van-1'
        assert not alice.expect('OUTAGES').of('outage')


def test_one_unit_is_not_closed_for_all(pole, alice):
    day = weekday(FRIDAY, week=1)
    made = alice.expect('BOOK', what='van-3', from_=f"{day}T08:00", for_='4h')
    with pole.admin() as admin:
        refused = admin.refused('BAD bad-value', 'CLOSE', what='van-1', from_=day, for_='1d')
        assert refused['example'] == 'van'
        assert not admin.expect('OUTAGES').of('outage')
    assert alice.expect('SHOW', booking=made['booking']).of('booking')[0]['state'] == 'confirmed'
    alice.expect('CANCEL', booking=made['booking'])


def test_when_it_may_come_back(alice):
    friday, tuesday = weekday(FRIDAY), (datetime.date.fromisoformat(weekday(FRIDAY)) + datetime.timedelta(days=4)).isoformat()
    monday = (datetime.date.fromisoformat(friday) + datetime.timedelta(days=3)).isoformat()
    refused = alice.refused('NO closed', 'BOOK', what='tent', from_=f"{friday}T10:00", to=f"{tuesday}T09:00", alternatives=0)
    assert refused.of('reason')[0]['open-from'].startswith(f"{monday}T16:00")


def charter():
    """One booking of each of the twelve types, as DOMAIN 6.1 says."""
    tuesday, friday, far = weekday(TUESDAY, ahead=9), weekday(FRIDAY, ahead=9), weekday(TUESDAY, ahead=30)
    soon = next(d for d in (datetime.date.today() + datetime.timedelta(days=n) for n in range(1, 7)) if 1 <= d.weekday() <= 4)
    return {
        'van': {'from_': f"{tuesday}T18:15", 'for_': '3h'},
        'minibus': {'from_': f"{tuesday}T18:30", 'for_': '1d'},
        'cargo-bike': {'from_': f"{tuesday}T09:15", 'for_': '4h'},
        'trailer': {'from_': f"{friday}T08:00", 'to': f"{friday}T13:00", 'declared': 'own-hitch'},
        'meeting-room': {'from_': f"{tuesday}T19:00", 'for_': '30m', 'having': 'seats>=12'},
        'great-hall': {'from_': f"{far}T16:00", 'to': f"{far}T24:00"},
        'workshop': {'from_': f"{tuesday}T15:00", 'for_': '2h', 'qty': 3},
        'laser': {'from_': f"{soon}T15:30", 'for_': '30m'},
        'lab': {'from_': f"{tuesday}T06:00", 'for_': '5h', 'qty': 2},
        'cold-room': {'from_': far, 'for_': '5d', 'qty': 8},
        'sound': {'from_': f"{friday}T09:00", 'to': f"{weekday(FRIDAY, ahead=9)}T16:30", 'having': 'watts>=1000'},
        'technician': {'from_': f"{far}T08:00", 'for_': '4h', 'at': 'liesange'},
    }


def test_each_of_the_twelve(pole, bob):
    for what, how in charter().items():
        made = bob.expect('BOOK', what=what, **how)
        assert made['resource'] == what and made.get('qty', '1') == str(how.get('qty', 1)), made


def test_the_same_after_a_restart(pole):
    """The last of this file, on all that the others made."""
    with pole.admin() as admin:
        admin.expect('OUTAGE', what='cnc', from_=weekday(TUESDAY))
    before = state(pole, pole.admin_token())
    assert len(before) > 20 and any(l.startswith("- item") for l in before)
    pole.stop()
    pole.start()
    assert state(pole, pole.admin_token()) == before
    assert not pole.overlaps()


def test_the_client_says_it_too(pole, tmp_path):
    mutual, day = running.Mutual(pole, tmp_path), weekday(FRIDAY, week=2)
    mutual.login('alice', pole.alice)
    said = mutual.ok('book', 'van', day, '9:00', '2h', '--qty', '2', '+', 'tent', '--qty', '3', '+', 'minibus', day, '10:00', '3h',
                     profile='alice')
    assert 'tent-1, tent-2, tent-3' in said and 'minibus' in said
    refused = mutual.run('book', 'van', day, '9:00', '2h', '--qty', '2', '+', 'minibus', '--purpose', 'Décor', profile='alice')
    assert refused.returncode == 1
    paste = next(l.strip() for l in refused.stderr.splitlines() if l.strip().startswith('mutual book'))
    assert '--qty 2' in paste and ' + minibus ' in paste and paste.endswith("--purpose 'Décor'")
    mutual.ok(*shlex.split(paste)[1:], profile='alice')
    row = next(r for r in mutual.json('list', 'tent', profile='alice') if r['from'].startswith(day))
    assert 'tent' in mutual.ok('show', row['booking'], profile='alice')
    mutual.ok('cancel', row['booking'], '--item', '2', profile='alice')
    (listed,) = [r for r in mutual.json('list', 'van', profile='alice') if r['booking'] == row['booking']]
    shown = mutual.json('show', row['booking'], profile='alice')
    assert shown['item'] == listed['item'] and [(t['item'], t['resource'], t['state'], t['via']) for t in shown['item']] == \
        [(1, 'van', 'present', 'asked'), (2, 'tent', 'cancelled', 'asked'), (3, 'minibus', 'present', 'asked')]
    assert shown['item'][0]['units'] == listed['units'] and len(shown['item'][1]['units']) == 3 and shown['item'][2]['from'][11:16] == '10:00'
    assert 'given back' in mutual.ok('show', row['booking'], profile='alice')
    found = mutual.ok('find', 'meeting-room', '2h', '--within', f"{day} 8:00 - 14:00", '--having', 'seats>=12', profile='alice')
    assert "--having 'seats>=12'" in found and found.count('meeting-room') >= 3
    things = ('find', 'trailer', day, '13:00-18:00', '+', 'workshop', day, '15:00-17:00', '--qty', '2')
    assert 'van' in mutual.ok(*things, profile='alice') and [r['via'] for r in mutual.json(*things, profile='alice')] == ['asked', 'asked', 'required']
    assert mutual.run('outage', 'van', profile='alice').returncode == 4
    busy = mutual.json('agenda', 'van,tent', day, '--busy', profile='alice')
    assert {r['resource'] for r in busy} == {'van', 'tent'}
