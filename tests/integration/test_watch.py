# SPDX-License-Identifier: GPL-3.0-or-later
"""WATCH: what happens is told to those whom it concerns, in order, once, whichever daemon it happened on and however slowly they read."""
import contextlib
import datetime
import pathlib
import time

import pytest

import regles
import running
import test_report
import wire


@pytest.fixture(scope='module')
def pole():
    with running.short_folder() as folder:
        one = running.Daemon(folder, poles=regles.POLE, arguments=['--verbose']).start()
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


class Watcher:
    """A connection that watches, and what it was told."""

    def __init__(self, connection, **how):
        self.connection = connection
        self.ok = connection.expect('WATCH', **how)

    def next(self):
        if self.connection.events:
            return self.connection.events.pop(0)
        line = self.connection.read_line()
        assert line.words == ['*', 'EVENT'], line
        return line

    def until(self, event, booking=None):
        """All up to that event, the last of them that."""
        told = []
        while not told or told[-1]['event'] != event or (booking and told[-1].get('booking') != booking):
            told.append(self.next())
        return told

    def told(self):
        """All that there is by now: what was sent before the reply to a NOOP."""
        self.connection.expect('NOOP')
        told, self.connection.events = self.connection.events, []
        return told


def point(line):
    return int(line['version']), int(line['seq'])


def since(line):
    return f"{line['version']}.{line['seq']}"


def test_ones_own_on_any_connection(on, day):
    mine, colleague, other = Watcher(on('alice')), Watcher(on('anne')), Watcher(on('bruno'))
    start = int(mine.ok['version'])
    code = mine.connection.expect('BOOK', what='one', from_=f"{day}T08:00", for_='2h', purpose='Secret')['booking']
    for watcher in (mine, colleague):
        line = watcher.next()
        assert (line['event'], line['booking'], line['state'], line['resource'], line['member']) == ('booked', code, 'confirmed', 'one', 'm01')
        assert line['from'].startswith(f"{day}T08:00") and line['to'].startswith(f"{day}T10:00") and line['text'] and 'by' in line
        assert int(line['version']) > start and line['seq'] == '1' and line['at'][:10]
        assert 'Secret' not in line.text
    colleague.connection.expect('MOVE', booking=code, from_=f"{day}T12:00")
    (line,) = mine.until('moved', code)
    assert line['was-from'].startswith(f"{day}T08:00") and line['from'].startswith(f"{day}T12:00")
    on('max').expect('CANCEL', booking=code)
    (line,) = mine.until('cancelled', code)
    assert line['state'] == 'cancelled' and 'by' not in line  # who manages is not of her organisation
    assert not other.told()


def test_replies_are_whole_and_come_before_their_events(on, day):
    alice = on('alice')
    watcher = Watcher(alice)
    tags = [alice.send('BOOK', what='one', from_=f"{day}T{n:02}:00", for_='1h') for n in range(20)]
    tags.append(alice.send('LIST', from_=f"{day}T00:00", to=f"{day}T24:00"))
    lines, left = [], set(tags)
    while left or sum(l.words[0] == '*' for l in lines) < 20:
        lines.append(alice.read_line())
        if len(lines[-1].words) > 1 and lines[-1].words[1] == 'OK':
            left.discard(lines[-1].words[0])
    listing = [i for i, l in enumerate(lines) if l.words[0] == tags[-1]]
    assert listing == list(range(listing[0], listing[-1] + 1)) and len(listing) == 21
    for line in lines:
        if line.words[0] == '*':
            granted = next(i for i, l in enumerate(lines) if l.words[0] in tags and l.get('booking') == line['booking'])
            assert granted < lines.index(line)
    assert not watcher.told()


def test_managers_coordinators_and_one_thing(on, day):
    everything, one_thing, own, plain = (Watcher(on('carla')), Watcher(on('max'), what='pair'), Watcher(on('carla'), of='mine'),
                                         Watcher(on('bruno'), of='all'))
    code = on('alice').expect('BOOK', what='one', from_=f"{day}T08:00", for_='2h')['booking']
    pair = on('alice').expect('BOOK', what='pair', from_=f"{day}T08:00", for_='2h')['booking']
    assert [l['booking'] for l in everything.until('booked', pair)] == [code, pair]
    assert [l['booking'] for l in one_thing.until('booked', pair)] == [pair]
    assert one_thing.connection.expect('CANCEL', booking=code) and not one_thing.told()
    assert not own.told() and not plain.told()  # bruno manages nothing: `all` is all that he may see in full
    outage = on('max').expect('OUTAGE', what='tent', unit='tent-1', from_=f"{day}T08:00", for_='1d')['outage']
    line = everything.until('outage')[-1]
    assert (line['outage'], line['resource'], line['unit']) == (outage, 'tent', 'tent-1') and line['text']
    on('max').expect('REOPEN', outage=outage)
    assert everything.until('reopened')[-1]['outage'] == outage
    assert not plain.told()


def test_the_queue_displacement_and_outages(on, day):
    alice, bruno = on('alice'), on('bruno')
    watcher = Watcher(bruno)
    ask = {'what': 'one', 'from_': f"{day}T08:00", 'for_': '4h'}
    taken = alice.expect('BOOK', **ask)['booking']
    mine = bruno.expect('BOOK', **ask, wait='yes')['booking']
    alice.expect('CANCEL', booking=taken)
    queued, offered = watcher.until('offered', mine)
    assert (queued['event'], queued['state']) == ('queued', 'waiting')
    assert offered['state'] == 'held' and offered['due-at'] and 'by' not in offered  # nobody's act
    bruno.expect('ACCEPT', booking=mine)
    assert watcher.until('accepted', mine)[-1]['state'] == 'confirmed'
    outage = on('max').expect('OUTAGE', what='one', from_=f"{day}T00:00", for_='1d')['outage']
    line = watcher.until('suspended', mine)[-1]
    assert (line['state'], line['outage']) == ('suspended', outage)
    on('max').expect('REOPEN', outage=outage)
    assert watcher.until('restored', mine)[-1]['state'] == 'confirmed'
    on('max').expect('OUTAGE', what='pair', unit='pair-2', from_=f"{day}T00:00", for_='1d')
    moved = bruno.expect('BOOK', what='pair', from_=f"{day}T08:00", for_='2h')
    on('max').expect('OUTAGE', what='pair', unit=moved['unit'], from_=f"{day}T00:00", for_='1d')
    assert watcher.until('suspended', moved['booking'])


def test_the_owner_displaces(on):
    watcher = Watcher(on('bruno'))
    soon = time.strftime('%Y-%m-%d', time.localtime(time.time() + 3 * 86400))  # the town's time is released by then
    booked = on('bruno').expect('BOOK', what='owned', from_=f"{soon}T08:00", for_='4h')['booking']
    on('tom').expect('BOOK', what='owned', from_=f"{soon}T08:00", for_='4h')
    line = watcher.until('displaced', booked)[-1]
    assert (line['state'], line['displaced-by-member']) == ('displaced', 'm03') and 'by' not in line


def test_moved_to_another_unit_to_make_room(on, day):
    """Eight to ten on the one and ten to twelve on the other leave room for eight to twelve once one of them moves."""
    watcher = Watcher(on('alice'))
    early = on('alice').expect('BOOK', what='pair', from_=f"{day}T08:00", for_='2h')
    between = on('alice').expect('BOOK', what='pair', from_=f"{day}T09:00", for_='3h')
    late = on('alice').expect('BOOK', what='pair', from_=f"{day}T12:00", for_='2h')  # beside the one before it
    on('alice').expect('CANCEL', booking=between['booking'])
    assert early['unit'] != late['unit']
    on('anne').expect('BOOK', what='pair', from_=f"{day}T08:00", for_='6h')  # a colleague, but this is not what she did
    line = watcher.until('repacked')[-1]
    assert line['booking'] in (early['booking'], late['booking']) and line['unit'] != line['was-unit'] and 'by' not in line


@pytest.mark.long
def test_what_time_does(on):
    """A hold that runs out, a room that is given back, what is late: nobody asks for it."""
    watcher = Watcher(on('alice'))
    held = on('alice').expect('HOLD', what='tent', from_=f"{regles.new_day()}T08:00", for_='2h')['booking']
    assert watcher.until('expired', held)[-1]['state'] == 'expired'
    room = on('alice').expect('BOOK', what='room', from_=regles.now(2), for_='1h')['booking']
    assert watcher.until('no-show', room)[-1]['state'] == 'no-show'
    out = on('alice').expect('BOOK', what='one', from_=regles.now(1), to=regles.now(4))['booking']
    after = on('alice').expect('BOOK', what='one', from_=regles.now(4), for_='1h')['booking']
    on('alice').expect('OUT', booking=out)
    told = watcher.until('late', out)
    told += [] if any(l['event'] == 'delayed' for l in told) else watcher.until('delayed', after)
    (line,) = [l for l in told if l['event'] == 'delayed']
    assert line['booking'] == after and 'by' not in line
    on('alice').expect('BACK', booking=out)
    assert watcher.until('back', out)


def test_a_debt_is_waived(on):
    watcher, soon = Watcher(on('alice')), time.strftime('%Y-%m-%d', time.localtime(time.time() + 10 * 86400))
    ask = {'what': 'pair', 'from_': f"{soon}T08:00", 'for_': '2h'}
    codes = [on('alice').expect('BOOK', **ask)['booking'] for _ in range(2)]
    assert on('alice').expect('CANCEL', booking=codes[0])['owes'] == '50'
    on('dora').expect('BOOK', **ask)
    assert watcher.until('waived', codes[0])[-1]['state'] == 'cancelled'


def test_off_and_again(on, day):
    watcher = Watcher(on('alice'))
    assert watcher.connection.expect('WATCH', off='yes')['version']
    first = watcher.connection.expect('BOOK', what='one', from_=f"{day}T08:00", for_='1h')
    assert not watcher.told()
    again = watcher.connection.expect('WATCH', since=watcher.ok['version'])
    assert again['version'] == watcher.ok['version'] and 'missed' not in again
    assert watcher.next()['booking'] == first['booking']
    assert watcher.connection.expect('WATCH') and not watcher.told()  # from now on
    watcher.connection.expect('WATCH', since='0')
    told = watcher.until('booked', first['booking'])
    assert [point(l) for l in told] == sorted({point(l) for l in told})
    assert all(l['event'] == 'policy' or l['member'] == 'm01' for l in told)


@pytest.mark.parametrize('args, outcome', [
    ({'what': 'oen'}, 'NO unknown-resource'), ({'of': 'others'}, 'BAD bad-value'), ({'since': 'x'}, 'BAD bad-value'),
    ({'since': '12.'}, 'BAD bad-value'), ({'since': '-1'}, 'BAD bad-value'), ({'dry': 'yes'}, 'BAD unknown-key'),
])
def test_what_cannot_be_watched(on, args, outcome):
    on('alice').refused(outcome, 'WATCH', **args)


def test_a_log_that_is_gone(on, day):
    watcher = Watcher(on('alice'), since='999999999')
    assert watcher.ok['missed'] == 'yes' and int(watcher.ok['version']) < 999999999
    code = watcher.connection.expect('BOOK', what='one', from_=f"{day}T08:00", for_='1h')['booking']
    assert watcher.next()['booking'] == code


def test_a_withdrawn_token_ends_it(pole, on, day):
    token, person = pole.person('Nora Test', 'm01')
    with pole.connect(token) as c:
        watcher = Watcher(c)
        on('carla').expect('PERSON TOKEN', person=person)
        on('alice').expect('BOOK', what='one', from_=f"{day}T08:00", for_='1h')
        line = watcher.next()
        assert line['event'] == 'ended' and 'booking' not in line
        on('alice').expect('BOOK', what='one', from_=f"{day}T12:00", for_='1h')
        c.refused('NO auth-needed', 'WATCH')
        assert not c.events


def test_in_french(on, day):
    watcher = Watcher(on('alice', lang='fr'))
    on('alice').expect('BOOK', what='one', from_=f"{day}T08:00", for_='1h')
    assert watcher.next()['text'].endswith(' : réservé')


def codes_told(lines):
    return [(l['event'], l['booking'], point(l)) for l in lines if 'booking' in l]


def test_resuming_where_one_was(pole, day):
    """The watcher's connection ends again and again, at any event; the daemon is killed once. Nothing is lost, nothing comes twice."""
    people, told, at = pole.people, [], None
    with pole.connect(people.alice) as alice:
        at = alice.expect('WATCH')['version']
        alice.expect('WATCH', off='yes')
        booked = [alice.expect('BOOK', what='one', from_=f"{day}T{n:02}:00", for_='1h')['booking'] for n in range(12)]
        tags = [alice.send('CANCEL', booking=code) for code in booked]  # several in one version
        for tag in tags:
            assert alice.receive(tag).ok
    while len(told) < 24:
        with pole.connect(people.alice) as c:
            watcher = Watcher(c, since=at)
            for _ in range(min(5, 24 - len(told))):
                told.append(watcher.next())
            at = since(told[-1])
        if len(told) == 10:
            pole.kill()
            pole.start()
    with pole.connect(people.alice) as c:
        assert not Watcher(c, since=at).told()
    assert [l['booking'] for l in told if l['event'] == 'booked'] == booked
    assert sorted(l['booking'] for l in told if l['event'] == 'cancelled') == sorted(booked)
    assert [point(l) for l in told] == sorted({point(l) for l in told})


@pytest.fixture
def own(folder):
    one = running.Postgres(folder).start()
    one.psql('create database pole')
    yield one
    one.stop()


@pytest.fixture
def two(own, start):
    made = [start(name=n, database=own.conninfo('pole'), poles=regles.POLE) for n in 'ab']
    made[0].people = regles.people(made[0])
    return made


def test_two_daemons_tell_the_same(two, day):
    a, b = two
    people = a.people

    def known():
        with b.connect() as c:
            return c.call('AUTH', token=people.bruno).ok
    running.until('the other daemon knows them', known)
    with contextlib.ExitStack() as stack:
        on = {n: stack.enter_context(d.connect(people.alice)) for n, d in (('a', a), ('b', b))}
        watchers = [Watcher(stack.enter_context(d.connect(people.alice)), since=0) for d in (a, b, a, b)]
        for n in range(24):
            on['ab'[n % 2]].expect('BOOK', what='one', from_=f"{day}T{n:02}:00", for_='1h')
        tags = [(c, c.send('BOOK', what='pair', from_=f"{day}T{n:02}:00", for_='1h')) for n in range(24) for c in on.values()]
        last = [c.receive(t)['booking'] for c, t in tags]
        told = []
        for watcher in watchers:
            lines = []
            while len([l for l in lines if 'booking' in l]) < 24 + len(last):
                lines.append(watcher.next())
            told.append(lines)
        assert sorted(l['booking'] for l in told[0] if l.get('resource') == 'pair') == sorted(last)
        for lines in told:
            assert [point(l) for l in lines] == sorted({point(l) for l in lines})
            assert [l.text.split(' was-')[0] for l in lines] == [l.text.split(' was-')[0] for l in told[0]]
        # From one daemon to the other, at once: what the other has not read yet is not told twice, nor forgotten.
        at, seen = since(told[0][-1]), []
        for n in range(12):
            code = on['ab'[n % 2]].expect('BOOK', what='bike', from_=f"{day}T{n:02}:00", for_='1h', member=None)
            assert code
            on['ab'[n % 2]].expect('CANCEL', booking=code['booking'])
            with (b if n % 2 else a).connect(people.alice) as c:
                watcher = Watcher(c, since=at)
                assert 'missed' not in watcher.ok
                seen += [watcher.next(), watcher.next()]
                at = since(seen[-1])
        assert [l['event'] for l in seen] == ['booked', 'cancelled'] * 12


FLOOD = 10000


def flood(connection, n):
    """n changes, a few hundred in flight."""
    for base in range(0, n // 2, 100):
        tags = [connection.send('BOOK', what='one', from_=f"{2040 + (base + i) // 8064}-{1 + (base + i) // 672 % 12:02}-"
                                f"{1 + (base + i) // 24 % 28:02}T{(base + i) % 24:02}:00Z", for_='1h') for i in range(100)]
        codes = [connection.receive(t)['booking'] for t in tags]
        for t in [connection.send('CANCEL', booking=c) for c in codes]:
            assert connection.receive(t).ok


def progress(one):
    """Whether its process writes anything within a while."""
    def written():
        return int(pathlib.Path(f"/proc/{one.pid}/io").read_text().split('wchar: ')[1].split()[0])
    before = written()
    time.sleep(0.3)
    return written() - before > 10000


def choke(connection):
    """Asks for more than the daemon can send: it waits until somebody reads. Gives the requests' tags."""
    return [connection.send('HELP') for _ in range(1500)]


@pytest.mark.long
def test_a_flood_a_slow_reader_and_no_memory_for_it(pole):
    people = pole.people
    with contextlib.ExitStack() as stack:
        busy = stack.enter_context(pole.connect(people.alice))
        quick = Watcher(stack.enter_context(pole.connect(people.anne)))
        slow = Watcher(stack.enter_context(pole.connect(people.alice, receive_bytes=4096)))
        others = [Watcher(stack.enter_context(pole.connect(people.bruno))) for _ in range(20)]
        flood(busy, 1000)
        for line in range(1000):
            quick.next()
        tags = choke(slow.connection)
        running.until('the slow one is choked', lambda: busy.expect('STATUS') and not progress(pole))
        before = pole.resident_kib()
        flood(busy, FLOOD)  # in which the slow one reads nothing
        last = [quick.next() for _ in range(FLOOD)]
        grown = pole.resident_kib() - before
        assert grown < 30000, f"{grown} KiB for {FLOOD} changes"
        for tag in tags:
            assert slow.connection.receive(tag).ok
        told = [slow.next() for _ in range(1000 + FLOOD)]
        assert pole.log().count('events of the log for a watcher') > FLOOD // 200 // 2  # the ring was not enough for it
        assert [point(l) for l in told] == sorted({point(l) for l in told})
        assert codes_told(told[1000:]) == codes_told(last)
        assert not slow.told() and not any(o.told() for o in others)


@pytest.mark.long
@pytest.mark.parametrize('changes', [0, 300])
def test_at_rest_it_makes_no_calls(start, changes):
    """Watchers cost nothing while nothing happens, from the moment on that they were told what did: the daemon wakes for its own clock
    only, some ten times were measured. A minute begins in it, at which what time alone changes is looked for."""
    one = start(poles=regles.POLE, clock=f'+{(110 - datetime.datetime.now().second) % 60}s')
    alice, _ = one.person('Alice Test', 'm01')
    with contextlib.ExitStack() as stack:
        busy = stack.enter_context(one.connect(alice))
        watchers = [Watcher(stack.enter_context(one.connect(alice))) for _ in range(50)]
        flood(busy, changes)
        for watcher in watchers:
            for _ in range(changes):
                watcher.next()
        before = one.wakes()
        time.sleep(10)
        assert one.wakes() - before < 40


LOSE_LAST = """begin;
    alter table event disable trigger append_only;
    delete from allocation where booking = (select max(number) from booking);
    delete from booking where number = (select max(number) from booking);
    delete from event where version = (select version from pole);
    update pole set version = version - 1, head_hash = (select hash from event order by version desc, seq desc limit 1);
    alter table event enable trigger append_only;
    commit"""


def test_a_log_that_went_back(own, start, day):
    """The database was restored: who watches is told to ask anew, and goes on from there; so is who comes back."""
    one = start(database=own.conninfo('pole'), poles=regles.POLE)
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c, one.connect(token) as other:
        watcher = Watcher(c)
        kept, lost = (other.expect('BOOK', what='one', from_=f"{day}T{h}:00", for_='1h')['booking'] for h in ('08', '10'))
        last = watcher.until('booked', lost)[-1]
        own.psql(LOSE_LAST, 'pole')

        def taken():
            reply = other.call('BOOK', what='one', from_=f"{day}T12:00", for_='1h', key='after')
            return reply if reply.ok else None
        first = running.until('a booking', taken)['booking']
        missed, line = watcher.next(), watcher.next()
        assert missed['event'] == 'missed' and int(missed['version']) == int(last['version']) - 1
        assert (line['event'], line['booking'], line['version']) == ('booked', first, last['version'])
        with one.connect(token) as again:
            assert Watcher(again, since=int(last['version']) + 1).ok['missed'] == 'yes'
    assert kept


@pytest.mark.long
def test_who_watches_is_not_idle(start, day):
    one = start(poles=regles.POLE, arguments=['--idle-timeout', '2'])
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as watching, one.connect(token) as idle:
        watcher = Watcher(watching)
        assert idle.until_closed()[-1].startswith('* BYE timeout')
        with one.connect(token) as c:
            code = c.expect('BOOK', what='one', from_=f"{day}T08:00", for_='1h')['booking']
        assert watcher.next()['booking'] == code
        watcher.connection.expect('WATCH', off='yes')
        assert watching.until_closed()[-1].startswith('* BYE timeout')


@pytest.mark.long
def test_while_the_database_is_away(own, start, day):
    """What was missed is told when it is back; nothing is lost, and the connection stays."""
    one = start(database=own.conninfo('pole'), poles=regles.POLE)
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c:
        codes = [c.expect('BOOK', what='one', from_=f"{day}T{h:02}:00", for_='1h')['booking'] for h in range(3)]
        own.stop('immediate')
        watcher = Watcher(c, since=0)
        own.start()
        assert [l['booking'] for l in watcher.until('booked', codes[-1]) if 'booking' in l] == codes


@pytest.mark.long
def test_never_inside_a_reply(start, day):
    """A report on its way, of which the reader takes little at a time; what happens meanwhile is told after it."""
    one = start()
    token, _ = one.person('Alice Test', 'm01')
    one.psql(test_report.HISTORY)
    with wire.Connection(one.port, one.ca, one.admin_token(), receive_bytes=4096) as slow, one.connect(token) as alice:
        Watcher(slow)
        tag = slow.send('REPORT', report='usage', from_='1970-01-01', to='2010-01-01', by='member,resource,month')
        for _ in range(20000):
            assert slow.read_line().words[0] == tag
        codes = {alice.expect('BOOK', what='one', from_=f"{day}T{n:02}:00", for_='1h')['booking'] for n in range(20)}
        slow.timeout_s = 120
        while (line := slow.read_line()).words[1] != 'OK':
            assert line.words[0] == tag, line
        assert {slow.read_line()['booking'] for _ in codes} == codes
