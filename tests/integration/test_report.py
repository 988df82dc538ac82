# SPDX-License-Identifier: GPL-3.0-or-later
"""REPORT usage: what was booked, summed by member, resource and month; the sums agree with a sum of our own."""
import collections
import contextlib
import datetime
import itertools

import pytest

import running
import wire

_years = itertools.count(datetime.date.today().year + 10)


@pytest.fixture
def year():
    """A year that no other test uses."""
    return next(_years)


def usage(c, year, **more):
    return c.expect('REPORT', report='usage', from_=f"{year}-01-01", to=f"{year + 1}-01-01", **more)


@pytest.fixture
def booked(as_person, year):
    """By (member, resource, month): bookings, hours, cancelled."""
    expected = collections.defaultdict(lambda: [0, 0.0, 0])
    plan = [('alice', 'm01', 'bench', 1, 4, False), ('alice', 'm01', 'bench', 1, 2, True), ('bruno', 'm02', 'bench', 1, 3, False),
            ('alice', 'm01', 'four', 3, 5, False), ('alice', 'm01', 'bench', 3, 1, False), ('bruno', 'm02', 'four', 12, 6, False)]
    for n, (person, member, what, month, hours, cancelled) in enumerate(plan):
        c = as_person(person)
        b = c.expect('BOOK', what=what, from_=f"{year}-{month:02}-{10 + n}T08:00", for_=f"{hours}h")['booking']
        row = expected[member, what, f"{year}-{month:02}"]
        if cancelled:
            c.expect('CANCEL', booking=b)
            row[2] += 1
        else:
            row[0] += 1
            row[1] += hours
    return expected


def test_by_all_three(as_person, booked, year):
    rows = usage(as_person('carla'), year, by='member,resource,month').of('row')
    got = {(r['member'], r['resource'], r['month']): [int(r['bookings']), float(r['hours']), int(r['cancelled'])] for r in rows}
    assert got == dict(booked)
    assert all(r['member-name'] and r['no-shows'] == '0' for r in rows)


def test_sums_agree_however_they_are_grouped(as_person, booked, year):
    c = as_person('carla')
    total = [sum(v[n] for v in booked.values()) for n in range(3)]
    for by in ('member', 'resource', 'month', 'month,member', None):
        rows = usage(c, year, by=by).of('row')
        assert [sum(float(r[k]) for r in rows) for k in ('bookings', 'hours', 'cancelled')] == total, by


def test_an_unknown_report_or_grouping(as_person):
    c = as_person('carla')
    assert c.call('REPORT', report='weather', from_='2030-01-01', to='2031-01-01').outcome == 'BAD bad-value'
    assert c.call('REPORT', report='usage', from_='2030-01-01', to='2031-01-01', by='colour').outcome == 'BAD bad-value'


HISTORY = """insert into booking (pole_id, number, resource_id, member, person, made_by, state, pinned, starts, ends, made_at, ended_at,
                                   pending)
    select 1, 1000000 + m * 400 + k, 1 + m % 7, 1 + m, 2, 2, 'cancelled', false, at, at + interval '1h', now(), now(), false
    from generate_series(0, 199) m, generate_series(0, 399) k, lateral (select timestamptz '1970-01-15' + k * interval '1 month' as at) t"""


@contextlib.contextmanager
def stalled_report(one):
    """Someone who asks for a report far larger than any buffer on its way, and does not read it."""
    one.psql(HISTORY)
    with wire.Connection(one.port, one.ca, one.admin_token(), receive_bytes=4096) as c:
        c.send('REPORT', report='usage', from_='1970-01-01', to='2010-01-01', by='member,resource,month')
        running.until('the report is held back', lambda: one.psql(
            "select 1 from pg_stat_activity where application_name = 'reports' and wait_event = 'ClientWrite'"))
        yield c


@pytest.mark.long
def test_who_does_not_read_a_report_holds_back_nobody_else(start, day):
    one = start()
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token, timeout_s=20) as c:
        code = c.expect('BOOK', what='clock', from_=f"{day}T08:00", for_='1h')['booking']
        c.expect('CANCEL', booking=code)
        with stalled_report(one) as slow:
            rows = c.expect('LIST', state='cancelled', from_=f"{day}T00:00", to=f"{day}T24:00").of('booking')
            assert [b['booking'] for b in rows] == [code]
            assert int(c.expect('LIST', from_='1970-01-01', to='2010-01-01', state='cancelled')['count']) == 100
            c.expect('BOOK', what='clock', from_=f"{day}T08:00", for_='1h')
            slow.timeout_s = 120
            assert len(slow.receive(f"t{slow.serial}").data) == 200 * 400  # and comes whole to who reads on


@pytest.mark.long
def test_it_ends_in_order_while_a_report_is_held_back(start):
    one = start()
    with stalled_report(one), one.admin() as waiting:
        waiting.send('REPORT', report='usage', from_='1970-01-01', to='2010-01-01')  # queues behind it
        one.stop()
