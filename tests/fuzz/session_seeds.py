#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the corpus of whole sessions: session_seeds.py FUZZ_SESSION FOLDER.

One input for each transcript of proto/GRAMMAR.md (with those that made what it speaks of before it), for each verb in the mouth of each
role, and for each thing that a client, the network or the database may do; fuzz_session.c says how an input is read. Codes of bookings are
found by playing what comes before them.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'integration'))
import transcript  # noqa: E402

STANDS = {'<tuesday>': '2027-03-09', '<wednesday>': '2027-03-10', '<offset>': '+01:00', '<token:alice>': 'alice', '<token:bruno>': 'bruno',
          '<token:carla>': 'carla'}
CALM = b'\0\0'
SWITCH = [b'\1', b'\2', b'\3', b'\4']
STEP, SECOND, MINUTE, HOUR_ON, DAY_ON, LOSE, AWAY, STOP, END, RESET, DEAF, HEAR = \
    b'\5', b'\6', b'\7', b'\x08', b'\x0b', b'\x0c', b'\x0e', b'\x0f', b'\x10', b'\x11', b'\x12', b'\x13'
NEXT_PERSON = SECOND + END
ROLES = ['alice', 'max', 'carla', 'root']
VERBS = '''HELLO lang=fr client="mutual 0.1"
HELP
HELP verb=BOOK
NOOP
WHOAMI
STATUS
RESOURCES
RESOURCES what=van
FIND what=van from=2027-03-09T14:00 for=2h
FIND what=van within=2027-03-09T08:00/2027-03-09T20:00 for=2h count=5
FIND item="what=room from=2027-03-09T15:00 for=2h" item="what=bench from=2027-03-09T15:00 for=2h qty=2"
BOOK what=four from=2027-03-09T08:00 for=4h member=m01 key=k1
BOOK what=four from=2027-03-09T08:00 for=4h member=m01 key=k1
BOOK what=four unit=four-1 from=2027-03-10T08:00 for=4h member=m01 purpose="Salle \\"A\\"" dry=yes
BOOK what=one within=2027-03-11T08:00/2027-03-11T20:00 for=2h member=m01 alternatives=16
BOOK item="what=room from=2027-03-09T15:00 for=2h" item="what=bench from=2027-03-09T15:00 for=2h qty=2" member=m01
BOOK what=clock from=2027-03-09T18:00 for=1h rule="FREQ=WEEKLY;COUNT=4" except=2027-03-16 also=2027-03-10 conflicts=skip member=m01
BOOK what=clock from=2027-03-09T18:00 for=1h wait=yes member=m02
HOLD what=laser from=2027-03-09T08:00 for=2h hold-for=10m member=m01
CONFIRM booking=<code>
MOVE booking=<code> from=2027-03-09T13:00 for=3h
EXTEND booking=<code> by=1h
SHOW booking=<code>
SHOW booking=<code> scope=all
LIST from=2027-03-01 to=2027-04-01 all=yes count=3
LIST state=cancelled,waiting what=four
AGENDA what=four what=bench from=2027-03-09T00:00 for=2d
AGENDA what=bench from=2027-03-09T00:00 for=1d profile=yes
OFFERS all=yes
ACCEPT booking=<code>
PASS booking=<code> keep=yes
APPROVE booking=<code> reason=oui
DECLINE booking=<code> reason=non
OUT booking=<code> meter=84210.5 condition="a scratch"
BACK booking=<code> meter=84300 condition=clean
SWAP booking=<code> with=<code>
DISPUTE booking=<code> text="not so"
SETTLE booking=<code> decision=upheld text="it is"
EXPLAIN booking=<code>
EXPLAIN what=four from=2027-03-09T08:00 for=4h alternatives=2 distance=30 people=4
CANCEL booking=<code>
WATCH of=all since=0
WATCH what=four
REPORT report=usage from=2027-03-01 to=2027-04-01 by=member,resource,month
OUTAGE what=four unit=four-1 from=2027-03-09 for=1d reason="Pneu crevé"
CLOSE what=four from=2027-03-10T14:00 for=2h
OUTAGES
REOPEN outage=1
WATCH off=yes
POLICY SHOW
POLICY SHOW file=pole.yaml
POLICY EFFECTIVE what=four
POLICY HISTORY
POLICY RESET
POLICY PUT file=a.yaml line="pole: sim" line="name: S" line="zone: Europe/Paris" line="sites: {x: {name: X}}"
POLICY CHECK
POLICY PLAN
POLICY APPLY reason=less
PERSON ADD name="Nadia K." member=m01 mail=n@example.org roles=member,manager
PERSON LIST member=m01
PERSON TOKEN person=p1 keep=yes
PERSON QUALIFY person=p1 qualification=laser issuer=atelier since=2027-01-01 until=2028-01-01
PERSON DISQUALIFY person=p1 qualification=laser
PERSON TOKEN person=p2
QUIT'''.split('\n')


class Player:
    def __init__(self, program):
        self.program = program

    def heard(self, script):
        """What each client heard, in order of their coming."""
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, 'input').write_bytes(script)
            out = subprocess.run([self.program, folder], env={**os.environ, 'SESSION_SHOW': '1'}, stdout=subprocess.PIPE, check=True)
        return [part.partition('--- and heard\n')[2] for part in re.split(r'^--- client \d+ said\n', out.stdout.decode(), flags=re.M)[1:]]


def bind(shown, heard, stands):
    """Codes that the transcript's line names for the first time, from the line of the same tag and kind that was heard."""
    tag, word = shown.split()[:2]
    lines = [l for l in heard.split('\n') if l.startswith(f"{tag} {word} ")]
    for key, name in re.findall(r'(\S+)=(<(?:code|kept)(?:-\d+)?>)', shown):
        values = [m for l in lines for m in re.findall(rf"(?<!\S){key}=(B[0-9A-Z]+)", l)]
        if name not in stands and values:
            fresh = [v for v in values if v not in stands.values()]
            stands[name] = (fresh or values)[0]


def play(player, script, block, stands):
    """The script with this block's lines behind it."""
    for line in block:
        if line.startswith('C: '):
            script += transcript.filled(line[3:], stands).encode() + b'\n'
        elif '<code' in line or '<kept' in line:
            bind(line[3:], player.heard(script)[-1], stands)
    return script


def made_before(block, earlier):
    """The earlier blocks that made what this one speaks of."""
    needs = set(re.findall(r'<kept(?:-\d+)?>', '\n'.join(block)))
    first = {name: next(b for b in [*earlier, block] if name in '\n'.join(b)) for name in needs}
    return [b for b in earlier if b in first.values() or needs & set(re.findall(r'<kept(?:-\d+)?>', '\n'.join(b)))]


def transcripts(player):
    all_blocks = transcript.blocks()
    for i, block in enumerate(all_blocks):
        script, stands = CALM, dict(STANDS)
        for before in made_before(block, all_blocks[:i]):
            script = play(player, script, before, stands) + NEXT_PERSON
            stands = {k: v for k, v in stands.items() if not k.startswith('<code')}
        yield f"transcript-{i:02}", play(player, script, block, stands)


def verbs(player):
    for role in ROLES:
        made = CALM + f"a AUTH token={role}\n1 BOOK what=four from=2027-03-09T08:00 for=4h member=m01\n".encode()
        code = re.search(r'booking=(B\w+)', player.heard(made)[0])[1]
        whole = b''
        for i, line in enumerate(VERBS):
            said = f"{i + 2} {line}\n".replace('<code>', code).encode()
            whole += said
            name = re.match('(POLICY|PERSON)? ?([A-Z]+)', line)[0].lower().replace(' ', '-')
            if role == 'carla':
                yield f"verb-{i:02}-{name}", made + said
        yield f"all-{role}", made + whole
        yield f"all-slowly-{role}", made + (SECOND + b'n NOOP\n').join(l + b'\n' for l in whole.split(b'\n')[:-1])


def events(player):
    """What may happen, one thing an input."""
    alice, root, carla = b'a AUTH token=alice\n', b'a AUTH token=root\n', b'a AUTH token=carla\n'
    book = b''.join(b'%d BOOK what=van from=2027-03-%02dT08:00 for=2h key=k%d\n' % (i, 9 + i % 9, i) for i in range(12))
    four = b''.join(b'%d BOOK what=four from=2027-03-09T%02d:00 for=2h\n' % (i, 8 + i % 4) for i in range(20))
    watch = b'1 WATCH of=all\n'
    yield 'wrong-tokens', CALM + b'1 AUTH token=x\n2 AUTH token=y\n3 AUTH token=z\n4 NOOP\n'
    yield 'bad-lines', CALM + alice + b'1 FROB\n' * 25
    yield 'bad-lines-behind-changes', CALM + alice + four + b'1 FROB\n' * 25
    yield 'no-auth', CALM + b'1 NOOP\n' + MINUTE
    yield 'idle', CALM + alice + MINUTE * 12
    yield 'ended', CALM + alice + four + END + b'1 NOOP\n'
    yield 'reset', CALM + alice + four + STEP + RESET + alice + b'1 LIST\n'
    yield 'deaf', CALM + alice + DEAF + b'1 HELP\n' * 60 + SECOND + b'2 NOOP\n' + HEAR
    yield 'deaf-for-long', CALM + alice + DEAF + b'1 HELP\n' * 60 + MINUTE * 3
    yield 'deaf-watcher', CALM + carla + watch + DEAF + SWITCH[1] + alice + four + book + MINUTE + SWITCH[0] + HEAR
    yield 'watchers', CALM + carla + watch + SWITCH[1] + alice + b'1 WATCH\n' + SWITCH[2] + b'a AUTH token=bruno\n' + four + SECOND + b'9 OFFERS\n'
    yield 'pipelined', CALM + alice + four * 15
    yield 'two-at-once', CALM + alice + SWITCH[1] + b'a AUTH token=bruno\n' + SWITCH[0] + four + SWITCH[1] + four
    yield 'lost', CALM + alice + four + STEP * 6 + LOSE + book + SECOND + four
    yield 'away', CALM + alice + four + STEP * 4 + AWAY + book + b'x LIST\ny SHOW booking=B7K3QF\n' + MINUTE
    for fault in (1, 2, 8, 24, 31):
        yield f"faults-{fault:02}", bytes([fault, fault]) + alice + watch + four + book + SECOND + four + MINUTE + b'z LIST\n'
    yield 'stopped', CALM + alice + four + STEP * 3 + STOP + b'1 NOOP\n' + SECOND
    yield 'stopped-at-rest', CALM + alice + SECOND + STOP + b'1 NOOP\n'
    yield 'time-passes', CALM + carla + watch + b'2 HOLD what=laser from=2027-03-09T08:00 for=2h member=m01\n' + four + MINUTE * 20 + DAY_ON * 12 + MINUTE
    yield 'hours-pass', CALM + alice + b'1 BOOK what=four from=2027-03-02T08:00 for=2h\n' + SECOND + HOUR_ON * 30 + SECOND + b'2 LIST\n3 BOOK what=four from=2027-03-03T08:00 for=2h\n'
    yield 'too-long', CALM + alice + b'1 BOOK purpose=' + b'x' * 65600 + b'\n2 NOOP\n'
    yield 'as-long-as-may-be', CALM + alice + b'1 NOOP purpose=' + b'x' * (65536 - 15) + b'\r\n2 NOOP\n'
    yield 'odd-lines', CALM + alice + b'\n\r\n \n1\n1 \nx\0y NOOP\n1 NOOP \xff\n1 NOOP a\x7f=b\n' + b't' * 32 + b' NOOP\n' + b't' * 33 + b' NOOP\n* NOOP\n1  noop  \n1 a b c d e\n1 NOOP a="'
    yield 'withdrawn', CALM + alice + watch + SWITCH[1] + carla + b'1 PERSON TOKEN person=p1\n' + SECOND + SWITCH[0] + b'2 LIST\n3 WHOAMI\n'
    soon = CALM + alice + b'1 BOOK what=four from=2027-03-01T08:00 for=4h\n' + SECOND
    code = re.search(r'booking=(B\w+)', player.heard(soon)[0])[1].encode()
    out = b'2 OUT booking=%s meter=10 condition=clean\n' % code
    yield 'out-and-back', soon + HOUR_ON * 7 + out + SECOND + HOUR_ON * 2 + b'3 BACK booking=%s meter=12.5 condition=dirt\n4 SHOW booking=%s\n' % (code, code)
    yield 'late-back', soon + HOUR_ON * 7 + out + SECOND + HOUR_ON * 9 + MINUTE + b'3 SHOW booking=%s\n4 BACK booking=%s\n' % (code, code)
    yield 'nobody-came', soon + watch + SECOND + HOUR_ON * 14 + MINUTE + b'2 LIST state=no-show\n'
    yield 'series', CALM + alice + b"""1 BOOK what=shed from=2027-03-09T08:00 for=2h rule="FREQ=WEEKLY;COUNT=6" conflicts=skip
2 BOOK what=shed from=2027-03-16T09:00 for=2h rule="FREQ=WEEKLY;INTERVAL=1;COUNT=3" conflicts=alternative
3 BOOK what=shed from=2027-03-16T09:00 for=2h rule="FREQ=DAILY;BYDAY=MO,TU;UNTIL=20270430T000000Z" except=2027-03-23
4 LIST
"""
    policy = [f'line="{l}"'.encode() for l in ['pole: sim', 'name: S', 'zone: Europe/Paris', 'sites: {x: {name: X}}', 'members:',
                                               '  m01: {name: One, kind: association, class: a}', 'resources:',
                                               '  four: {name: Four, kind: equipment, site: x, hours: always, units: {four-1: {}}}']]
    put = b'1 POLICY PUT file=pole.yaml ' + b' '.join(policy) + b'\n'
    yield 'policy', CALM + alice + four + SWITCH[1] + root + put + b'2 POLICY CHECK\n3 POLICY PLAN\n4 POLICY APPLY reason=less\n5 POLICY SHOW\n6 LIST all=yes\n'
    yield 'policy-twice', CALM + root + put + b'2 POLICY APPLY key=p\n3 POLICY APPLY key=p\n' + four + b'4 POLICY APPLY\n5 STATUS\n'
    yield 'policy-lost', b'\3\x08' + root + put + b'2 POLICY APPLY\n' + STEP * 3 + LOSE + SECOND + book + b'3 POLICY HISTORY\n'


def main():
    player, folder = Player(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for maker in (transcripts, verbs, events):
        for name, script in maker(player):
            (folder / name).write_bytes(script)


if __name__ == '__main__':
    main()
