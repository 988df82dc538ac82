# SPDX-License-Identifier: GPL-3.0-or-later
"""EXPLAIN: the reasoning behind a request, a refusal, a booking and a place in the queue, and nothing that is not the asker's to know."""
import contextlib

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
    with contextlib.ExitStack() as stack:
        yield lambda name, **how: stack.enter_context(pole.connect(getattr(pole.people, name), **how))


@pytest.fixture
def day():
    return regles.new_day()


def rule(reply, name):
    return next(l for l in reply.of('rule') if l['rule'] == name)


def test_what_would_be_granted(on, day):
    ask = {'what': 'bike', 'from_': f"{day}T08:00", 'for_': '4h'}
    reply = on('alice').expect('EXPLAIN', **ask)
    assert (reply['verdict'], reply['state']) == ('granted', 'confirmed')
    assert [u['unit'] for u in reply.of('unit')] == ['bike-1', 'bike-2', 'bike-3', 'bike-4']
    assert [u['unit'] for u in reply.of('unit') if 'chosen' in u] == ['bike-1']
    assert all(u['fit'] == 'yes' and u['slack'] for u in reply.of('unit'))
    three = rule(reply, 'three bikes ahead')
    assert (three['kept'], three['used'], three['wanted'], three['at-most']) == ('yes', '0', '1', '3')
    assert three['place'].startswith('rules.yaml:')
    assert reply.of('hours')[0]['kept'] == 'yes' and not reply.of('remedy') and not reply.of('queue')
    assert on('alice').expect('LIST', what='bike', from_=f"{day}T00:00", to=f"{day}T24:00")['count'] == '0'  # nothing was asked for


def test_why_a_rule_refuses(on, day):
    alice = on('alice')
    for n in range(2):
        assert alice.expect('BOOK', what='laser', from_=f"{day}T{8 + 3 * n:02}:00", for_='3h')
    ask = {'what': 'laser', 'from_': f"{day}T14:00", 'for_': '2h'}
    refused = alice.refused('NO quota', 'BOOK', **ask, alternatives=0)
    reply = alice.expect('EXPLAIN', **ask, alternatives=0)
    assert (reply['verdict'], reply['code'], reply['rule'], reply['text']) == ('refused', 'quota', 'laser shared out', refused['text'])
    line = rule(reply, 'laser shared out')
    assert (line['kept'], line['code'], line['used'], line['wanted'], line['at-most']) == ('no', 'quota', '6h', '2h', '6h')
    assert [l.text.split(' ', 1)[1] for l in reply.of('reason')] == [l.text.split(' ', 1)[1] for l in refused.of('reason')]
    assert on('bruno').expect('EXPLAIN', **ask)['verdict'] == 'granted'  # another member's quota is its own
    on_behalf = on('carla').expect('EXPLAIN', **ask, member='m01')
    assert on_behalf['verdict'] == 'refused' and rule(on_behalf, 'laser shared out')['used'] == '6h'
    assert on('bruno').call('EXPLAIN', **ask, member='m01')['code'] == 'forbidden'


def test_rules_that_do_not_match(on, day):
    ask = {'what': 'owned', 'from_': f"{day}T08:00", 'for_': '4h'}
    assert rule(on('bruno').expect('EXPLAIN', **ask), 'kept for the town')['kept'] == 'no'
    reply = on('tom').expect('EXPLAIN', **ask)
    assert (rule(reply, 'kept for the town')['kept'], reply['verdict']) == ('yes', 'granted')
    tent = on('bruno').expect('EXPLAIN', what='tent', from_=f"{day}T08:00", for_='4h')
    line = rule(tent, 'a short hold')
    assert (line['kept'], line['why']) == ('unmatched', 'kind') and line['text']


def test_a_place_in_the_queue(on, day):
    ask = {'what': 'pair', 'from_': f"{day}T08:00", 'for_': '4h'}
    alice, bruno, dora = on('alice'), on('bruno'), on('dora')
    first = [alice.expect('BOOK', **ask, purpose='Secret')['booking'] for _ in range(2)]
    before = dora.expect('EXPLAIN', **ask)
    assert (before['verdict'], before['turn'], before['of']) == ('refused', '1', '1')
    assert next(l for l in before.of('remedy') if l['how'] == 'wait')['use'] == 'helps'
    waiting = bruno.expect('BOOK', **ask, wait='yes')['booking']
    would = dora.expect('EXPLAIN', **ask)  # a small member goes behind a partner
    assert (would['turn'], would['of']) == ('2', '2')
    ahead, own = would.of('queue')
    assert (ahead['member'], ahead['why']) == ('m02', 'class') and 'booking' not in ahead and ahead['share'] and ahead['text']
    assert own['own'] == 'yes' and own['member'] == 'm04'
    for unit in would.of('unit'):
        assert (unit['fit'], unit['code'], unit['taken-by'], unit['from'][:16]) == ('no', 'conflict', 'm01', f"{day}T08:00")
    for hidden in [*first, waiting, 'Secret', 'Alice Test', 'Bruno Test']:
        assert hidden not in repr(would)
    behind = dora.expect('BOOK', **ask, wait='yes')['booking']
    mine = bruno.expect('EXPLAIN', booking=waiting)
    assert (mine['verdict'], mine['state'], mine['turn'], mine['of']) == ('waiting', 'waiting', '1', '2')
    assert [l['member'] for l in mine.of('queue')] == ['m02']  # who stands behind is not his to know
    assert [l['member'] for l in on('carla').expect('EXPLAIN', booking=waiting).of('queue')] == ['m02', 'm04']
    assert behind in repr(on('max').expect('EXPLAIN', booking=behind))


def test_a_booking_that_exists(on, day):
    alice = on('alice')
    code = alice.expect('BOOK', what='bike', unit='bike-2', from_=f"{day}T08:00", for_='4h')['booking']
    reply = alice.expect('EXPLAIN', booking=code)
    assert (reply['verdict'], reply['state']) == ('granted', 'confirmed')
    (unit,) = reply.of('unit')
    assert (unit['unit'], unit['chosen']) == ('bike-2', 'yes')
    on('bruno').refused('NO forbidden', 'EXPLAIN', booking=code)
    alice.refused('NO unknown-booking', 'EXPLAIN', booking='B7K3QF')
    alice.expect('CANCEL', booking=code)
    assert alice.expect('EXPLAIN', booking=code)['verdict'] == 'ended'


def test_several_things(on, day):
    reply = on('alice').expect('EXPLAIN', item=[f"what=one from={day}T08:00 for=2h", f"what=pair from={day}T09:00 for=2h qty=2"])
    assert reply['verdict'] == 'granted'
    assert [(u['item'], u['resource']) for u in reply.of('unit') if 'chosen' in u] == [('1', 'one'), ('2', 'pair'), ('2', 'pair')]
    reply = on('alice').expect('EXPLAIN', item=[f"what=pair from={day}T08:00 for=2h", f"what=pair from={day}T08:00 for=2h qty=2"])
    assert reply['verdict'] == 'refused'


@pytest.mark.parametrize('args, outcome', [
    ({}, 'BAD missing-key'), ({'what': 'one'}, 'BAD missing-key'), ({'what': 'one', 'from_': '2030-01-01T08:00'}, 'BAD missing-key'),
    ({'what': 'one', 'booking': 'B7K3QF'}, 'BAD bad-combination'), ({'booking': 'B7K3QF', 'member': 'm01'}, 'BAD bad-combination'),
    ({'what': 'one', 'from_': '2030-01-01T08:00', 'for_': '1h', 'dry': 'yes'}, 'BAD unknown-key'),
    ({'what': 'one', 'from_': '2030-01-01T08:00', 'within': '2030-01-01/2030-01-02', 'for_': '1h'}, 'BAD bad-combination'),
])
def test_keys_that_do_not_go_together(on, args, outcome):
    on('alice').refused(outcome, 'EXPLAIN', **args)


def test_in_french(on, day):
    reply = on('bruno', lang='fr').expect('EXPLAIN', what='owned', from_=f"{day}T08:00", for_='4h')
    assert 'rien ne le remplace' in [l['text'] for l in reply.of('remedy')]
    assert reply.of('hours')[0]['text'] == 'ouvert à ce moment'


def test_unknown_names_are_a_verdict(on, day):
    reply = on('alice').expect('EXPLAIN', what='oen', from_=f"{day}T08:00", for_='4h')
    assert (reply['verdict'], reply['code']) == ('refused', 'unknown-resource')
    assert reply.of('reason')[0]['code'] == 'unknown-resource'
