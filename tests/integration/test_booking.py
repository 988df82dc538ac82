# SPDX-License-Identifier: GPL-3.0-or-later
"""Find, book, move, extend, cancel, show, list, agenda, over TLS against the real database."""
import datetime

import pytest


def book(c, day, start, length='2h', what='van', **more):
    return c.expect('BOOK', what=what, from_=f"{day}T{start}", for_=length, **more)


def test_book_and_show(as_person, people, day):
    c = as_person('alice')
    reply = book(c, day, '08:00', '4h', purpose='Marché de "Noël" \\ 2026')
    assert reply['state'] == 'confirmed' and reply['resource'] == 'van' and reply['member'] == 'm01'
    assert reply['unit'] in ('van-1', 'van-2', 'van-3')
    assert reply['from'].startswith(f"{day}T08:00+") and reply['to'].startswith(f"{day}T12:00+")
    (shown,) = c.expect('SHOW', booking=reply['booking']).of('booking')
    for key in ('booking', 'state', 'resource', 'unit', 'from', 'to', 'member'):
        assert shown[key] == reply[key]
    assert shown['purpose'] == 'Marché de "Noël" \\ 2026' and shown['person'] == people.alice_code
    assert shown['person-name'] == 'Alice Test' and shown['made-at']


def test_three_vans_then_a_conflict(as_person, day):
    alice, bruno = as_person('alice'), as_person('bruno')
    units = {book(alice, day, '08:00', '4h')['unit'] for _ in range(3)}
    assert units == {'van-1', 'van-2', 'van-3'}
    no = bruno.refused('NO conflict', 'BOOK', what='van', from_=f"{day}T09:00", for_='2h')
    assert any(r['code'] == 'conflict' for r in no.of('reason'))
    assert {x['unit'] for x in no.of('conflict')} == units
    assert {x['member'] for x in no.of('conflict')} == {'m01'}
    assert {x['member-name'] for x in no.of('conflict')} == {"L'Établi, menuiserie"}
    alternatives = no.of('alternative')
    assert len(alternatives) >= 3 and [a['rank'] for a in alternatives] == [str(i + 1) for i in range(len(alternatives))]
    for a in alternatives:  # each would have been granted at that moment
        bruno.expect('BOOK', what=a['what'], unit=a.get('unit'), from_=a['from'], to=a['to'], dry='yes')
    first = alternatives[0]
    got = bruno.expect('BOOK', what=first['what'], unit=first.get('unit'), from_=first['from'], to=first['to'])
    assert got['from'] == first['from'] and got['to'] == first['to']


def test_a_buffer_is_kept(as_person, day):
    c = as_person('alice')
    book(c, day, '08:00', what='van', unit='van-2')
    c.refused('NO conflict', 'BOOK', what='van', unit='van-2', from_=f"{day}T10:00", for_='1h')
    c.refused('NO conflict', 'BOOK', what='van', unit='van-2', from_=f"{day}T10:15", for_='1h')
    book(c, day, '10:30', '1h', unit='van-2')


def test_a_unit_by_its_name(as_person, day):
    c = as_person('alice')
    assert book(c, day, '08:00', what='van-3')['unit'] == 'van-3'
    no = c.refused('NO conflict', 'BOOK', what='van-3', from_=f"{day}T08:00", for_='2h')
    others = [a for a in no.of('alternative') if a['why'] == 'other-unit']
    assert others and all(a['unit'] != 'van-3' for a in others)


def test_capacity_is_a_peak(as_person, day):
    c = as_person('alice')
    for _ in range(3):
        book(c, day, '08:00', '4h', what='bench')
    book(c, day, '08:00', '1h', what='bench')
    book(c, day, '09:00', '1h', what='bench')
    c.refused('NO conflict', 'BOOK', what='bench', from_=f"{day}T08:30", for_='1h')
    book(c, day, '10:00', '1h', what='bench')


@pytest.mark.parametrize('what, start, length, code', [
    ('van', '08:00', '30m', 'too-short'),
    ('van', '08:00', '4d', 'too-long'),
    ('van', '08:05', '2h', 'start-grid'),
])
def test_limits_name_their_rule(as_person, day, what, start, length, code):
    no = as_person('alice').refused(f"NO {code}", 'BOOK', what=what, from_=f"{day}T{start}", for_=length)
    reason = next(r for r in no.of('reason') if r['code'] == code)
    assert reason['rule'] and reason['place'].startswith('resources.yaml:') and reason['place'].count(':') == 2
    assert no['rule'] == reason['rule'] and no['place'] == reason['place']


def test_a_rule_for_a_class_of_members(as_person, day):
    no = as_person('dora').refused('NO too-long', 'BOOK', what='van', from_=f"{day}T08:00", for_='2d')
    assert no['rule'] == 'one day at most for the small' and no['place'].startswith('rules.yaml:')
    book(as_person('alice'), day, '08:00', '25h', dry='yes')


def test_lead_and_horizon(as_person):
    c = as_person('alice')
    today = datetime.date.today()
    soon, far = today + datetime.timedelta(days=1), today + datetime.timedelta(days=120)
    no = c.refused('NO lead', 'BOOK', what='minibus', from_=f"{soon}T08:00", for_='2h')
    assert no.of('reason')[0]['earliest'] > f"{soon}T08:00"
    no = c.refused('NO horizon', 'BOOK', what='van', from_=f"{far}T08:00", for_='2h')
    assert no.of('reason')[0]['latest'] < f"{far}T08:00"


def test_closed(as_person, tuesday):
    c = as_person('alice')
    no = c.refused('NO closed', 'BOOK', what='room', from_=f"{tuesday}T18:00", for_='2h')
    reason = next(r for r in no.of('reason') if r['code'] == 'closed')
    assert reason['open-from'].startswith(f"{tuesday}T08:00") and reason['open-to'].startswith(f"{tuesday}T19:00")
    book(c, tuesday, '17:00', what='room')
    sunday = datetime.date.fromisoformat(tuesday) + datetime.timedelta(days=5)
    c.refused('NO closed', 'BOOK', what='room', from_=f"{sunday}T10:00", for_='2h')


@pytest.mark.parametrize('args, outcome', [
    ({'what': 'van', 'from_': '2001-01-01T08:00', 'for_': '2h'}, 'NO past'),
    ({'what': 'bench', 'from_': '2031-01-01T08:00', 'to': '2031-01-01T08:00'}, 'NO empty-span'),
    ({'what': 'bench', 'from_': '2031-01-01T08:00', 'to': '2031-01-01T07:00'}, 'NO empty-span'),
    ({'what': 'rocket', 'from_': '2031-01-01T08:00', 'for_': '2h'}, 'NO unknown-resource'),
    ({'what': 'van', 'unit': 'van-9', 'from_': '2031-01-01T08:00', 'for_': '2h'}, 'NO unknown-unit'),
])
def test_what_cannot_be(as_person, args, outcome):
    as_person('alice').refused(outcome, 'BOOK', **args)


def test_dry_changes_nothing(as_person, day):
    c = as_person('alice')
    before = c.expect('STATUS')['version']
    reply = book(c, day, '08:00', dry='yes')
    assert reply['dry'] == 'yes' and reply['unit']
    assert c.expect('STATUS')['version'] == before
    assert c.expect('LIST', from_=f"{day}T00:00", to=f"{day}T24:00", what='van').of('booking') == []


def test_move_extend_cancel(as_person, day):
    c = as_person('alice')
    b = book(c, day, '08:00', '2h', unit='van-1')
    code = b['booking']
    moved = c.expect('MOVE', booking=code, from_=f"{day}T14:00")
    assert moved['from'].startswith(f"{day}T14:00") and moved['to'].startswith(f"{day}T16:00")
    assert moved['was-from'] == b['from'] and moved['was-to'] == b['to'] and moved['booking'] == code
    longer = c.expect('EXTEND', booking=code, by='1h')
    assert longer['to'].startswith(f"{day}T17:00") and longer['was-to'].startswith(f"{day}T16:00")
    assert c.expect('EXTEND', booking=code, to=f"{day}T18:00")['to'].startswith(f"{day}T18:00")
    other = c.expect('MOVE', booking=code, unit='van-2')
    assert other['unit'] == 'van-2' and other['was-unit'] == 'van-1'
    gone = c.expect('CANCEL', booking=code)
    assert gone['state'] == 'cancelled'
    c.refused('NO state', 'CANCEL', booking=code)
    c.refused('NO state', 'MOVE', booking=code, from_=f"{day}T09:00")
    book(c, day, '14:00', '2h', unit='van-2')


def test_who_asked_for_a_unit_keeps_it(as_person, day):
    c = as_person('alice')
    code = book(c, day, '08:00', '2h', unit='van-2')['booking']
    book(c, day, '12:00', '2h', unit='van-2')
    no = c.refused('NO conflict', 'EXTEND', booking=code, by='3h')
    assert [x['unit'] for x in no.of('conflict')] == ['van-2']
    assert c.expect('MOVE', booking=code, from_=f"{day}T18:00")['unit'] == 'van-2'


def test_a_booking_may_move_over_itself(as_person, day):
    c = as_person('alice')
    b = book(c, day, '08:00', '4h', what='one')
    assert c.expect('MOVE', booking=b['booking'], from_=f"{day}T09:00")['from'].startswith(f"{day}T09:00")
    no = c.refused('NO empty-span', 'MOVE', booking=b['booking'], to=f"{day}T09:00")
    assert no['text']


def test_find(as_person, day):
    c = as_person('bruno')
    assert {f['unit'] for f in c.expect('FIND', what='van', from_=f"{day}T08:00", for_='2h').of('free')} == {'van-1', 'van-2', 'van-3'}
    book(c, day, '08:00', unit='van-1')
    found = c.expect('FIND', what='van', from_=f"{day}T09:00", for_='2h')
    assert {f['unit'] for f in found.of('free')} == {'van-2', 'van-3'} and found['count'] == '2'
    assert {'van', 'bench', 'one'} <= {f['resource'] for f in c.expect('FIND', from_=f"{day}T09:00", for_='2h', count=100).of('free')}
    book(c, day, '08:00', unit='van-2')
    book(c, day, '08:00', unit='van-3')
    none = c.call('FIND', what='van', from_=f"{day}T08:00", for_='2h')
    assert none.of('free') == [] and len(none.of('conflict')) == 3 and len(none.of('alternative')) >= 3, none


def test_list_filters_and_order(as_person, day):
    c = as_person('alice')
    made = [book(c, day, f"{h:02}:00", '1h', what='bench')['booking'] for h in (15, 9, 12)]
    c.expect('CANCEL', booking=made[1])
    rows = c.expect('LIST', from_=f"{day}T00:00", to=f"{day}T24:00", what='bench').of('booking')
    assert [r['booking'] for r in rows if r['state'] == 'confirmed'] == [made[2], made[0]]
    cancelled = c.expect('LIST', from_=f"{day}T00:00", to=f"{day}T24:00", what='bench', state='cancelled').of('booking')
    assert [r['booking'] for r in cancelled] == [made[1]]
    first = c.expect('LIST', from_=f"{day}T00:00", to=f"{day}T24:00", what='bench', state='confirmed', count=1)
    assert first['count'] == '1' and first['more'] == 'yes'


def test_agenda(as_person, tuesday):
    c = as_person('alice')
    book(c, tuesday, '09:00', '2h', what='room', unit='room-b', purpose='Réunion')
    agenda = c.expect('AGENDA', what='room', from_=f"{tuesday}T00:00", for_='1d')
    assert [r['name'] for r in agenda.of('resource')] == ['room']
    assert {l['unit'] for l in agenda.of('lane')} == {'room-a', 'room-b'}
    assert [(o['from'][11:16], o['to'][11:16]) for o in agenda.of('open')] == [('08:00', '19:00')]
    (taken,) = agenda.of('taken')
    assert taken['unit'] == 'room-b' and taken['member'] == 'm01' and taken['purpose'] == 'Réunion'
    assert (taken['from'][11:16], taken['to'][11:16]) == ('09:00', '11:00')


def test_resources(as_person):
    c = as_person('alice')
    reply = c.expect('RESOURCES')
    rows = {r['name']: r for r in reply.of('resource')}
    assert set(rows) == {'van', 'minibus', 'room', 'bench', 'one', 'four', 'clock', 'shed', 'club', 'hall', 'laser'}
    van = rows['van']
    assert (van['title'], van['kind'], van['lanes']) == ('Fourgon 12 m³', 'equipment', '3')
    assert (van['min'], van['max'], van['buffer-after']) == ('1h', '3d', '30m')
    units = {u['unit']: u for u in c.expect('RESOURCES', what='van').of('unit')}
    assert set(units) == {'van-1', 'van-2', 'van-3'} and units['van-1']['owner'] == 'm02'
    assert 'hitch:true' in units['van-2'].all('having')


def test_offsets_are_exact(as_person, day):
    c = as_person('alice')
    at = datetime.datetime.fromisoformat(f"{day}T08:00+00:00")
    got = c.expect('BOOK', what='clock', from_=f"{day}T08:00Z", for_='1h')
    assert datetime.datetime.fromisoformat(got['from']) == at


def test_extend_never_shortens(as_person, day):
    c = as_person('alice')
    code = book(c, day, '08:00', '4h', what='bench')['booking']
    for end in ({'to': f"{day}T09:00"}, {'to': f"{day}T12:00"}, {'to': f"{day}T07:00"}):
        c.refused('NO not-later', 'EXTEND', booking=code, **end)
    assert as_person('bruno').call('EXTEND', booking=code, to=f"{day}T09:00").outcome == 'NO forbidden'
    (row,) = c.expect('SHOW', booking=code).of('booking')
    assert row['to'].startswith(f"{day}T12:00")
    assert c.expect('MOVE', booking=code, to=f"{day}T09:00")['to'].startswith(f"{day}T09:00")


@pytest.mark.long
def test_a_cancelled_booking_stays_so_after_a_restart(start, day):
    one = start()
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c:
        code = book(c, day, '08:00', what='clock')['booking']
        c.expect('CANCEL', booking=code)
    one.stop()
    one.start()
    with one.connect(token) as c:
        for verb, args in [('CANCEL', {}), ('MOVE', {'from_': f"{day}T12:00"}), ('EXTEND', {'by': '1h'})]:
            c.refused('NO state', verb, booking=code, **args)
        assert c.expect('SHOW', booking=code).of('booking')[0]['state'] == 'cancelled'
        book(c, day, '08:00', what='clock')
