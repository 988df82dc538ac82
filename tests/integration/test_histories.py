# SPDX-License-Identifier: GPL-3.0-or-later
"""Random histories through the daemon and PostgreSQL: several people on several connections, pipelined, on the example pole. Then what
the database holds, what the daemon tells after a restart, and what the core alone makes of the same requests in the order of
the log (tests/tools/replay) must be one and the same.

MUTUALD_HISTORIES=20000 plays so many requests, MUTUALD_HISTORIES_SEED=7 others. The seed gives the requests as far as they do not
depend on which replies came first; what was committed, in its order, is in the file that a failure names.
"""
import datetime
import os
import random
import subprocess

import pytest

import running
import wire

pytestmark = pytest.mark.long

REQUESTS = int(os.environ.get('MUTUALD_HISTORIES', 2000))
SEED = int(os.environ.get('MUTUALD_HISTORIES_SEED', 1))
EXAMPLE = running.TREE / 'config' / 'example' / 'deux-sanes'
PEOPLE = [('Alice', 'm11', None), ('Bob', 'm02', None), ('Chloé', 'm09', None), ('Carla', None, 'coordinator')]
CONNECTIONS_EACH = 2
BURST = 12
FAR_DAYS = 18

# what, units, most at once, hours that it may start at, lengths; drawn alike
THINGS = [
    ('van', ['van-1', 'van-2', 'van-3'], 2, range(0, 24), ['1h', '90m', '4h', '1d', '2d']),
    ('van', ['van-1', 'van-2', 'van-3'], 1, range(6, 20), ['2h', '3h', '5h']),
    ('minibus', [], 1, range(0, 24), ['2h', '5h', '1d']),
    ('cargo-bike', ['bike-1', 'bike-2', 'bike-3'], 2, range(7, 19), ['1h', '2h', '4h', '1d']),
    ('trailer', ['trailer-1', 'trailer-2'], 1, [8, 13], ['5h']),
    ('meeting-room', ['room-1', 'room-2', 'room-3', 'room-4'], 2, range(8, 20), ['30m', '1h', '2h', '150m']),
    ('great-hall', [], 1, [8, 16], ['8h', '16h']),
    ('hall-a', [], 1, [8, 16], ['8h']),
    ('hall-b', [], 1, [8, 16], ['8h']),
    ('workshop', [], 3, range(9, 18), ['1h', '2h', '4h']),
    ('laser', [], 1, range(9, 17), ['30m', '1h', '2h']),
    ('cnc', [], 1, range(9, 17), ['1h', '3h']),
    ('lab', [], 2, range(6, 18), ['3h', '5h']),
    ('cold-room', [], 8, [0], ['1d', '3d', '1w']),
    ('tent', ['tent-1', 'tent-3'], 3, [9, 10, 11, 16, 17], ['1h', '1d', '3d', '4d']),
    ('communication', [], 1, [9, 14], ['2h', '3h']),
    ('technician', [], 1, [8, 13], ['2h', '3h']),
]
HAVING = ['hitch', 'seats>=3 hitch=true', 'site=morval']


class History:
    """Draws requests, and knows what of the pole replies have told so far."""

    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.first = datetime.date.today() + datetime.timedelta(days=1)
        self.bookings, self.outages = [], []  # codes with how many items each has; numbers
        self.asked = {}  # by key: the verb and the line
        self.granted = set()

    def moment(self, hours):
        day = self.first + datetime.timedelta(days=self.draw.randrange(FAR_DAYS))
        return f"{day}T{self.draw.choice(list(hours)):02}:{self.draw.choice(['00', '00', '30'])}"

    def thing(self, near=None):
        what, units, most, hours, lengths = self.draw.choice(THINGS)
        made = {'what': what, 'from_': near or self.moment(hours), 'for_': self.draw.choice(lengths)}
        if len(hours) < 6 and not near:
            made['from_'] = made['from_'][:-2] + '00'
        if self.draw.random() < 0.3 and most > 1:
            made['qty'] = self.draw.randint(1, most)
        elif units and self.draw.random() < 0.25:
            made['unit'] = self.draw.choice(units)
        if what == 'van' and self.draw.random() < 0.3:
            made['having'] = self.draw.choice(HAVING)
        if what in ('communication', 'technician') and self.draw.random() < 0.4:
            made['at'] = 'liesange'
        return made

    def book(self, who):
        made = self.thing()
        if self.draw.random() < 0.25:
            things = [made] + [self.thing(made['from_']) for _ in range(self.draw.randint(1, 2))]
            made = {'item': [wire.request('', t).strip() for t in things]}
        elif self.draw.random() < 0.08:
            start = made.pop('from_')
            made['within'] = f"{start[:10]}T06:00/{start[:10]}T22:00"
        if self.draw.random() < 0.3:
            made['declared'] = self.draw.choice(['own-hitch', 'laser', 'cnc'])
        if self.draw.random() < 0.12:
            made['rule'] = f"FREQ={self.draw.choice(['DAILY', 'WEEKLY'])};COUNT={self.draw.randint(2, 5)}"
            made['conflicts'] = self.draw.choice(['refuse', 'skip', 'alternative'])
        if who == 'Carla':
            made['member'] = self.draw.choice(['m11', 'm02', 'm09'])
        return 'BOOK', made

    def booking(self):
        return self.draw.choice(self.bookings)

    def scope(self):
        return {'scope': self.draw.choice(['one', 'following', 'all'])} if self.draw.random() < 0.3 else {}

    def move(self, _):
        code, items, units = self.booking()
        made = {'booking': code}
        if self.draw.random() < 0.7:
            made['from_'] = self.moment(range(6, 20))
        if self.draw.random() < 0.3 or len(made) == 1:
            made['for_'] = self.draw.choice(['1h', '2h', '5h', '1d'])
        if units and self.draw.random() < 0.2:
            made['unit'] = self.draw.choice(units)
        if items > 1 and self.draw.random() < 0.5:
            return 'MOVE', {**made, 'item': self.draw.randint(1, items)}
        return 'MOVE', {**made, **self.scope()}

    def extend(self, _):
        return 'EXTEND', {'booking': self.booking()[0], 'by': self.draw.choice(['30m', '1h', '3h', '1d']), **self.scope()}

    def cancel(self, _):
        code, items, _units = self.booking()
        if items > 1 and self.draw.random() < 0.6:
            return 'CANCEL', {'booking': code, 'item': self.draw.randint(1, items)}
        return 'CANCEL', {'booking': code, **self.scope()}

    def outage(self, _):
        what, units, _most, _hours, _lengths = self.draw.choice(THINGS)
        made = {'what': what, 'unit': self.draw.choice(units) if units and self.draw.random() < 0.7 else None}
        if self.draw.random() < 0.9:
            made['from_'] = self.moment(range(24))
        if self.draw.random() < 0.9:
            made['for_'] = self.draw.choice(['2h', '1d', '3d'])
        return 'OUTAGE', made

    def reopen(self, _):
        return 'REOPEN', {'outage': self.draw.choice(self.outages)}

    def request(self, who):
        kinds = [(self.book, 60)]
        if self.bookings:
            kinds += [(self.move, 16), (self.extend, 6), (self.cancel, 14)]
        if who == 'Carla':
            kinds += [(self.outage, 6)] + [(self.reopen, 6)] * bool(self.outages)
        (kind,) = self.draw.choices([k for k, _ in kinds], [w for _, w in kinds])
        verb, args = kind(who)
        key = f"h{len(self.asked)}"
        args = {**{k: v for k, v in args.items() if v is not None}, 'key': key}
        self.asked[key] = (verb, wire.request(verb, args))
        return key, verb, args

    def learn(self, key, verb, args, reply):
        assert reply.final.words[1] in ('OK', 'NO'), f"{self.asked[key][1]} -> {reply}"
        if not reply.ok:
            return
        self.granted.add(key)
        units = next((u for w, u, *_ in THINGS if w == args.get('what')), [])
        if verb == 'BOOK' and 'rule' in args:
            self.bookings += [(d['booking'], len(args.get('item', [1])), units) for d in reply.of('occurrence') if 'booking' in d]
        elif verb == 'BOOK':
            self.bookings.append((reply['booking'], max(1, len(reply.of('item'))), units))
        elif verb == 'OUTAGE':
            self.outages.append(reply['outage'])


def play(history, connections):
    """Bursts: every connection sends some requests before any reply is read."""
    while len(history.asked) < REQUESTS:
        sent = []
        for who, c in connections:
            for _ in range(history.draw.randint(0, BURST)):
                key, verb, args = history.request(who)
                sent.append((c, c.send(verb, **args), key, verb, args))
        for c, tag, key, verb, args in sent:
            history.learn(key, verb, args, c.receive(tag))


def committed(daemon):
    """The requests that changed something, in the order in which they were decided: key, moment, person."""
    return daemon.psql('select request_key, date_part(\'epoch\', at)::int8, actor from event where request_key is not null '
                       'group by version, at, actor, request_key order by version, min(seq)')


def in_database(daemon):
    bookings = daemon.psql("select 'booking', number, resource_id, member, person, made_by, state, pinned, start_s, end_s, made_at_s, "
                           "ended_at_s, purpose, allocations, replace(items, e'\\n', '; '), series, occurrence_s "
                           "from booking_row order by number")
    outages = daemon.psql("select 'outage', number, resource_id, lane, date_part('epoch', starts)::int8, "
                          "coalesce(date_part('epoch', ends)::int8, 0), made_by, date_part('epoch', made_at)::int8 "
                          'from outage where lifted_at is null order by number')
    return bookings + outages


def by_the_core_alone(daemon, history, order, path):
    persons = daemon.psql("select p.number, coalesce(n.id, '-'), p.roles from person p left join name n on n.pole_id = p.pole_id "
                          "and n.kind = 'member' and n.number = p.member order by p.number")
    lines = [f"person {' '.join(p)}" for p in persons]
    lines += [f"request {at} {person} t {history.asked[key][1]}" for key, at, person in order]
    path.write_text('\n'.join(lines) + '\n')
    out = subprocess.run([str(running.build_dir() / 'tests' / 'tools' / 'replay'), str(daemon.policies / EXAMPLE.name)],
                         input=path.read_text(), capture_output=True, text=True, timeout=600, check=False)
    assert out.returncode == 0, f"{path}: {out.stderr}"
    refused = [l for l in out.stdout.splitlines() if l.startswith('request ') and not l.endswith(' granted')]
    assert refused == [], f"{path}: granted by the daemon, not by the core: {refused[:5]}"
    return [l.split('\t') for l in out.stdout.splitlines() if not l.startswith('request ')]


def told(daemon, history):
    """All that the daemon tells of it from memory."""
    first, last = history.first - datetime.timedelta(days=1), history.first + datetime.timedelta(days=FAR_DAYS + 60)
    with daemon.admin() as c:
        texts = []
        for at in range(0, len(history.bookings), 100):
            tags = [c.send('SHOW', booking=code) for code, _, _ in history.bookings[at:at + 100]]
            texts += [l.text.split(' ', 1)[1] for t in tags for l in c.receive(t).data]
        whats = [r['name'] for r in c.expect('RESOURCES').of('resource')]
        agenda = c.expect('AGENDA', what=whats, from_=first, to=last)
        outages = c.expect('OUTAGES')
        return texts + [l.text.split(' ', 1)[1] for l in [*agenda.data, *outages.data]], agenda.of('taken')


def epoch(text):
    return int(datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).timestamp())


def taken_in_database(daemon):
    rows = daemon.psql("select n.id, a.lane, date_part('epoch', lower(a.during))::int8, date_part('epoch', upper(a.during))::int8 "
                       "from allocation a join name n on n.pole_id = a.pole_id and n.kind = 'resource' and n.number = a.resource_id "
                       'where a.occupies')
    return sorted((what, int(lane), int(start), int(end)) for what, lane, start, end in rows)


def test_one_history_four_times(start, tmp_path):
    one = start(poles=EXAMPLE, arguments=['--max-connections-per-address', '100'])
    tokens = {who: one.person(f"{who} Test", member, roles)[0] for who, member, roles in PEOPLE}
    connections = [(who, one.connect(tokens[who])) for _ in range(CONNECTIONS_EACH) for who, _, _ in PEOPLE]
    history = History(SEED)
    try:
        play(history, connections)
    finally:
        for _, c in connections:
            c.close()

    order = committed(one)
    logged = {key for key, _, _ in order}
    assert logged == history.granted, 'refused, and yet in the log; or granted, and not in it'
    counts = {verb: sum(history.asked[key][0] == verb for key in logged) for verb in ('BOOK', 'MOVE', 'EXTEND', 'CANCEL', 'OUTAGE', 'REOPEN')}
    print(f"seed {SEED}: {len(history.asked)} requests, committed in {len(order)} steps: {counts}")
    assert min(counts.values()) > 0, counts

    stored = in_database(one)
    path = tmp_path / f"history-{SEED}"
    core = by_the_core_alone(one, history, order, path)
    for a, b in zip(stored, core):
        assert a == b, f"{path}: stored, and by the core alone:\n{a}\n{b}"
    assert len(stored) == len(core)
    assert one.overlaps() == []

    before, _ = told(one, history)
    one.stop()
    one.start()
    after, taken = told(one, history)
    assert before == after
    assert sorted({(t['resource'], int(t['lane']), epoch(t['blocked-from']), epoch(t['blocked-to'])) for t in taken}) == taken_in_database(one)
    assert in_database(one) == stored
