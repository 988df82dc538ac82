# SPDX-License-Identifier: GPL-3.0-or-later
"""Sixty clients at once ask for what is left: exactly so many get it, and the others learn what else there is."""
import datetime
import os
import signal

import pytest

CLIENTS = 60
ROUNDS = 200


@pytest.fixture(scope='module')
def sixty(daemon, people):
    tokens = [people.alice, people.bruno, people.anne]
    opened = [daemon.connect(tokens[n % 3]) for n in range(CLIENTS)]
    yield opened
    for c in opened:
        c.close()


def moment(round_number):
    return (datetime.datetime(2031, 1, 1) + datetime.timedelta(hours=round_number)).isoformat(timespec='minutes')


def ask_all(daemon, clients, frozen, **ask):
    """Every second round the daemon stands still until the last request is in its socket: then they are truly at once."""
    if frozen:
        os.kill(daemon.pid, signal.SIGSTOP)
    try:
        tags = [c.send('BOOK', **ask) for c in clients]
    finally:
        if frozen:
            os.kill(daemon.pid, signal.SIGCONT)
    return [c.receive(t) for c, t in zip(clients, tags)]


def judge(replies, granted):
    outcomes = [r.outcome for r in replies]
    assert outcomes.count('OK') == granted, outcomes
    assert outcomes.count('NO conflict') == CLIENTS - granted, outcomes
    for r in replies:
        if not r.ok:
            assert len(r.of('alternative')) >= 3, r
    units = [r.get('unit') for r in replies if r.ok]
    assert len(set(units)) == granted, units


@pytest.mark.parametrize('what, granted', [('one', 1), pytest.param('four', 4, marks=pytest.mark.long)])
def test_sixty_for_the_last(daemon, sixty, what, granted):
    for n in range(ROUNDS):
        clients = sixty[n % CLIENTS:] + sixty[:n % CLIENTS]
        judge(ask_all(daemon, clients, n % 2, what=what, from_=moment(n), for_='1h'), granted)


def test_nothing_overlaps_in_the_database(daemon, as_person):
    assert daemon.overlaps() == []
    rows = as_person('carla').expect('LIST', from_='2031-01-01', to='2032-01-01', all='yes', what='one', count=10000).of('booking')
    spans = sorted((r['from'], r['to']) for r in rows)
    assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:]))
