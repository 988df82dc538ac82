# SPDX-License-Identifier: GPL-3.0-or-later
"""LIST gives the same from memory as from the database."""
import itertools

THINGS = ('clock', 'one', 'bench', None)


def listed(connection, **ask):
    reply = connection.expect('LIST', **ask)
    assert int(reply['count']) == len(reply.of('booking'))
    return [l['booking'] for l in reply.of('booking')]


def test_by_time_and_thing(as_person, tuesday):
    """Who names states is answered from the database."""
    c = as_person('anne')
    basket = c.expect('BOOK', item=[f"what=clock from={tuesday}T08:00 for=1h", f"what=one from={tuesday}T12:00 for=1h",
                                    f"what=bench qty=2 from={tuesday}T16:00 for=1h"])['booking']
    plain = c.expect('BOOK', what='clock', from_=f"{tuesday}T12:00", for_='2h')['booking']
    part = c.expect('BOOK', item=[f"what=clock from={tuesday}T16:00 for=1h", f"what=bench from={tuesday}T18:00 for=1h"])['booking']
    c.expect('CANCEL', booking=part, item=1)
    found = {}
    for from_, to in itertools.combinations(range(7, 20), 2):
        window = {'from_': f"{tuesday}T{from_:02}:00", 'to': f"{tuesday}T{to:02}:00"}
        for what in THINGS:
            found[from_, to, what] = listed(c, what=what, **window)
            assert found[from_, to, what] == listed(c, what=what, state='confirmed', **window), (window, what)
    assert found[9, 12, None] == [] and found[9, 13, None] == [basket, plain] and found[13, 16, None] == [plain]
    assert found[9, 13, 'clock'] == [plain] and found[9, 13, 'one'] == [basket] and found[16, 17, None] == [basket]
    assert found[16, 17, 'clock'] == [] and found[17, 19, 'bench'] == [part] and found[7, 9, None] == [basket]
    for code in (basket, plain, part):
        c.expect('CANCEL', booking=code)
    window = {'from_': f"{tuesday}T15:00", 'to': f"{tuesday}T20:00"}
    assert listed(c, state='cancelled', **window) == [basket, part] and listed(c, **window) == []
    assert listed(c, state='cancelled', what='clock', **window) == [part]
