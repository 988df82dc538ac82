# SPDX-License-Identifier: GPL-3.0-or-later
"""The independent model: what the plain resources of pole.py allow, decided anew from the state at a position of the log.

Nothing here knows how mutuald decides. Of interchangeable lanes whose bookings may be moved to make room, so many fit as the peak
of demand leaves (intervals on a line need no more lanes than overlap at once); so a refusal is right or wrong without a search.
"""
import dataclasses
import datetime

import pole
from chronicle import OPEN, QUEUES, seconds
from wire import Line


@dataclasses.dataclass(frozen=True)
class Ask:
    """One attempt, its values read."""
    verb: str
    member: str
    code: str = ''
    resource: str = ''
    start: int = 0
    end: int = 0
    qty: int = 1
    lane: int = 0
    waits: bool = False


LENGTHS = {'m': 60, 'h': 3600, 'd': 86400}


def length(text):
    return int(text[:-1]) * LENGTHS[text[-1]]


def ask(attempt, was=None):
    """`was`: the booking that MOVE and EXTEND are about, as it stands: times that are not asked for are its own."""
    a = attempt.args
    if attempt.verb in ('MOVE', 'EXTEND'):
        if was is None:
            return Ask(attempt.verb, attempt.member, a['booking'])
        start = seconds(a['from']) if 'from' in a else was.start
        end = was.end + length(a['by']) if 'by' in a else start + was.end - was.start
        return Ask(attempt.verb, attempt.member, was.code, was.resource, start, end, len(was.lanes),
                   was.lanes[0] if pole.RESOURCES[was.resource].pinned and was.lanes else 0)
    if 'booking' in a:
        return Ask(attempt.verb, attempt.member, a['booking'])
    start = seconds(a['from'])
    unit = int(a['unit'].rsplit('-', 1)[1]) if 'unit' in a else 0
    return Ask(attempt.verb, attempt.member, '', a['what'], start, start + length(a['for']), int(a.get('qty', 1)), unit,
               a.get('wait') == 'yes')


def peak(bookings):
    """The most lanes that are taken at once."""
    steps = sorted([(b.start, len(b.lanes)) for b in bookings] + [(b.end, -len(b.lanes)) for b in bookings])
    most = now = 0
    for _, change in steps:
        now += change
        most = max(most, now)
    return most


def fits(log, a, position):
    """Whether there is room for it, nobody's own booking `a.code` counted."""
    others = [b for b in log.among(a.resource, a.start, a.end, position) if b.occupies and b.code != a.code]
    if a.lane:
        return all(a.lane not in b.lanes for b in others)
    inside = [dataclasses.replace(b, start=max(b.start, a.start), end=min(b.end, a.end)) for b in others]
    return peak(inside) + a.qty <= pole.RESOURCES[a.resource].lanes


def conflict(log, a, position):
    return bool(a.resource) and not fits(log, a, position)


def quota(log, a, position):
    most = pole.RESOURCES[a.resource].quota if a.resource else 0
    return bool(most) and len(log.held_by(a.resource, a.member, position)) + 1 > most


MAY_BE = {  # verb: the states in which it may be asked for (GRAMMAR.md, 5)
    'CANCEL': OPEN,
    'MOVE': {'confirmed', 'requested'},
    'EXTEND': {'confirmed', 'requested', 'out'},
    'CONFIRM': {'held'},
    'ACCEPT': {'held'},
    'PASS': {'held'} | QUEUES,
}


def wrong_state(log, a, position):
    was = log.at(a.code, position)
    return was is not None and was.state not in MAY_BE[a.verb]


def no_such(log, a, position):
    return bool(a.code) and log.at(a.code, position) is None


REFUSALS = {'conflict': conflict, 'quota': quota, 'state': wrong_state, 'unknown-booking': no_such}


def keys_of(a):
    """What a refusal may rest on: as chronicle.touched has it."""
    keys = [(a.resource, d) for d in range(a.start // pole.DAY_S, (a.end - 1) // pole.DAY_S + 1)] if a.resource else []
    return keys + [(a.resource, a.member), a.code]


def refusal_holds(log, attempt, codes, position):
    """Whether every reason that was given is true at that position."""
    a = ask(attempt, log.at(attempt.args.get('booking', ''), position))
    return all(REFUSALS[c](log, a, position) for c in codes)


def changed_nothing(attempt):
    """Granted, and to be found in no log: moved to where it stood."""
    line = Line('t ' + attempt.final)
    return (attempt.verb == 'MOVE' and line.get('was-from') == line['from'] and line.get('was-to') == line['to']
            and line.all('was-unit') == line.all('unit'))


# What a reader is told

def time_text(t):
    return datetime.datetime.fromtimestamp(t, datetime.timezone.utc).isoformat(timespec='minutes')


def units_of(b):
    """As replies name them: of what has no named units, nothing."""
    r = pole.RESOURCES[b.resource]
    return tuple(f"{b.resource}-{n}" for n in b.lanes) if r.units else ()


def booking_row(b):
    return (b.code, b.state, b.resource, b.start, b.end, units_of(b) if b.occupies else ())


def told_booking(line):
    occupies = line['state'] not in QUEUES and line['state'] in OPEN | {'done'}
    return (line.get('booking', ''), line['state'], line['resource'], seconds(line['from']), seconds(line['to']),
            tuple(sorted(line.all('unit'))) if occupies else ())


def expected_list(log, attempt, position):
    a = attempt.args
    day = seconds(a['from'])
    found = log.among(a['what'], day, day + pole.DAY_S, position)
    return {booking_row(b) for b in found if b.state in OPEN | {'done'} and (not attempt.member or b.member == attempt.member)}


def expected_agenda(log, attempt, position):
    a = attempt.args
    day = seconds(a['from'])
    return {(b.code, lane, b.start, b.end) for b in log.among(a['what'], day, day + pole.DAY_S, position) if b.occupies
            for lane in b.lanes}


def expected_show(log, attempt, position):
    b = log.at(attempt.args['booking'], position)
    return {booking_row(b)} if b else set()


def expected_find(log, attempt, position):
    return {fits(log, ask(attempt), position)}


def told(attempt, lines):
    """What the reply says, to be compared with what is expected."""
    if attempt.verb == 'FIND':
        return {any(line.words[1] == 'free' for line in lines)}
    if attempt.verb == 'AGENDA':
        return {(line.get('booking', ''), int(line['lane']), seconds(line['from']), seconds(line['to']))
                for line in lines if line.words[1] == 'taken'}
    return {told_booking(line) for line in lines if line.words[1] == 'booking'}


EXPECTED = {'LIST': expected_list, 'AGENDA': expected_agenda, 'SHOW': expected_show, 'FIND': expected_find}


def keys_of_read(attempt):
    if attempt.verb == 'SHOW':
        return [attempt.args['booking']]
    return [(attempt.args['what'], seconds(attempt.args['from']) // pole.DAY_S)]
