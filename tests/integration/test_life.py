# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a booking: held, approved, taken out, brought back, exchanged, disputed, suspended; and what time does."""
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
    with contextlib.ExitStack() as stack:
        yield lambda name, **how: stack.enter_context(pole.connect(getattr(pole.people, name), **how))


@pytest.fixture
def day():
    return regles.new_day()


def notes(connection, booking):
    return {l['kind']: l['text'] for l in connection.expect('SHOW', booking=booking).of('note')}


def test_a_hold_keeps_others_out_until_it_runs_out(on, day):
    """By itself, within a second or so of its moment: nobody asks meanwhile."""
    alice, bruno = on('alice'), on('bruno')
    ask = {'what': 'tent', 'unit': 'tent-1', 'from_': f"{day}T08:00", 'for_': '4h'}
    assert alice.expect('HOLD', **ask, dry='yes')['state'] == 'held'
    held = alice.expect('HOLD', **ask)
    assert held['state'] == 'held' and 'due-at' in held
    bruno.refused('NO conflict', 'BOOK', **ask)
    regles.until_state(alice, held['booking'], 'expired', 6)
    bruno.expect('BOOK', **ask)
    alice.refused('NO state', 'CONFIRM', booking=held['booking'])


def test_a_hold_that_is_confirmed_stays(on, day):
    alice = on('alice')
    held = alice.expect('HOLD', what='tent', from_=f"{day}T08:00", for_='4h')['booking']
    on('bruno').refused('NO forbidden', 'CONFIRM', booking=held)
    assert alice.expect('CONFIRM', booking=held, key='c1')['state'] == 'confirmed'
    assert alice.expect('CONFIRM', booking=held, key='c1')['state'] == 'confirmed'
    alice.refused('NO state', 'CONFIRM', booking=held)


def test_a_hold_is_no_longer_than_its_rule_says(on, day):
    held = on('alice').expect('HOLD', what='tent', from_=f"{day}T08:00", for_='4h', hold_for='1h')
    assert utc(held['due-at']) <= regles.now(2)
    held = on('alice').expect('HOLD', what='one', from_=f"{day}T08:00", for_='4h', hold_for='10m')
    assert regles.now(590) < utc(held['due-at']) <= regles.now(600)


def test_holds_count(on, day):
    alice = on('alice')
    made = [alice.expect('HOLD', what='bike', from_=f"{day}T08:00", for_='1h')['booking'] for _ in range(3)]
    alice.refused('NO quota', 'BOOK', what='bike', from_=f"{day}T08:00", for_='1h')
    for booking in made:
        alice.expect('CANCEL', booking=booking)


def test_approval(on, day):
    """Taken meanwhile; the rule is named; whoever manages decides, with a reason that its own may read."""
    alice, bruno, maxi = on('alice'), on('bruno'), on('max')
    asked = alice.expect('BOOK', what='hall', from_=f"{day}T08:00", for_='4h', purpose='Assemblée')
    assert asked['state'] == 'requested' and asked['rule'] == 'the hall is asked for' and asked['place'].startswith('rules.yaml:')
    assert 'due-at' in asked
    bruno.refused('NO conflict', 'BOOK', what='hall', from_=f"{day}T10:00", for_='1h')
    alice.refused('NO forbidden', 'APPROVE', booking=asked['booking'])
    listed = maxi.expect('LIST', state='requested', all='yes', from_=day)
    assert asked['booking'] in {l['booking'] for l in listed.of('booking')}
    done = maxi.expect('APPROVE', booking=asked['booking'], reason='Belle idée')
    assert done['state'] == 'confirmed' and done['decided-by'].startswith('p')
    assert notes(alice, asked['booking']) == {'reason': 'Belle idée'}
    assert not bruno.expect('SHOW', booking=asked['booking']).of('note')
    maxi.refused('NO state', 'DECLINE', booking=asked['booking'])


def test_what_is_confirmed_is_not_given_up_for_a_request(on, day):
    """Others may ask until it is approved: whoever has a place would lose it for nothing."""
    alice, bruno, maxi = on('alice'), on('bruno'), on('max')
    short = alice.expect('BOOK', what='stage', from_=f"{day}T08:00", for_='2h')
    assert short['state'] == 'confirmed'
    for verb, args in (('EXTEND', {'by': '2h'}), ('MOVE', {'from_': f"{day}T14:00", 'for_': '4h'})):
        for dry in ('yes', 'no'):
            no = alice.refused('NO approval', verb, booking=short['booking'], dry=dry, **args)
            assert no.of('reason')[0]['rule'] == no['rule'] == 'the stage is asked for' and no['place'].startswith('rules.yaml:')
    bruno.refused('NO conflict', 'BOOK', what='stage', from_=f"{day}T08:00", for_='2h')
    instead = alice.expect('BOOK', what='stage', from_=f"{day}T14:00", for_='4h')  # what the refusal says: the new one first
    assert instead['state'] == 'requested'
    assert maxi.expect('APPROVE', booking=instead['booking'])['state'] == 'confirmed'
    alice.expect('CANCEL', booking=short['booking'])
    assert maxi.expect('MOVE', booking=instead['booking'], from_=f"{day}T15:00")['state'] == 'confirmed'  # who decides


def test_a_confirmed_series_is_not_given_up_for_a_request(on, day):
    """One of its dates that would need approval keeps all where they are."""
    alice, bruno = on('alice'), on('bruno')
    made = alice.expect('BOOK', what='stage', from_=f"{day}T08:00", for_='2h', rule='FREQ=DAILY;COUNT=3')
    codes = [o['booking'] for o in made.of('occurrence')]
    before = [alice.expect('SHOW', booking=code).of('booking')[0] for code in codes]
    assert [b['state'] for b in before] == ['confirmed'] * 3
    for verb, args in (('EXTEND', {'by': '2h'}), ('MOVE', {'from_': f"{day}T14:00", 'for_': '4h'})):
        for dry in ('yes', 'no'):
            alice.refused('NO approval', verb, booking=made['series'], scope='all', dry=dry, **args)
    after = [alice.expect('SHOW', booking=code).of('booking')[0] for code in codes]
    assert [(b['state'], b['from'], b['to']) for b in after] == [(b['state'], b['from'], b['to']) for b in before]
    bruno.refused('NO conflict', 'BOOK', what='stage', from_=f"{day}T08:00", for_='2h')
    assert alice.expect('MOVE', booking=made['series'], from_=f"{day}T09:00", scope='all')['count'] == '3'


def test_declined(on, day):
    alice, maxi = on('alice'), on('max')
    asked = alice.expect('BOOK', what='hall', from_=f"{day}T08:00", for_='4h')['booking']
    assert maxi.expect('DECLINE', booking=asked, reason='Travaux', dry='yes')['dry'] == 'yes'
    assert regles.state_of(alice, asked) == 'requested'
    assert maxi.expect('DECLINE', booking=asked, reason='Travaux')['state'] == 'declined'
    assert notes(alice, asked) == {'reason': 'Travaux'}
    on('bruno').expect('BOOK', what='hall', from_=f"{day}T08:00", for_='4h')


def test_undecided_is_decided_by_itself(on, day):
    alice = on('alice')
    asked = alice.expect('BOOK', what='quick', from_=f"{day}T08:00", for_='4h')
    assert asked['state'] == 'requested'
    regles.until_state(alice, asked['booking'], 'confirmed', 6)


def test_out_and_back(on, pole):
    alice, bruno = on('alice'), on('bruno')
    booking = alice.expect('BOOK', what='one', from_=regles.now(2), for_='4h')['booking']
    bruno.refused('NO forbidden', 'OUT', booking=booking)
    alice.refused('BAD bad-value', 'OUT', booking=booking, meter='12.55')
    out = alice.expect('OUT', booking=booking, meter='84210.5', condition='rayure à gauche', person=pole.people.anne_code)
    assert (out['state'], out['meter-out'], out['used-by']) == ('out', '84210.5', pole.people.anne_code)
    assert 'out-at' in out
    alice.refused('NO state', 'CANCEL', booking=booking)
    no = alice.refused('NO reading', 'BACK', booking=booking, meter='84210')
    assert '84210.5' in no['text']
    back = alice.expect('BACK', booking=booking, meter='84251', condition='propre')
    assert (back['state'], back['meter-back']) == ('done', '84251')
    assert notes(alice, booking) == {'condition-out': 'rayure à gauche', 'condition-back': 'propre'}
    bruno.expect('CANCEL', booking=bruno.expect('BOOK', what='one', from_=regles.now(60), for_='1h')['booking'])


def test_not_taken_out_long_before(on, day):
    booking = on('alice').expect('BOOK', what='one', from_=f"{day}T08:00", for_='1h')['booking']
    no = on('alice').refused('NO too-early', 'OUT', booking=booking)
    assert no.of('reason')[0]['earliest'].startswith(f"{day}T07:00")


@pytest.mark.long
def test_no_show_is_released(on):
    """Nobody came: the room is free again, and half of the price is owed."""
    alice = on('alice')
    booking = alice.expect('BOOK', what='room', from_=regles.now(1), for_='2h')['booking']
    regles.until_state(alice, booking, 'no-show', 8)
    (line,) = alice.expect('SHOW', booking=booking).of('booking')
    assert line['owes'] == '50'
    on('bruno').expect('BOOK', what='room', from_=regles.now(60), for_='1h')


def test_cancelled_late_and_let_again(on):
    """What is owed is recorded, and waived once somebody else takes the time."""
    at = {'what': 'pair', 'unit': 'pair-1', 'from_': regles.now(7200), 'for_': '2h'}
    alice = on('alice')
    booking = alice.expect('BOOK', **at)['booking']
    assert alice.expect('CANCEL', booking=booking)['owes'] == '100'
    other = on('bruno').expect('BOOK', **at)['booking']
    (line,) = alice.expect('SHOW', booking=booking).of('booking')
    assert line['waived'] == 'yes'
    on('bruno').expect('CANCEL', booking=other)


def test_swap(on):
    """Both sides have to propose it; then things and times change hands in one commit."""
    days = [regles.new_day() for _ in range(2)]
    alice, bruno = on('alice'), on('bruno')
    hers = alice.expect('BOOK', what='one', from_=f"{days[0]}T08:00", for_='2h')
    his = bruno.expect('BOOK', what='one', from_=f"{days[1]}T08:00", for_='2h')
    proposed = alice.expect('SWAP', booking=hers['booking'], with_=his['booking'])
    assert proposed['swap-with'] == his['booking'] and proposed['from'] == hers['from']
    assert 'swap-with' not in alice.expect('SWAP', booking=hers['booking'])
    alice.expect('SWAP', booking=hers['booking'], with_=his['booking'])
    done = bruno.expect('SWAP', booking=his['booking'], with_=hers['booking'])
    assert done['from'] == hers['from'] and done['was-from'] == his['from'] and 'swap-with' not in done
    (line,) = alice.expect('SHOW', booking=hers['booking']).of('booking')
    assert line['from'] == his['from'] and line['member'] == 'm01'
    alice.refused('NO unknown-booking', 'SWAP', booking='B7K3QF')
    assert 'B7K3QF' in alice.refused('NO unknown-booking', 'SWAP', booking=hers['booking'], with_='B7K3QF')['text']
    gone = bruno.expect('CANCEL', booking=bruno.expect('BOOK', what='one', from_=f"{days[1]}T14:00", for_='2h')['booking'])['booking']
    assert gone in alice.refused('NO state', 'SWAP', booking=hers['booking'], with_=gone)['text']


def test_dispute(on, day):
    alice, maxi = on('alice'), on('max')
    booking = alice.expect('BOOK', what='one', from_=f"{day}T08:00", for_='1h')['booking']
    maxi.refused('NO state', 'SETTLE', booking=booking, decision='upheld')
    assert alice.expect('DISPUTE', booking=booking, text='Le hayon était bloqué')['dispute'] == 'open'
    alice.refused('NO forbidden', 'SETTLE', booking=booking, decision='upheld')
    assert maxi.expect('SETTLE', booking=booking, decision='upheld', text='Confirmé')['dispute'] == 'upheld'
    assert notes(alice, booking) == {'dispute': 'Le hayon était bloqué', 'settlement': 'Confirmé'}


def test_a_breakdown_finds_other_places_and_gives_them_back(on, day):
    """Of two that stand in it, one finds the other unit, one is suspended and gets its own back."""
    alice, bruno, maxi = on('alice'), on('bruno'), on('max')
    ask = {'what': 'pair', 'from_': f"{day}T08:00", 'for_': '4h'}
    moved = alice.expect('BOOK', **{**ask, 'from_': f"{day}T14:00"}, unit='pair-1')['booking']
    mine = alice.expect('BOOK', **ask, unit='pair-1')['booking']
    his = bruno.expect('BOOK', **ask)['booking']
    dry = maxi.expect('OUTAGE', what='pair-1', from_=day, for_='1d', reason='Pneu crevé', dry='yes')
    assert {l['cause'] for l in dry.of('booking')} == {'suspended'}
    outage = maxi.expect('OUTAGE', what='pair-1', from_=day, for_='1d', reason='Pneu crevé')
    assert outage['kind'] == 'outage'
    told = {l['booking']: (l['cause'], l['state']) for l in outage.of('booking')}
    assert told == {moved: ('replaced', 'confirmed'), mine: ('suspended', 'suspended')}
    (line,) = alice.expect('SHOW', booking=mine).of('booking')
    assert line['outage'] == outage['outage'] and 'owes' not in line
    assert any(l['outage'] == outage['outage'] and l['reason'] == 'Pneu crevé' for l in alice.expect('OUTAGES').of('outage'))
    back = maxi.expect('REOPEN', outage=outage['outage'])
    told = {l['booking']: (l['cause'], l['state']) for l in back.of('booking')}
    assert told[mine] == ('restored', 'confirmed') and regles.state_of(bruno, his) == 'confirmed'


def test_who_waits_through_a_breakdown_gets_what_becomes_free(on, day):
    alice, bruno, maxi = on('alice'), on('bruno'), on('max')
    ask = {'what': 'one', 'from_': f"{day}T08:00", 'for_': '4h'}
    mine = alice.expect('BOOK', **ask)['booking']
    outage = maxi.expect('OUTAGE', what='one', from_=day, for_='1d')['outage']
    assert regles.state_of(alice, mine) == 'suspended'
    behind = bruno.expect('BOOK', **ask, wait='yes')
    assert (behind['turn'], behind['of']) == ('2', '2')
    (ahead,) = [l for l in bruno.expect('OFFERS').of('ahead') if l['booking-of'] == behind['booking']]
    assert ahead['why'] == 'displaced'
    maxi.expect('REOPEN', outage=outage)
    assert regles.state_of(alice, mine) == 'confirmed' and regles.state_of(bruno, behind['booking']) == 'waiting'


def test_a_closure_may_be_spanned(on, day):
    alice, maxi = on('alice'), on('max')
    next_day = (datetime.date.fromisoformat(day) + datetime.timedelta(days=1)).isoformat()
    closed = maxi.expect('CLOSE', what='hall', from_=f"{day}T12:00", for_='2h', reason='Ménage')
    assert closed['kind'] == 'closure' and closed['bookings'] == '0'
    alice.refused('NO closed', 'BOOK', what='hall', from_=f"{day}T13:00", for_='4h')
    alice.refused('NO closed', 'BOOK', what='hall', from_=f"{day}T10:00", for_='3h')
    alice.expect('BOOK', what='hall', from_=f"{day}T10:00", for_='6h')
    alice.refused('NO forbidden', 'CLOSE', what='hall', from_=next_day, for_='1h')
    maxi.refused('BAD missing-key', 'CLOSE', what='hall', from_=next_day)
    maxi.expect('REOPEN', outage=closed['outage'])
    maxi.refused('NO unknown-outage', 'REOPEN', outage=closed['outage'])


def test_a_higher_right_displaces(on, day):
    """The owner's van: taken by another while it was free to all, wanted by its owner, who has the right."""
    near = (datetime.date.today() + datetime.timedelta(days=2)).isoformat()
    bruno, tom = on('bruno'), on('tom')
    theirs = bruno.expect('BOOK', what='owned', from_=f"{near}T08:00", for_='2h')['booking']
    got = tom.expect('BOOK', what='owned', from_=f"{near}T08:00", for_='2h')
    (moved,) = got.of('moved')
    assert moved['cause'] == 'displaced' and moved['member'] == 'm02' and 'booking' not in moved
    (line,) = bruno.expect('SHOW', booking=theirs).of('booking')
    assert line['state'] == 'displaced' and line['displaced-by-member'] == 'm03' and 'displaced-by' not in line
    assert line['turn'] == '1'
    tom.expect('CANCEL', booking=got['booking'])
    assert regles.state_of(bruno, theirs) == 'confirmed'


@pytest.mark.long
def test_what_was_due_while_the_daemon_was_away(start):
    """Many holds ran out in the dark: all have, before the first command is decided, and the log says so once."""
    one = start(poles=regles.POLE)
    people = regles.people(one)
    day = regles.new_day()
    with one.connect(people.alice) as alice:
        tags = [alice.send('HOLD', what='one', from_=f"{day}T08:00", for_='1m', hold_for='3s') for _ in range(1)]
        starts = datetime.datetime.fromisoformat(f"{day}T10:00")
        tags += [alice.send('HOLD', what='one', from_=(starts + datetime.timedelta(minutes=i)).isoformat(), for_='1m', hold_for='3s')
                 for i in range(500)]
        held = [alice.receive(t) for t in tags]
        assert all(r.ok for r in held), next(r for r in held if not r.ok)
    one.stop()
    running.until('they have run out', lambda: regles.now() > max(utc(r['due-at']) for r in held))
    one.start()
    with one.connect(people.bruno) as bruno:
        assert bruno.expect('BOOK', what='one', from_=f"{day}T08:00", for_='20h')['state'] == 'confirmed'
    assert one.psql("select state, count(*) from booking_row group by 1 order by 1") == [['confirmed', '1'], ['expired', '501']]


def utc(text):
    return datetime.datetime.fromisoformat(text).astimezone(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')


@pytest.mark.long
def test_a_pole_with_nothing_due_rests(start):
    """No timer, no loop: it uses no processor while nobody asks."""
    one = start(poles=regles.POLE)
    regles.people(one)

    def ticks():
        with open(f"/proc/{one.pid}/stat", encoding='ascii') as f:
            fields = f.read().rsplit(')', 1)[1].split()
        return int(fields[11]) + int(fields[12])
    before, until = ticks(), regles.now(3)
    running.until('three seconds', lambda: regles.now() > until, pause_s=0.5)
    assert ticks() - before <= 3
