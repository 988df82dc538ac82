# SPDX-License-Identifier: GPL-3.0-or-later
"""Several poles on one daemon: names may be the same, and nothing is seen across."""
import datetime

import pytest

import running

pytestmark = pytest.mark.long


def test_two_poles(start):
    one = start(poles=running.POLES)
    tokens = {}
    for pole in ('essai', 'voisin'):
        with one.admin(pole) as c:
            assert c.whoami['pole'] == pole
            tokens[pole] = c.expect('PERSON ADD', name=f"Alice {pole}", member='m01')['token']
    booked = {}
    for pole, offset in (('essai', '+01:00'), ('voisin', '+04:00')):
        with one.connect(tokens[pole]) as c:
            got = c.expect('BOOK', what='van-1', from_=day_ahead() + 'T08:00', for_='2h', purpose=f"secret of {pole}")
            assert got['from'].endswith(offset) or pole == 'essai', got
            booked[pole] = got['booking']
    for pole, other in (('essai', 'voisin'), ('voisin', 'essai')):
        with one.connect(tokens[pole]) as c:
            seen = repr(c.expect('LIST', all='yes'))
            assert booked[pole] in seen and f"secret of {other}" not in seen
            assert [r['name'] for r in c.expect('RESOURCES').of('resource')].count('van') == 1
            if booked[other] != booked[pole]:
                c.refused('NO unknown-booking', 'SHOW', booking=booked[other])
    with one.admin('voisin') as c:
        assert {p['name'] for p in c.expect('PERSON LIST').of('person')} >= {'Alice voisin'}
        assert 'Alice essai' not in repr(c.expect('PERSON LIST'))
    texts = {}
    for pole in tokens:  # each in its pole's language
        with one.connect(tokens[pole]) as c:
            texts[pole] = c.refused('NO unknown-resource', 'BOOK', what='rocket', from_=day_ahead() + 'T08:00', for_='2h')['text']
    assert texts['essai'] != texts['voisin']


def day_ahead():
    return (datetime.date.today() + datetime.timedelta(days=3)).isoformat()
