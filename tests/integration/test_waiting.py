# SPDX-License-Identifier: GPL-3.0-or-later
"""The waiting list: joined in the answer that refuses, served in order, and nobody jumps it."""
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
def ask():
    """One thing that all want."""
    return {'what': 'one', 'from_': f"{regles.new_day()}T08:00", 'for_': '4h'}


def test_joined_in_the_answer_that_refuses(on, ask):
    taken = on('alice').expect('BOOK', **ask)
    on('bruno').refused('NO conflict', 'BOOK', **ask)
    waiting = on('bruno').expect('BOOK', **ask, wait='yes', purpose='Marché')
    assert (waiting['state'], waiting['turn'], waiting['of']) == ('waiting', '1', '1')
    assert waiting.of('reason')[0]['code'] == 'conflict' and waiting.of('alternative')
    (conflict,) = waiting.of('conflict')
    assert conflict['member'] == 'm01' and 'booking' not in conflict
    assert 'queued-at' in waiting and taken['from'] == waiting['from']
    (line,) = on('bruno').expect('SHOW', booking=waiting['booking']).of('booking')
    assert (line['state'], line['turn'], line['of'], line['purpose']) == ('waiting', '1', '1', 'Marché')


def test_had_at_once_where_it_is_free(on, ask):
    assert on('bruno').expect('BOOK', **ask, wait='yes')['state'] == 'confirmed'
    dry = on('alice').expect('BOOK', **ask, wait='yes', dry='yes')
    assert dry['state'] == 'waiting' and dry['turn'] == '1' and 'booking' not in dry
    assert on('alice').expect('OFFERS', what='one')['waiting'] == '0'


def test_what_waiting_cannot_mend_is_refused(on, ask):
    on('bruno').refused('NO who', 'BOOK', **{**ask, 'what': 'club'}, wait='yes')
    on('bruno').refused('NO unknown-resource', 'BOOK', **{**ask, 'what': 'oen'}, wait='yes')
    on('bruno').refused('BAD bad-combination', 'BOOK', **ask, wait='yes', rule='FREQ=DAILY;COUNT=2')


def test_cancel_offer_accept(on, ask):
    alice, bruno = on('alice'), on('bruno')
    taken = alice.expect('BOOK', **ask)['booking']
    mine = bruno.expect('BOOK', **ask, wait='yes')['booking']
    assert not alice.expect('CANCEL', booking=taken).data  # who got it is not the canceller's to know
    offers = bruno.expect('OFFERS')
    (offer,) = [l for l in offers.of('offer') if l['booking'] == mine]
    assert offer['state'] == 'held' and 'due-at' in offer and int(offers['offers']) >= 1
    alice.refused('NO conflict', 'BOOK', **ask)
    alice.refused('NO unknown-booking', 'ACCEPT', booking='B7K3QF')
    got = bruno.expect('ACCEPT', booking=mine)
    assert got['state'] == 'confirmed' and 'due-at' not in got
    bruno.refused('NO state', 'ACCEPT', booking=mine)
    assert not [l for l in bruno.expect('OFFERS').of('offer') if l['booking'] == mine]


def test_nobody_jumps_the_queue_in_the_instant_of_release(on, ask):
    """The cancel and the booking are sent together, and decided in one group."""
    alice, bruno = on('alice'), on('bruno')
    taken = alice.expect('BOOK', **ask)['booking']
    mine = bruno.expect('BOOK', **ask, wait='yes')['booking']
    first, second = alice.send('CANCEL', booking=taken), alice.send('BOOK', **ask)
    assert alice.receive(first).ok
    assert alice.receive(second).outcome == 'NO conflict'
    assert bruno.expect('ACCEPT', booking=mine)['state'] == 'confirmed'


def test_the_order_and_why(on, ask):
    """By class, as the policy says; each sees who stands before, with the reason, and no codes of others."""
    taken = on('tom').expect('BOOK', **ask)['booking']
    small = on('dora').expect('BOOK', **ask, wait='yes')['booking']
    partner = on('bruno').expect('BOOK', **ask, wait='yes')['booking']
    founder = on('alice').expect('BOOK', **ask, wait='yes')
    assert (founder['turn'], founder['of']) == ('1', '3')
    offers = on('dora').expect('OFFERS', what='one')
    (place,) = [l for l in offers.of('waiting') if l['booking'] == small]
    assert (place['turn'], place['of']) == ('3', '3')
    ahead = [l for l in offers.of('ahead') if l['booking-of'] == small]
    assert [(l['turn'], l['member'], l['why']) for l in ahead] == [('1', 'm01', 'class'), ('2', 'm02', 'class')]
    assert all('booking' not in l for l in ahead) and "L'Établi before La Remise" in ahead[0]['text']
    on('tom').expect('CANCEL', booking=taken)
    on('bruno').refused('NO state', 'ACCEPT', booking=partner)
    passed = on('alice').expect('PASS', booking=founder['booking'])
    assert passed['state'] == 'cancelled'
    on('bruno').refused('NO state', 'PASS', booking=partner, keep='yes')  # there is no other time that it waits for
    on('bruno').expect('PASS', booking=partner)
    assert on('dora').expect('ACCEPT', booking=small)['state'] == 'confirmed'


def test_others_do_not_see_who_waits(on, ask):
    on('alice').expect('BOOK', **ask)
    mine = on('bruno').expect('BOOK', **ask, wait='yes')['booking']
    day = ask['from_'][:10]
    window = {'from_': f"{day}T00:00", 'to': f"{day}T23:00", 'what': 'one'}
    assert on('dora').expect('LIST', **window)['count'] == '1'
    assert on('dora').expect('LIST', **window, state='waiting')['count'] == '0'
    assert {l.get('booking') for l in on('bruno').expect('LIST', **window).of('booking')} == {None, mine}
    assert on('max').expect('LIST', **window)['count'] == '2'
    assert mine in {l['booking'] for l in on('max').expect('OFFERS', all='yes').of('waiting')}
    assert mine not in {l['booking'] for l in on('dora').expect('OFFERS', all='yes').of('waiting')}
    assert 'waiting' not in repr(on('dora').expect('AGENDA', what='one', from_=day, for_='1d'))


def test_waiting_for_any_time_of_a_window(on):
    day = regles.new_day()
    taken = on('alice').expect('BOOK', what='one', from_=f"{day}T08:00", for_='10h')['booking']
    waiting = on('bruno').expect('BOOK', what='one', within=f"{day}T08:00/{day}T18:00", for_='2h', wait='yes')
    assert waiting['state'] == 'waiting' and waiting['within'].startswith(f"{day}T08:00")
    on('alice').expect('MOVE', booking=taken, from_=f"{day}T10:00", to=f"{day}T18:00")
    (offer,) = [l for l in on('bruno').expect('OFFERS').of('offer') if l['booking'] == waiting['booking']]
    assert offer['from'].startswith(f"{day}T08:00") and offer['to'].startswith(f"{day}T10:00")
    assert on('bruno').expect('PASS', booking=waiting['booking'], keep='yes')['turn'] == '1'
    on('alice').expect('CANCEL', booking=taken)
    (offer,) = [l for l in on('bruno').expect('OFFERS').of('offer') if l['booking'] == waiting['booking']]
    assert offer['from'] >= f"{day}T10:00"
    on('bruno').expect('ACCEPT', booking=waiting['booking'])


@pytest.mark.parametrize('how', ['shortened', 'moved', 'given back'])
def test_whatever_frees_it(on, how):
    day = regles.new_day()
    ask = {'what': 'one', 'from_': f"{day}T10:00", 'for_': '2h'}
    alice, bruno = on('alice'), on('bruno')
    if how == 'given back':
        taken = alice.expect('BOOK', item=[f"what=one from={day}T10:00 for=2h", f"what=tent from={day}T10:00 for=2h"])['booking']
    else:
        taken = alice.expect('BOOK', what='one', from_=f"{day}T08:00", for_='4h')['booking']
    mine = bruno.expect('BOOK', **ask, wait='yes')['booking']
    if how == 'shortened':
        alice.expect('MOVE', booking=taken, to=f"{day}T10:00")
    elif how == 'moved':
        alice.expect('MOVE', booking=taken, from_=f"{day}T14:00")
    else:
        alice.expect('CANCEL', booking=taken, item=1)
    assert bruno.expect('ACCEPT', booking=mine)['state'] == 'confirmed'


def test_offers_survive_a_restart(start):
    one = start(poles=regles.POLE)
    people = regles.people(one)
    ask = {'what': 'one', 'from_': f"{regles.new_day()}T08:00", 'for_': '4h'}
    with one.connect(people.alice) as alice, one.connect(people.bruno) as bruno, one.connect(people.dora) as dora:
        taken = alice.expect('BOOK', **ask)['booking']
        offered = bruno.expect('BOOK', **ask, wait='yes')['booking']
        waiting = dora.expect('BOOK', **ask, wait='yes', distance=120, people=7)['booking']
        alice.expect('CANCEL', booking=taken)
    seen = {}
    for _ in range(2):
        with one.connect(people.bruno) as bruno, one.connect(people.dora) as dora:
            lines = [l.text.split(' ', 1)[1] for l in bruno.expect('OFFERS').data + dora.expect('OFFERS').data]
            assert seen.setdefault('lines', lines) == lines
        one.stop()
        one.start()
    with one.connect(people.bruno) as bruno, one.connect(people.dora) as dora:
        (line,) = dora.expect('OFFERS').of('waiting')
        assert (line['booking'], line['distance'], line['people']) == (waiting, '120', '7')
        bruno.expect('PASS', booking=offered)
        assert dora.expect('ACCEPT', booking=waiting)['state'] == 'confirmed'
