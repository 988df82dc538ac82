# SPDX-License-Identifier: GPL-3.0-or-later
"""`mutuald --replay POLE`: what was decided is decided again from the log, and is the same; what was altered since is found.

A random history: four members, a manager and a coordinator book, hold, wait, accept, pass, exchange, take out and bring back, break things
and mend them, while days go by. MUTUALD_REPLAY=10000 plays so many requests, MUTUALD_REPLAY_PACE=7 lets seven times as long go by between
them (both: a year), MUTUALD_REPLAY_SEED=7 draws others.
"""
import datetime
import hashlib
import os
import random
import re
import subprocess

import pytest

import regles
import running
import wire

pytestmark = pytest.mark.long

REQUESTS = int(os.environ.get('MUTUALD_REPLAY', 1500))
SEED = int(os.environ.get('MUTUALD_REPLAY_SEED', 1))
PACE = float(os.environ.get('MUTUALD_REPLAY_PACE', 1))
BURST = 12  # requests between two moments
THINGS = ['one', 'one', 'one', 'pair', 'pair', 'bike', 'laser', 'hall', 'quick', 'tent', 'owned', 'owned', 'room', 'truck', 'club']
HOLDERS = ['alice', 'anne', 'bruno', 'tom', 'dora']
TICKS = 'expired', 'late', 'no-show', 'offered', 'suspended', 'restored', 'queued', 'out', 'back'


class Life:
    """Draws what people do; the moments are those of the daemon's clock."""

    def __init__(self, people, seed):
        self.draw, self.people = random.Random(seed), people
        self.now = datetime.datetime.now(datetime.timezone.utc)
        self.began = self.now
        self.bookings, self.outages, self.owned, self.policy = [], [], [], 0

    def moment(self, hours):
        return (self.now + datetime.timedelta(hours=hours)).strftime('%Y-%m-%dT%H:00Z')

    def when(self):
        start = self.draw.choice([1, 2, 3, 6, 24, 26, 48, 72, 200])
        return {'from_': self.moment(start), 'for_': self.draw.choice(['1h', '2h', '4h', '1d'])}

    def by_owner(self):
        """What somebody else has of the town's."""
        taken = self.draw.choice(self.owned[-10:])
        return 'BOOK', {**taken, 'purpose': 'Service'}

    def book(self, verb='BOOK'):
        args = {'what': self.draw.choice(THINGS), **self.when(), 'purpose': 'Une course'}
        if self.draw.random() < 0.15 and verb == 'BOOK':
            other = {'what': self.draw.choice(THINGS), 'from_': args['from_'], 'for_': args['for_']}
            first = {k: args.pop(k) for k in ('what', 'from_', 'for_')}
            args['item'] = [wire.request('', t).strip() for t in (first, other)]
        elif self.draw.random() < 0.15 and verb == 'BOOK':
            args['within'] = f"{args.pop('from_')}/{self.moment(300)}"
        elif self.draw.random() < 0.1 and verb == 'BOOK':
            return verb, {**args, 'rule': 'FREQ=DAILY;COUNT=3', 'conflicts': self.draw.choice(['refuse', 'skip', 'alternative'])}
        if args.get('what') == 'owned' and 'from_' in args:
            self.owned.append({k: args[k] for k in ('what', 'from_', 'for_')})
        if verb == 'BOOK' and self.draw.random() < 0.7:
            args['wait'] = 'yes'
        return verb, args

    def code(self):
        return self.draw.choice(self.bookings[-60:])

    def about(self, verb, **args):
        return verb, {'booking': self.code(), **args}

    def move(self):
        return self.about('MOVE', from_=self.moment(self.draw.choice([2, 5, 30, 90])))

    def by_holder(self):
        kinds = [(self.book, 34), (lambda: self.book('HOLD'), 5)]
        if self.bookings:
            kinds += [(lambda v=v, a=a: self.about(v, **a), n) for v, a, n in (
                ('CONFIRM', {}, 4), ('ACCEPT', {}, 10), ('PASS', {'keep': 'yes'}, 3), ('PASS', {}, 2), ('CANCEL', {}, 12),
                ('EXTEND', {'by': '1h'}, 4), ('DISPUTE', {'text': "C'était sale"}, 2),
                ('OUT', {'meter': self.draw.randrange(1000), 'condition': 'Bon état'}, 8), ('OUT', {}, 4), ('BACK', {}, 8),
                ('BACK', {'meter': 1000 + self.draw.randrange(1000), 'condition': 'Rayé'}, 4))]
            kinds += [(self.move, 8), (lambda: self.about('SWAP', with_=self.code()), 3)]
        return self.pick(kinds)

    def by_manager(self):
        kinds = [(lambda: ('OUTAGE', {'what': self.draw.choice(THINGS), 'from_': self.moment(self.draw.choice([0, 1, 24])),
                                      'for_': self.draw.choice(['4h', '1d', '3d']), 'reason': 'En panne'}), 5),
                 (lambda: ('CLOSE', {'what': self.draw.choice(THINGS), 'from_': self.moment(1), 'for_': '2h'}), 1)]
        if self.outages:
            kinds.append((lambda: ('REOPEN', {'outage': self.draw.choice(self.outages[-3:])}), 8))
        if self.bookings:
            kinds += [(lambda v=v, a=a: self.about(v, **a), 3) for v, a in (
                ('APPROVE', {}), ('APPROVE', {'reason': 'Pour cette fois'}), ('DECLINE', {'reason': 'Trop tard'}), ('CANCEL', {}),
                ('SETTLE', {'decision': 'upheld', 'text': 'En effet'}), ('SETTLE', {'decision': 'dismissed'}))]
        return self.pick(kinds)

    def by_coordinator(self):
        person = self.draw.choice([self.people.alice_code, self.people.bruno_code, self.people.dora_code])
        return self.pick([
            (lambda: ('PERSON QUALIFY', {'person': person, 'qualification': 'licence-c'}), 3),
            (lambda: ('PERSON DISQUALIFY', {'person': person, 'qualification': 'licence-c'}), 1),
            (lambda: ('PERSON ADD', {'name': 'Zoé Nouvelle', 'member': 'm02'}), 1)])

    def pick(self, kinds):
        (kind,) = self.draw.choices([k for k, _ in kinds], [n for _, n in kinds])
        return kind()

    def request(self, who):
        if who == 'tom' and self.owned and self.draw.random() < 0.3:
            return self.by_owner()
        return {'max': self.by_manager, 'carla': self.by_coordinator}.get(who, self.by_holder)()

    def learn(self, reply):
        assert reply.final.words[1] in ('OK', 'NO'), reply
        if not reply.ok:
            return
        self.bookings += [b for b in (reply.get('booking'), *(d.get('booking') for d in reply.of('occurrence'))) if b]
        if 'outage' in reply:
            self.outages.append(reply['outage'])


def change_policy(one, life):
    """The offers last another while, and one thing more may be had."""
    life.policy += 1
    with one.admin() as admin:
        admin.expect('POLICY RESET')
        for path in sorted((one.policies / 'regles').glob('*.yaml')):
            text = path.read_text().replace('offer-holds: 4h', f"offer-holds: {4 + life.policy}h")
            if path.name == 'resources.yaml':
                text += f"  more-{life.policy}: {{name: One more, kind: equipment, site: town, hours: always, stands-in-for: one}}\n"
            admin.expect('POLICY PUT', file=path.name, line=text.splitlines())
        admin.expect('POLICY APPLY', reason='Essai')


def bring_back_late(one, life):
    """What chance seldom does by itself: taken out in time, and not back at its end."""
    began = life.now
    with one.connect(life.people.alice) as alice:
        code = alice.expect('BOOK', what='one', from_=life.moment(2), for_='1h')['booking']
        for hours, verb in ((2, 'OUT'), (4, 'BACK')):
            life.now = began + datetime.timedelta(hours=hours)
            one.set_clock(f"+{hours * 3600}")
            alice.expect(verb, booking=code)


def stay(one, life):
    """Moved to where it stands: in the log for its key, and without one not at all."""
    with one.connect(life.people.alice) as alice:
        made = alice.expect('BOOK', what='bike', from_=life.moment(400), for_='1h')
        for key in ({'key': 'stay'}, {}):
            alice.expect('MOVE', booking=made['booking'], from_=made['from'], **key)
    assert one.psql("select count(*) from event where request like 'MOVE%' and cause is null") == [['1']]


def live(one, life, seconds):
    """Bursts from all sides, then a stretch of time."""
    names = HOLDERS + ['max', 'carla']
    connections = {n: one.connect(getattr(life.people, n), timeout_s=60) for n in names}
    asked, began = 0, life.began
    try:
        while asked < REQUESTS:
            sent = []
            for _ in range(life.draw.randint(1, BURST)):
                (who,) = life.draw.choices(names, [8] * len(HOLDERS) + [5, 1])
                verb, args = life.request(who)
                sent.append((connections[who], connections[who].send(verb, **args)))
            for c, tag in sent:
                life.learn(c.receive(tag))
            asked += len(sent)
            life.now += datetime.timedelta(seconds=int(PACE * life.draw.choice(seconds)))
            one.set_clock(f"+{int((life.now - began).total_seconds())}")
            if life.draw.random() < 0.015:
                change_policy(one, life)
    finally:
        for c in connections.values():
            c.close()


def replay(one, *more):
    return subprocess.run([*one.command('--replay', 'regles'), *more], capture_output=True, text=True, timeout=900, check=False,
                          env={**running.SANITIZERS, **os.environ})


def table(out):
    """By command: decided again, from the log, different."""
    rows = re.findall(r'^  ([A-Za-z ]+?) +(\d+) +(\d+) +(\d+)$', out, re.M)
    return {name: (int(a), int(b), int(c)) for name, a, b, c in rows}


def agrees(out):
    assert out.returncode == 0 and 'agree\n' in out.stdout and 'not agree' not in out.stdout, out.stdout + out.stderr
    return table(out.stdout)


def test_a_log_is_decided_again(start):
    one = start(poles=regles.POLE, clock='+0')
    life = Life(regles.people(one), SEED)
    bring_back_late(one, life)
    stay(one, life)
    live(one, life, [0, 0, 1, 60, 600, 1800, 3600, 4 * 3600])
    causes = dict(one.psql('select cause, count(*) from event where cause is not null group by cause'))
    missing = [c for c in TICKS if c not in causes]
    assert not missing or REQUESTS < 1500 or PACE != 1, f"never happened: {missing} of {causes}"
    counted = agrees(replay(one))  # while the daemon runs
    versions = one.psql('select version from pole')[0][0]
    one.stop()
    assert agrees(replay(one)) == counted  # and its database alone
    assert counted['TICK'][0] > 0 and counted['BOOK'][0] > 50 and counted['PERSON ADD'][1] > 0, counted
    assert all(n == 0 for verb, (_, n, _) in counted.items() if verb not in ('PERSON ADD', 'START')), counted
    assert f"regles: {versions} versions" in replay(one).stdout


ALTER = 'begin; alter table event disable trigger append_only; {}; alter table event enable trigger append_only; commit'


def alter(own, sql):
    own.psql(ALTER.format(sql), 'pole')


@pytest.fixture
def waited(start, own):
    """Three want the same; what was cancelled is offered by fair share."""
    one = start(poles=regles.POLE, database=own.conninfo('pole', 'pole_owner'))
    people = regles.people(one)
    ask = {'what': 'one', 'from_': f"{regles.new_day()}T08:00", 'for_': '4h'}
    with one.connect(people.alice) as alice, one.connect(people.bruno) as bruno, one.connect(people.dora) as dora:
        taken = alice.expect('BOOK', **ask)['booking']
        dora.expect('BOOK', **ask, wait='yes')
        bruno.expect('BOOK', **ask, wait='yes')
        alice.expect('CANCEL', booking=taken)
    one.stop()
    agrees(replay(one))
    return one


def chain(own):
    """Every hash anew, as one would who wants it not to be seen."""
    rows = own.psql("select version, seq, date_part('epoch', at)::int8, actor, coalesce(request_key, ''), change, request is null, "
                    "coalesce(request, '') from event order by version, seq", 'pole')
    head = ''
    for version, seq, at, actor, key, change, unknown, request in rows:
        text = f"{head}\n{version} {seq} {at} {actor}\n{key}\n{change}" + ('' if unknown == 't' else f"\n{request}")
        head = hashlib.sha256(text.encode()).hexdigest()
        alter(own, f"update event set hash = '{head}' where version = {version} and seq = {seq}")
    own.psql(f"update pole set head_hash = '{head}'", 'pole')


OFFER = "kind = 'booking' and change like '%cause=offered%'"
ALTERED = [  # what somebody does to the log as its owner, and what is said of it
    ("update event set change = replace(change, 'member=m02', 'member=m04') where {0}", ['its hash is not', '[member=m04]', '[member=m02]']),
    ("update event set at = at + interval '1 s' where {0}", ['its hash is not']),
    ("update event set actor = 3 where {0}", ['its hash is not']),
    ("delete from event where {0}", ['its hash is not|ends here|rows are missing|another hash', 'nothing']),
    ("update event set cause = 'accepted' where {0}", ['its columns do not say']),
    ("update event set request = replace(request, 'for=4h', 'for=5h') where request like 'BOOK%' and version = "
     "(select min(version) from event where request like 'BOOK%')", ['its hash is not', r'\[to=']),
    ("update pole set head_hash = 'x'", ['another hash than the pole']),
]


@pytest.mark.parametrize('sql, said', ALTERED)
def test_what_was_altered_is_found(waited, own, sql, said):
    alter(own, sql.format(OFFER))
    out = replay(waited)
    assert out.returncode == 1 and 'do not agree' in out.stdout, out.stdout + out.stderr
    for text in said:
        assert re.search(text, out.stdout), (text, out.stdout)


def test_what_was_altered_with_all_hashes_is_found_by_deciding(waited, own):
    """The offer is made out to who came first instead of who had the stronger claim, and the chain is forged."""
    first, second = (r[0] for r in own.psql("select split_part(change, ' ', 2) from event where change like '%state=waiting%' "
                                            'order by version', 'pole'))
    assert own.psql(f"select change like '%{second}%' from event where {OFFER}", 'pole') == [['t']]
    alter(own, f"update event set change = replace(replace(change, '{second}', '{first}'), 'member=m02', 'member=m04') where {OFFER}")
    chain(own)
    out = replay(waited)
    assert out.returncode == 1 and 'faults of the log: 0' in out.stdout and 'differences: 0' not in out.stdout, out.stdout + out.stderr
    assert table(out.stdout)['CANCEL'] == (1, 0, 1)


def test_a_move_to_where_it_stands_was_once_logged_without_a_key(start, own):
    one = start(poles=regles.POLE, database=own.conninfo('pole', 'pole_owner'))
    with one.connect(regles.people(one).alice) as alice:
        made = alice.expect('BOOK', what='one', from_=f"{regles.new_day()}T08:00", for_='4h')
        alice.expect('MOVE', booking=made['booking'], from_=made['from'], key='stay')
    one.stop()
    alter(own, "update event set request_key = null where request like 'MOVE%'")
    chain(own)
    assert agrees(replay(one))['MOVE'] == (1, 0, 0)


def test_there_is_no_such_pole(waited, folder):
    out = subprocess.run(waited.command('--replay', 'nulle-part'), capture_output=True, text=True, timeout=60, check=False)
    assert out.returncode == 1 and 'there is no pole "nulle-part"' in out.stderr
    empty = running.Daemon(folder, name='empty')
    empty.state.mkdir()
    out = replay(empty)
    assert out.returncode == 1 and 'PG_VERSION' in out.stderr and not (empty.state / 'pg').exists()
