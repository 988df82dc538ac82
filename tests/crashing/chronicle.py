# SPDX-License-Identifier: GPL-3.0-or-later
"""The pole's log as the checker reads it: commands in their one order, and what every booking was after each of them.

Position n is the state after the n-th command. Several commands may share a version, since they were committed together; they are
parted where an event has a `request`, which only the first of a command has.
"""
import bisect
import collections
import dataclasses
import datetime
import hashlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'integration'))
import wire  # noqa: E402

ROWS = '''select json_build_object('version', e.version, 'seq', e.seq, 'at', date_part('epoch', e.at)::int8, 'batch', e.batch,
    'actor', e.actor, 'key', e.request_key, 'kind', e.kind, 'change', e.change, 'hash', e.hash, 'request', e.request)
    from event e order by e.pole_id, e.version, e.seq'''

OCCUPIES = {'confirmed', 'held', 'requested', 'out', 'done'}
OPEN = {'confirmed', 'held', 'requested', 'out', 'waiting', 'displaced', 'suspended'}
QUEUES = {'waiting', 'displaced', 'suspended'}


def seconds(text):
    return int(datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).timestamp())


@dataclasses.dataclass(frozen=True)
class Image:
    """A booking at some position."""
    code: str
    cause: str
    state: str
    resource: str
    member: str
    start: int
    end: int
    lanes: tuple
    due: int = 0

    @property
    def occupies(self):
        return self.state in OCCUPIES

    @property
    def days(self):
        return range(self.start // 86400, (self.end - 1) // 86400 + 1)


def lanes_of(text):
    """`van/2/from/to`, `chair/1-4,7/from/to`: the lanes."""
    out = []
    for part in text.split('/')[1].split(','):
        first, _, last = part.partition('-')
        out += range(int(first), int(last or first) + 1)
    return out


def image(change):
    line = wire.Line(change)
    lanes = sorted(lane for a in line.all('alloc') for lane in lanes_of(a))
    return Image(line['code'], line.get('cause', ''), line['state'], line['resource'], line['member'], seconds(line['from']),
                 seconds(line['to']), tuple(lanes), seconds(line['due-at']) if 'due-at' in line else 0)


@dataclasses.dataclass
class Command:
    position: int
    version: int
    at: int
    actor: int
    key: str
    request: str
    images: list = dataclasses.field(default_factory=list)   # of bookings, in the order of the events


class Chronicle:
    def __init__(self, rows):
        self.rows = rows
        self.commands = []                                # position 1 first
        self.problems = []
        self.images = collections.defaultdict(lambda: ([], []))    # code: positions, images
        self.in_day = collections.defaultdict(set)        # (resource, day): codes that ever were there
        self.of_member = collections.defaultdict(set)     # (resource, member): codes
        self.touched = collections.defaultdict(list)      # any of these keys, or a code: positions at which it changed
        self.read_rows()
        self.index()

    def problem(self, text):
        self.problems.append(text)

    def read_rows(self):
        head, version, seq, at, batches = '', 0, 0, 0, {}
        for row in self.rows:
            where = f"log: version {row['version']}, event {row['seq']}"
            follows = row['seq'] == seq + 1 if row['version'] == version else (row['version'] == version + 1 and row['seq'] == 1)
            if not follows:
                self.problem(f"{where}: what should stand before it is missing")
            text = f"{head}\n{row['version']} {row['seq']} {row['at']} {row['actor']}\n{row['key'] or ''}\n{row['change']}"
            if row['request'] is not None:
                text += '\n' + row['request']
            if hashlib.sha256(text.encode()).hexdigest() != row['hash']:
                self.problem(f"{where}: its hash is not that of what it says and of the row before")
            if row['at'] < at:
                self.problem(f"{where}: it is earlier than the row before")
            if batches.setdefault(row['batch'], row['version']) != row['version']:
                self.problem(f"{where}: batch {row['batch']} was committed twice")
            head, version, seq, at = row['hash'], row['version'], row['seq'], row['at']
            self.add(row)

    def add(self, row):
        if row['request'] is not None or not self.commands or self.commands[-1].version != row['version']:
            self.commands.append(Command(len(self.commands) + 1, row['version'], row['at'], row['actor'], row['key'] or '',
                                         row['request'] or ''))
        if row['kind'] == 'booking':
            self.commands[-1].images.append(image(row['change']))

    def index(self):
        for c in self.commands:
            for b in c.images:
                positions, images = self.images[b.code]
                was = images[-1] if images else None
                positions.append(c.position)
                images.append(b)
                for one in (was, b):
                    if one:
                        for key in [(one.resource, d) for d in one.days] + [(one.resource, one.member), one.code]:
                            if not self.touched[key] or self.touched[key][-1] != c.position:
                                self.touched[key].append(c.position)
                for day in b.days:
                    self.in_day[b.resource, day].add(b.code)
                self.of_member[b.resource, b.member].add(b.code)

    @property
    def last(self):
        return len(self.commands)

    @property
    def n_versions(self):
        return self.rows[-1]['version'] if self.rows else 0

    def at(self, code, position):
        """The booking as it was then; None: not yet there."""
        positions, images = self.images.get(code, ([], []))
        n = bisect.bisect_right(positions, position)
        return images[n - 1] if n else None

    def among(self, resource, start, end, position):
        """Every booking of the resource that then overlapped that time, whatever its state."""
        codes = set()
        for day in range(start // 86400, (end - 1) // 86400 + 1):
            codes |= self.in_day.get((resource, day), set())
        found = (self.at(c, position) for c in sorted(codes))
        return [b for b in found if b and b.resource == resource and b.start < end and start < b.end]

    def held_by(self, resource, member, position):
        found = (self.at(c, position) for c in self.of_member.get((resource, member), ()))
        return [b for b in found if b and b.resource == resource and b.occupies]

    def moments(self, keys, first, last):
        """`first`, and every later position up to `last` at which something of these keys changed, in order."""
        later = set()
        for key in keys:
            positions = self.touched.get(key, [])
            later.update(positions[bisect.bisect_right(positions, first):bisect.bisect_right(positions, last)])
        return [first, *sorted(later)] if first <= last else []
