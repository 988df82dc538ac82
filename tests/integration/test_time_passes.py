# SPDX-License-Identifier: GPL-3.0-or-later
"""Weeks pass while the daemon runs: what is old leaves its memory, and is found all the same."""
import datetime
import time

import pytest

import regles
import running

pytestmark = pytest.mark.long


def forgotten(one):
    return one.psql('select count(*) from request') == [['0']]


def test_a_daemon_that_forgets_old_answers_lives_on(start, day):
    one = start(clock='+0')
    token, _ = one.person('Alice Test', 'm01')
    ask = {'what': 'bench', 'from_': f"{day}T08:00", 'for_': '1h', 'key': 'once'}
    with one.connect(token) as c:
        first = c.expect('BOOK', **ask)['booking']
        one.set_clock('+6d')
        assert c.expect('BOOK', **ask)['booking'] == first
        one.set_clock('+8d')
        running.until('what was answered a week ago is forgotten', lambda: forgotten(one))
        ask['from_'] = (datetime.date.fromisoformat(day) + datetime.timedelta(days=10)).isoformat()
        assert c.expect('BOOK', **ask)['booking'] != first


@pytest.mark.parametrize('how', ['it goes on', 'it is started again'])
def test_the_agenda_of_the_past(start, how):
    """Memory reaches back for half a year, as far as fair shares look, the database for ever."""
    past = datetime.date.today() - datetime.timedelta(days=258)
    one = start(clock='-260d')
    alice, _ = one.person('Alice Test', 'm01')
    bruno, _ = one.person('Bruno Test', 'm02')
    ask = {'what': 'van', 'from_': past.isoformat(), 'for_': '2d'}
    with one.connect(alice) as c:
        for unit, at in (('van-2', '08:00'), ('van-1', '08:00'), ('van-2', '14:00')):
            c.expect('BOOK', what='van', unit=unit, from_=f"{past}T{at}", for_='2h', purpose='Marché')
        c.expect('CANCEL', booking=c.expect('BOOK', what='van', unit='van-3', from_=f"{past}T08:00", for_='2h')['booking'])
        c.expect('BOOK', what='minibus', from_=f"{past + datetime.timedelta(days=1)}T08:00", for_='2h')
        before = c.expect('AGENDA', **ask)
    if how == 'it goes on':
        one.set_clock('+0')
    else:
        one.stop()
        one.set_clock('+0')
        one.start()
    with one.connect(alice) as c:
        running.until('memory holds less', lambda: c.expect('STATUS')['bookings'] == '0')
        after = c.expect('AGENDA', **ask)
        assert after['count'] == '3' and texts(after) == texts(before)
        assert all(t['purpose'] == 'Marché' for t in after.of('taken'))
        edge = c.expect('AGENDA', what='van', from_=f"{past}T10:15", to=f"{past}T11:00")  # only a buffer reaches into it
        assert {t['unit'] for t in edge.of('taken')} == {'van-1', 'van-2'} and edge['count'] == '2'
        assert c.expect('AGENDA', what='van', from_=f"{past}T10:30", to=f"{past}T11:00")['count'] == '0'
        c.refused('NO unknown-resource', 'AGENDA', **{**ask, 'what': 'vam'})
    with one.connect(bruno) as c:
        seen = c.expect('AGENDA', **ask)
        assert seen['count'] == '3' and 'Marché' not in repr(seen) and 'booking=' not in repr(seen)


def texts(reply):
    return sorted(l.text.split(' ', 1)[1] for l in reply.data)


def test_an_offer_that_is_not_answered_goes_to_the_next(start):
    """Four hours on, by the clock alone: no command is decided on what should have ended."""
    one = start(poles=regles.POLE, clock='+0')
    people = regles.people(one)
    ask = {'what': 'one', 'from_': f"{regles.new_day()}T08:00", 'for_': '4h'}
    with one.connect(people.alice) as alice, one.connect(people.bruno) as bruno, one.connect(people.dora) as dora:
        taken = alice.expect('BOOK', **ask)['booking']
        first = bruno.expect('BOOK', **ask, wait='yes')['booking']
        second = dora.expect('BOOK', **ask, wait='yes')['booking']
        alice.expect('CANCEL', booking=taken)
        dora.refused('NO state', 'ACCEPT', booking=second)
        one.set_clock('+5h')
        assert dora.expect('ACCEPT', booking=second)['state'] == 'confirmed'
        bruno.refused('NO state', 'ACCEPT', booking=first)
        assert regles.state_of(bruno, first) == 'expired'


def test_what_time_releases_goes_to_who_waits(start):
    """What was kept for its owner is anybody's from a moment on: who waits for it is before who is quick at that moment."""
    one = start(poles=regles.POLE, clock='+0')
    who = regles.people(one)
    hour = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0)
    at = lambda hours: (hour + datetime.timedelta(hours=hours)).strftime('%Y-%m-%dT%H:%MZ')
    with one.connect(who.alice) as alice, one.connect(who.bruno) as bruno, one.connect(who.dora) as dora:
        bruno.expect('BOOK', what='owned', from_=at(5 * 24), to=at(8 * 24))
        waits = alice.expect('BOOK', what='owned', within=f"{at(6 * 24)}/{at(8 * 24 + 4)}", for_='4h', wait='yes')
        assert waits['state'] == 'waiting'
        dora.refused('NO kept', 'BOOK', what='owned', from_=at(8 * 24), for_='4h')
        one.set_clock('+26h')
        dora.refused('NO conflict', 'BOOK', what='owned', from_=at(8 * 24), for_='4h')
        (offer,) = alice.expect('OFFERS').of('offer')
        assert offer['booking'] == waits['booking']


def test_what_time_releases_is_offered_although_nobody_asks(start):
    """As the next minute begins, which here is some seconds away; and the clock alone does not keep the daemon awake."""
    into_the_minute = datetime.datetime.now().second
    one = start(poles=regles.POLE, clock=f'+{(110 - into_the_minute) % 60}s')
    who = regles.people(one)
    hour = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0)
    at = lambda hours: (hour + datetime.timedelta(hours=hours)).strftime('%Y-%m-%dT%H:%MZ')
    with one.connect(who.alice) as alice, one.connect(who.bruno) as bruno:
        bruno.expect('BOOK', what='owned', from_=at(5 * 24), to=at(8 * 24))
        alice.expect('BOOK', what='owned', within=f"{at(6 * 24)}/{at(8 * 24 + 4)}", for_='4h', wait='yes')
        bruno.expect('BOOK', what='one', from_=at(30 * 24), for_='4h')
        waits = alice.expect('BOOK', what='one', from_=at(30 * 24), for_='4h', wait='yes')
        one.set_clock(f'+{26 * 3600 + (110 - into_the_minute) % 60}s')
        (offer,) = running.until('the offer', lambda: alice.expect('OFFERS').of('offer'), 90)
        assert offer['booking'] != waits['booking']
        before = one.wakes()
        time.sleep(3)
        assert one.wakes() - before < 60


def test_what_is_out_and_late_moves_the_next(start):
    """It is not back at its end: the next on the same unit gets the other, and is told so."""
    one = start(poles=regles.POLE, clock='+0')
    people = regles.people(one)
    with one.connect(people.alice) as alice, one.connect(people.bruno) as bruno:
        late = alice.expect('BOOK', what='pair', from_=regles.now(60), for_='2h')
        alice.expect('OUT', booking=late['booking'])
        following = bruno.expect('BOOK', what='pair', from_=regles.now(60 + 7200), for_='2h')
        assert following['unit'] == late['unit']
        one.set_clock('+125m')
        bruno.expect('BOOK', what='one', from_=f"{regles.new_day()}T08:00", for_='1h')
        (line,) = bruno.expect('SHOW', booking=following['booking']).of('booking')
        assert line['unit'] != late['unit']
        assert regles.state_of(alice, late['booking']) == 'out'
