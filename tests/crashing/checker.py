# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges a history against the log: whether one order of all commands explains every answer.

The log is the witness: it has the one order of all changes. What was answered OK must stand in it, once, as it was answered. What was
refused or read changed nothing, and is right if there is a position in that order at which it would be answered so. All of them
together must agree with real time: what was answered before another was asked comes before it.

For changes and refusals that holds over all clients and daemons (linearizable). Reads come from a daemon's memory: they must see
some position, none that its daemon's earlier answers were already past, none that lies in the future, and, unless something
was broken on purpose at that moment, none older than what was answered anywhere a while ago.

Each gets the earliest position that it may have, in the order in which they were asked. That is exact: what comes later in real time
only ever gains from it, so if this finds no place for one of them, there is none.

An attempt without an answer may have been done, then, later, or not at all. Attempts of one key are one request: at most once in the log.
"""
import bisect
import collections
import dataclasses
import heapq

import model
import pole
from chronicle import QUEUES, seconds, wire

NOTHING_DONE = {'ERR unavailable', 'ERR overloaded', 'ERR shutting-down'}
SETTLE_S = 5  # after something was broken, until all of it can be expected to follow again


class Violation(str):
    """What was found, in words, with its kind first."""


@dataclasses.dataclass
class Request:
    """The attempts of one key."""
    attempts: list
    command: object = None   # that of the log

    @property
    def invoked(self):
        return self.attempts[0].invoked

    @property
    def ok(self):
        return next((a for a in self.attempts if a.kind == 'OK'), None)

    @property
    def may_be_done(self):
        return any(a.outcome not in NOTHING_DONE and a.kind != 'NO' for a in self.attempts)


@dataclasses.dataclass
class Verdict:
    violations: list = dataclasses.field(default_factory=list)
    counts: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    stalest_s: float = 0.0   # the oldest that was read while nothing was broken

    def found(self, kind, text):
        self.violations.append(Violation(f"{kind}: {text}"))
        self.counts['violations'] += 1


def show(attempt):
    args = ' '.join(f"{k}={v}" for k, v in attempt.args.items())
    when = f"{attempt.invoked:.3f}–{attempt.answered:.3f}" if attempt.answered else f"{attempt.invoked:.3f}–"
    return (f"{attempt.client} at {attempt.daemon} {when}: {attempt.verb} {args}{' key=' + attempt.key if attempt.key else ''}"
            f" → {attempt.final or attempt.outcome}")


class Frontier:
    """The latest position that answers were given at, up to a moment; asked in the order of time."""

    def __init__(self):
        self.pending, self.position = [], 0

    def add(self, answered, position):
        heapq.heappush(self.pending, (answered, position))

    def before(self, moment):
        while self.pending and self.pending[0][0] < moment:
            self.position = max(self.position, heapq.heappop(self.pending)[1])
        return self.position


class Checker:
    def __init__(self, attempts, log, faults=(), stale_s=1.0):
        self.log, self.faults, self.stale_s = log, list(faults), stale_s
        self.attempts = sorted(attempts, key=lambda a: a.invoked)
        self.verdict = Verdict()
        self.requests = {}
        for a in self.attempts:
            if a.changes:
                self.requests.setdefault((a.actor, a.key), Request([])).attempts.append(a)

    def run(self):
        self.verdict.counts['versions'] = self.log.n_versions
        self.verdict.counts['commands'] = self.log.last
        for text in self.log.problems:
            self.verdict.found('broken log', text)
        self.match()
        self.check_outcomes()
        self.check_states()
        self.check_order()
        return self.verdict

    # Each request once

    def match(self):
        seen, actors = {}, {a.actor for a in self.attempts}
        for c in self.log.commands:
            if c.actor not in actors:
                continue
            request = self.requests.get((c.actor, c.key))
            if not c.key or request is None:
                self.verdict.found('nobody asked', f"version {c.version}: p{c.actor} {c.request}")
            elif (c.actor, c.key) in seen:
                self.verdict.found('done twice', f"versions {seen[c.actor, c.key].version} and {c.version}: key {c.key} {c.request}")
            else:
                seen[c.actor, c.key] = request.command = c
                self.check_request(request.attempts[0], c)

    def check_request(self, attempt, command):
        line = wire.Line(command.request)
        asked = {k: v for k, v in attempt.args.items() if k != 'purpose'}
        if ' '.join(line.words) != attempt.verb or dict(line.args) != asked:
            self.verdict.found('another request', f"version {command.version} has {command.request}: {show(attempt)}")

    def check_outcomes(self):
        for request in self.requests.values():
            ok, command = request.ok, request.command
            if ok and not command:
                if not model.changed_nothing(ok):
                    self.verdict.found('acknowledged and lost', show(ok))
            elif ok:
                self.check_answer(ok, command)
                for other in request.attempts:
                    if other.kind == 'OK' and other.final != ok.final:
                        self.verdict.found('another answer', f"{show(ok)}; then {show(other)}")
            elif command and not request.may_be_done:
                self.verdict.found('refused and done', f"version {command.version}: {show(request.attempts[-1])}")
            if not ok:
                done = 'unknown, done' if command else 'unknown, not done'
                self.verdict.counts[done] += request.may_be_done
        for a in self.attempts:
            if a.kind == 'BAD' or a.outcome == 'ERR internal':
                self.verdict.found('a fault in the server', show(a))

    def check_answer(self, attempt, command):
        line = wire.Line('t ' + attempt.final)
        b = next((b for b in reversed(command.images) if b.code == line.get('booking')), None)
        if b is None:
            self.verdict.found('another answer', f"version {command.version} has no such booking: {show(attempt)}")
            return
        answered = (line['state'], line['resource'], line['member'], seconds(line['from']), seconds(line['to']),
                    tuple(sorted(line.all('unit'))) if b.occupies else ())
        logged = (b.state, b.resource, b.member, b.start, b.end, model.units_of(b) if b.occupies else ())
        if answered != logged:
            self.verdict.found('another answer', f"version {command.version} has {logged}: {show(attempt)}")

    # What must hold at every position

    def check_states(self):
        for c in self.log.commands:
            for b in c.images:
                was = self.log.at(b.code, c.position - 1)
                self.check_room(b, c)
                self.check_time(was, b, c)
                self.check_queue(was, b, c)
            for where in {(b.resource, b.member) for b in c.images}:
                most = pole.RESOURCES[where[0]].quota
                if most and len(self.log.held_by(*where, c.position)) > most:
                    self.verdict.found('quota exceeded', f"version {c.version}: {where[1]} has more than {most} of {where[0]}")

    def check_room(self, b, c):
        b = self.log.at(b.code, c.position)
        if not b.occupies:
            return
        if not b.lanes or max(b.lanes) > pole.RESOURCES[b.resource].lanes:
            self.verdict.found('no such place', f"version {c.version}: {b}")
        for other in self.log.among(b.resource, b.start, b.end, c.position):
            if other.occupies and other.code != b.code and set(other.lanes) & set(b.lanes):
                self.verdict.found('overlap', f"version {c.version}: {b.code} and {other.code} both have {b.resource} "
                                              f"{sorted(set(other.lanes) & set(b.lanes))} from {model.time_text(b.start)}")

    def check_time(self, was, b, c):
        if b.cause == 'expired' and was and was.due > c.at:
            self.verdict.found('expired early', f"version {c.version}: {was}")

    def check_queue(self, was, b, c):
        """Nobody waits for what is free, and what becomes free goes to who waited longest."""
        for waits in self.log.among(b.resource, b.start, b.end, c.position):
            if waits.state in QUEUES and model.fits(self.log, self.as_ask(waits), c.position):
                self.verdict.found('waits for what is free', f"version {c.version}: {waits}")
        if b.cause == 'offered' and was:
            earlier = [w for w in self.log.among(b.resource, b.start, b.end, c.position - 1)
                       if w.state in QUEUES and w.code != b.code and self.log.images[w.code][0][0] < self.log.images[b.code][0][0]]
            if earlier:
                self.verdict.found('queue jumped', f"version {c.version}: {b.code} before {earlier[0]}")

    @staticmethod
    def as_ask(b):
        return model.Ask('BOOK', b.member, b.code, b.resource, b.start, b.end)

    # One order

    def check_order(self):
        self.everywhere = Frontier()                               # changes and refusals, over all daemons
        self.at_daemon = collections.defaultdict(Frontier)        # whatever that daemon has answered
        self.acknowledged = Frontier()                             # changes, a while ago
        self.prepare_limits()
        done = set()
        for a in self.attempts:
            request = self.requests.get((a.actor, a.key)) if a.changes else None
            if request and request.command and id(request) not in done:
                done.add(id(request))
                self.place_change(request)
            if a.kind == 'OK' and request and request.command:
                self.at_daemon[a.daemon].add(a.answered, request.command.position)
            elif a.kind == 'OK' and a.changes and model.changed_nothing(a):
                self.place_unchanged(a)
            elif a.kind == 'NO':
                self.place_refusal(a)
            elif a.kind == 'OK' and not a.changes:
                self.place_read(a)

    def prepare_limits(self):
        """For each moment, the first position of what was only asked after it."""
        changes = sorted((r.invoked, r.command.position) for r in self.requests.values() if r.command)
        self.limit_times = [t for t, _ in changes]
        self.limits = [self.log.last + 1] * (len(changes) + 1)
        for i in range(len(changes) - 1, -1, -1):
            self.limits[i] = min(self.limits[i + 1], changes[i][1])
        acks = sorted((r.ok.answered, r.command.position) for r in self.requests.values() if r.ok and r.command)
        self.ack_times, self.ack_positions = [], []  # what had been answered by then, at the latest position
        for answered, position in acks:
            self.acknowledged.add(answered + self.stale_s, position)
            self.ack_times.append(answered)
            self.ack_positions.append(max(position, self.ack_positions[-1] if self.ack_positions else 0))

    def latest(self, moment):
        return self.limits[bisect.bisect_right(self.limit_times, moment)] - 1

    def place_change(self, request):
        """Where it stands is given; nothing that was answered before it was asked may stand after it."""
        ok, position = request.ok, request.command.position
        earliest = self.everywhere.before(request.invoked)
        if position <= earliest:
            self.verdict.found('against real time', f"at position {position}, when {earliest} had been answered at: "
                                                    f"{show(request.attempts[0])}")
        elif earliest and self.log.commands[earliest - 1].version >= request.command.version:
            self.verdict.found('against real time', f"in version {request.command.version}, with what had been answered: "
                                                    f"{show(request.attempts[0])}")
        if ok:
            self.everywhere.add(ok.answered, position)

    def place_refusal(self, a):
        codes = {line.get('code') for line in map(wire.Line, a.data) if line.words[1] == 'reason'} | {a.outcome.split()[1]}
        unknown = codes - set(model.REFUSALS)
        if 'undecided' in unknown:
            self.verdict.counts['not judged'] += 1
            return
        if unknown or not a.changes:
            self.verdict.found('an unexpected refusal', show(a))
            return
        self.verdict.counts['refusals'] += 1
        first, last = self.everywhere.before(a.invoked), self.latest(a.answered)
        keys = self.keys_of(a, first, last)
        for position in self.log.moments(keys, first, last):
            if model.refusal_holds(self.log, a, codes, position):
                self.everywhere.add(a.answered, position)
                self.at_daemon[a.daemon].add(a.answered, position)
                return
        self.verdict.found('refused without cause', f"nowhere between positions {first} and {last}: {show(a)}")

    def place_unchanged(self, a):
        """What was moved to where it stood: so it stands somewhere between."""
        first, last = self.everywhere.before(a.invoked), self.latest(a.answered)
        line = wire.Line('t ' + a.final)
        for position in self.log.moments([a.args['booking']], first, last):
            b = self.log.at(a.args['booking'], position)
            if b and (b.state, b.start, b.end) == (line['state'], seconds(line['from']), seconds(line['to'])):
                self.everywhere.add(a.answered, position)
                return
        self.verdict.found('acknowledged and lost', f"nowhere between positions {first} and {last}: {show(a)}")

    def keys_of(self, a, first, last):
        if 'booking' not in a.args:
            return model.keys_of(model.ask(a))
        keys = []
        for position in self.log.moments([a.args['booking']], first, last):
            keys += model.keys_of(model.ask(a, self.log.at(a.args['booking'], position)))
        return keys

    def place_read(self, a):
        if 'more=yes' in a.final or a.verb not in model.EXPECTED:
            return
        self.verdict.counts['reads'] += 1
        told = model.told(a, [wire.Line(text) for text in a.data])
        fresh, first = self.acknowledged.before(a.invoked), self.at_daemon[a.daemon].before(a.invoked)
        last = self.latest(a.answered)
        right = [p for p in self.log.moments(model.keys_of_read(a), first, last)
                 if model.EXPECTED[a.verb](self.log, a, p) == told]
        if not right:
            self.verdict.found('read what never was', f"nowhere between positions {first} and {last}: {show(a)}\n    told {sorted(told)}")
            return
        if a.verb != 'SHOW':  # what memory has not is shown from the database
            self.at_daemon[a.daemon].add(a.answered, right[0])
        if not self.is_excused(a) and 'as-of=' not in a.final:
            self.check_fresh(a, right[-1], fresh, last)

    def check_fresh(self, a, position, fresh, last):
        """What was told held from `position` on until the next change of it."""
        later = self.log.moments(model.keys_of_read(a), position, last)
        if len(later) < 2:
            return
        n = bisect.bisect_left(self.ack_positions, later[1])  # the first answer that says that the next change was there
        if n < len(self.ack_times) and self.ack_times[n] < a.invoked:
            behind = a.invoked - self.ack_times[n]
            self.verdict.stalest_s = max(self.verdict.stalest_s, behind)
            if fresh >= later[1]:
                self.verdict.found('stale', f"{behind:.2f} s behind what was answered elsewhere: {show(a)}")

    def is_excused(self, a):
        return any(f.daemon in (None, a.daemon) and f.begun <= a.answered and a.invoked <= f.ended + SETTLE_S for f in self.faults)


def says(log, attempt, position):
    """Whether a read tells what was so then."""
    return model.told(attempt, [wire.Line(text) for text in attempt.data]) == model.EXPECTED[attempt.verb](log, attempt, position)


def check(attempts, log, faults=(), stale_s=1.0):
    return Checker(attempts, log, faults, stale_s).run()
