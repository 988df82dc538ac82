# SPDX-License-Identifier: GPL-3.0-or-later
"""The same key twice, at once, on two connections, and after a restart: one booking, one answer."""
import concurrent.futures
import os
import signal
import uuid

import pytest


def final(reply):
    """The answer without its tag."""
    return reply.final.text.split(' ', 1)[1]


def bookings_on(c, day, what='bench'):
    return c.expect('LIST', from_=f"{day}T00:00", to=f"{day}T24:00", what=what).of('booking')


def test_the_same_key_twice(as_person, day):
    c = as_person('alice')
    ask = {'what': 'bench', 'from_': f"{day}T08:00", 'for_': '2h', 'key': uuid.uuid4().hex}
    first, again = c.expect('BOOK', **ask), c.expect('BOOK', **ask)
    assert final(first) == final(again)
    assert len(bookings_on(c, day)) == 1


def test_pipelined(as_person, day):
    c = as_person('alice')
    ask = {'what': 'bench', 'from_': f"{day}T08:00", 'for_': '2h', 'key': uuid.uuid4().hex}
    line = ' '.join(f"{k.rstrip('_')}={v}" for k, v in ask.items())
    c.write(b''.join(f"k{n} BOOK {line}\n".encode() for n in range(20)))
    assert len({final(c.receive(f"k{n}")) for n in range(20)}) == 1
    assert len(bookings_on(c, day)) == 1


@pytest.mark.parametrize('frozen', [False, True])
def test_at_once_on_many_connections(daemon, people, as_person, day, frozen):
    """Frozen: every request is in the socket before the daemon reads the first."""
    connections = [daemon.connect(people.alice) for _ in range(8)]
    ask = {'what': 'bench', 'from_': f"{day}T08:00", 'for_': '2h', 'key': uuid.uuid4().hex}
    try:
        if frozen:
            os.kill(daemon.pid, signal.SIGSTOP)
        try:
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                tags = list(pool.map(lambda c: c.send('BOOK', **ask), connections))
        finally:
            os.kill(daemon.pid, signal.SIGCONT)
        replies = [c.receive(t) for c, t in zip(connections, tags)]
    finally:
        for c in connections:
            c.close()
    assert {final(r) for r in replies} == {final(replies[0])} and replies[0].ok
    assert len(bookings_on(as_person('alice'), day)) == 1


def test_another_request_with_the_same_key(as_person, day):
    c = as_person('alice')
    key = uuid.uuid4().hex
    c.expect('BOOK', what='bench', from_=f"{day}T08:00", for_='2h', key=key)
    c.refused('NO key-reused', 'BOOK', what='bench', from_=f"{day}T09:00", for_='2h', key=key)
    assert len(bookings_on(c, day)) == 1


def test_a_key_is_ones_own(as_person, day):
    key = uuid.uuid4().hex
    ask = {'what': 'bench', 'from_': f"{day}T08:00", 'for_': '2h', 'key': key}
    codes = {as_person(p).expect('BOOK', **ask)['booking'] for p in ('alice', 'bruno')}
    assert len(codes) == 2


def test_every_changing_verb(as_person, day):
    c = as_person('alice')
    code = c.expect('BOOK', what='clock', from_=f"{day}T08:00", for_='1h')['booking']
    for verb, args in [('EXTEND', {'by': '1h'}), ('MOVE', {'from_': f"{day}T12:00"}), ('CANCEL', {})]:
        key = uuid.uuid4().hex
        first, again = (c.expect(verb, booking=code, key=key, **args) for _ in range(2))
        assert final(first) == final(again), verb


@pytest.mark.parametrize('args', [{}, {'scope': 'all'}])
def test_granted_as_it_is_and_not_done_later(as_person, day, args):
    """What changed nothing, asked again when something else has happened: it must not be moved back."""
    c = as_person('alice')
    code = c.expect('BOOK', what='clock', from_=f"{day}T08:00", for_='2h')['booking']
    ask = {'booking': code, 'from_': f"{day}T08:00", 'key': uuid.uuid4().hex, **args}
    first = c.expect('MOVE', **ask)
    moved = c.expect('MOVE', booking=code, from_=f"{day}T14:00")
    assert final(c.expect('MOVE', **ask)) == final(first)
    assert c.expect('SHOW', booking=code).of('booking')[0]['from'] == moved['from']


@pytest.mark.parametrize('key, rows', [({}, 1), ({'key': 'as-it-is'}, 2)])
def test_what_changes_nothing_is_written_for_its_key_alone(daemon, as_person, day, key, rows):
    c = as_person('alice')
    code = c.expect('BOOK', what='clock', from_=f"{day}T08:00", for_='2h')['booking']
    assert c.expect('MOVE', booking=code, from_=f"{day}T08:00", **key)['booking'] == code
    assert daemon.psql(f"select count(*) from event where change like 'booking code={code} %'") == [[str(rows)]]


def test_a_dry_run_leaves_the_key_free(as_person, day):
    c = as_person('alice')
    ask = {'what': 'bench', 'from_': f"{day}T08:00", 'for_': '2h', 'key': uuid.uuid4().hex}
    assert c.expect('BOOK', dry='yes', **ask)['dry'] == 'yes'
    assert 'dry' not in c.expect('BOOK', **ask)
    assert len(bookings_on(c, day)) == 1


def test_a_refusal_may_be_asked_again(as_person, day):
    alice, bruno = as_person('alice'), as_person('bruno')
    taken = alice.expect('BOOK', what='one', from_=f"{day}T08:00", for_='2h')['booking']
    ask = {'what': 'one', 'from_': f"{day}T08:00", 'for_': '2h', 'key': uuid.uuid4().hex}
    bruno.refused('NO conflict', 'BOOK', **ask)
    alice.expect('CANCEL', booking=taken)
    bruno.expect('BOOK', **ask)


def test_a_new_token_is_told_once(as_person):
    c = as_person('carla')
    ask = {'name': 'Paul Test', 'member': 'm03', 'key': uuid.uuid4().hex}
    first, again = c.expect('PERSON ADD', **ask), c.expect('PERSON ADD', **ask)
    assert first['person'] == again['person'] and first['token'] and 'token' not in again


@pytest.mark.long
@pytest.mark.parametrize('how', ['in order', 'killed'])
def test_after_a_restart(start, day, how):
    one = start()
    ask = {'what': 'bench', 'from_': f"{day}T08:00", 'for_': '2h', 'key': uuid.uuid4().hex}
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c:
        first = c.expect('BOOK', **ask)
    if how == 'killed':
        one.kill()
    else:
        one.stop()
    one.start()
    with one.connect(token) as c:
        assert final(c.expect('BOOK', **ask)) == final(first)
        assert len(bookings_on(c, day)) == 1
        c.refused('NO key-reused', 'BOOK', **{**ask, 'for_': '3h'})


def test_the_order_of_keys_says_nothing(as_person, day):
    c = as_person('alice')
    keys = ['what=bench', f"from={day}T08:00", 'for=2h', 'purpose="one and the same"', f"key={uuid.uuid4().hex}"]
    replies = []
    for n, line in enumerate((keys, keys[::-1], keys[2:] + keys[:2])):
        c.write(f"n{n} BOOK {' '.join(line)}\n".encode())
        replies.append(c.receive(f"n{n}"))
    assert replies[0].ok and {final(r) for r in replies} == {final(replies[0])}
    assert len(bookings_on(c, day)) == 1
