# SPDX-License-Identifier: GPL-3.0-or-later
"""Bookings across the clock changes start and end at the local times asked for."""
import datetime

import pytest

SPRING, AUTUMN = '2027-03-28', '2027-10-31'  # Europe/Paris: 02:00 -> 03:00, 03:00 -> 02:00


@pytest.fixture(autouse=True)
def those_days_are_ahead():
    assert datetime.date.today() < datetime.date(2027, 3, 27), 'choose later clock changes: these are past'


def book(c, **ask):
    got = c.expect('BOOK', what='clock', dry='yes', **ask)
    return got['from'], got['to']


def hours(span):
    start, end = map(datetime.datetime.fromisoformat, span)
    return (end - start).total_seconds() / 3600


@pytest.mark.parametrize('start, end, expected', [
    (f"{SPRING}T01:00", f"{SPRING}T04:00", (f"{SPRING}T01:00+01:00", f"{SPRING}T04:00+02:00", 2)),
    (f"{SPRING}T00:00", f"{SPRING}T24:00", (f"{SPRING}T00:00+01:00", "2027-03-29T00:00+02:00", 23)),
    ('2027-03-27T18:00', f"{SPRING}T18:00", ('2027-03-27T18:00+01:00', f"{SPRING}T18:00+02:00", 23)),
    (f"{AUTUMN}T01:00", f"{AUTUMN}T04:00", (f"{AUTUMN}T01:00+02:00", f"{AUTUMN}T04:00+01:00", 4)),
    (f"{AUTUMN}T00:00", f"{AUTUMN}T24:00", (f"{AUTUMN}T00:00+02:00", "2027-11-01T00:00+01:00", 25)),
    ('2027-10-30T18:00', f"{AUTUMN}T18:00", ('2027-10-30T18:00+02:00', f"{AUTUMN}T18:00+01:00", 25)),
])
def test_from_and_to(as_person, start, end, expected):
    got = book(as_person('alice'), from_=start, to=end)
    assert (*got, hours(got)) == expected


@pytest.mark.parametrize('start, length, end', [
    ('2027-03-27T18:00', '1d', f"{SPRING}T18:00+02:00"),       # a day is a civil day
    ('2027-03-27T18:00', '24h', f"{SPRING}T19:00+02:00"),      # hours are elapsed time
    ('2027-03-27T09:00', '2d', '2027-03-29T09:00+02:00'),
    ('2027-10-30T18:00', '1d', f"{AUTUMN}T18:00+01:00"),
    ('2027-10-30T18:00', '24h', f"{AUTUMN}T17:00+01:00"),
    ('2027-10-30T09:00', '1w', '2027-11-06T09:00+01:00'),
])
def test_lengths(as_person, start, length, end):
    assert book(as_person('alice'), from_=start, for_=length)[1] == end


def test_a_time_that_does_not_exist_moves_forward(as_person):
    assert book(as_person('alice'), from_=f"{SPRING}T02:30", for_='1h') == (f"{SPRING}T03:30+02:00", f"{SPRING}T04:30+02:00")


def test_an_ambiguous_time_is_the_first(as_person):
    c = as_person('alice')
    assert book(c, from_=f"{AUTUMN}T02:30", for_='1h') == (f"{AUTUMN}T02:30+02:00", f"{AUTUMN}T02:30+01:00")
    assert book(c, from_=f"{AUTUMN}T02:30+01:00", for_='1h')[0] == f"{AUTUMN}T02:30+01:00"


def test_the_two_half_past_twos_do_not_conflict(as_person):
    c = as_person('alice')
    made = [c.expect('BOOK', what='clock', from_=f"{AUTUMN}T02:15{offset}", for_='1h') for offset in ('+02:00', '+01:00')]
    no = c.refused('NO conflict', 'BOOK', what='clock', from_=f"{AUTUMN}T02:30", for_='1h')
    assert len(no.of('conflict')) == 2
    agenda = c.expect('AGENDA', what='clock', from_=AUTUMN, for_='1d')
    assert [t['from'] for t in agenda.of('taken')] == [m['from'] for m in made]
    for m in made:
        c.expect('CANCEL', booking=m['booking'])


@pytest.mark.parametrize('day', [SPRING, AUTUMN])
def test_opening_hours_are_local(as_person, day):
    """The Friday before and the Monday after open at eight by the clock on the wall."""
    c = as_person('alice')
    sunday = datetime.date.fromisoformat(day)
    for other in (sunday - datetime.timedelta(days=2), sunday + datetime.timedelta(days=1)):
        c.expect('BOOK', what='room', from_=f"{other}T08:00", for_='1h', dry='yes')
        c.refused('NO closed', 'BOOK', what='room', from_=f"{other}T07:30", for_='1h', dry='yes')
