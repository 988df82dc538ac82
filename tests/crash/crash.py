#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 of the daemon, of PostgreSQL's postmaster, and of both, at random moments, under 32 clients that book and cancel.

    crash.py [--rounds N | --minutes N] [--clients N] [--seed N]

Every request carries a key and is sent again until it has a definite answer. After each crash the clients come to rest, and then:
every booking answered OK is there as it was answered, and every one whose cancelling was answered OK is cancelled; nothing
overlaps; the same key gets the same answer; nobody waits for ever. The truth is what the clients wrote down, not what the
daemon says of itself.
"""
import argparse
import datetime
import os
import pathlib
import random
import signal
import ssl
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'integration'))
import running  # noqa: E402
import wire  # noqa: E402

ANSWER_S = 120
KINDS = ['daemon', 'postmaster', 'both']
RESOURCES = ['one', 'four', 'bench', 'clock']
FIRST = datetime.datetime(datetime.date.today().year + 3, 1, 1)
AWAY = (wire.Broken, ConnectionError, TimeoutError, ssl.SSLError, OSError)


class Client(threading.Thread):
    """One member's script: books at random, sometimes cancels, and writes down what was answered OK."""

    def __init__(self, number, daemon, token, seed, floor):
        super().__init__(daemon=True, name=f"client {number}")
        self.server, self.token, self.floor = daemon, token, floor
        self.random = random.Random(seed * 1000 + number)
        self.connection = None
        self.booked = {}     # code: (key, request, final line)
        self.cancelled = set()
        self.answers, self.refusals, self.retries, self.longest_s = 0, 0, 0, 0.0
        self.failure = None

    def run(self):
        try:
            while self.floor.enter():
                self.once()
        except BaseException as e:  # pylint: disable=broad-except
            self.failure = e
        finally:
            self.floor.leave()

    def once(self):
        open_codes = sorted(set(self.booked) - self.cancelled)
        if open_codes and self.random.random() < 0.2:
            code = self.random.choice(open_codes)
            reply = self.definite('CANCEL', {'booking': code, 'key': uuid.uuid4().hex})
            assert reply.ok, f"{code} was answered OK and cannot be cancelled: {reply}"
            self.cancelled.add(code)
            return
        start = FIRST + datetime.timedelta(minutes=30 * self.random.randrange(4000))
        ask = {'what': self.random.choice(RESOURCES), 'from_': start.isoformat(timespec='minutes'),
               'for_': self.random.choice(['30m', '1h', '2h']), 'key': uuid.uuid4().hex}
        reply = self.definite('BOOK', ask)
        if reply.ok:
            assert reply['booking'] not in self.booked, f"one code for two bookings: {reply}"
            self.booked[reply['booking']] = (ask, final(reply))
        else:
            assert reply.outcome == 'NO conflict', reply
            self.refusals += 1

    def definite(self, verb, ask):
        """Asks with the same key until it is OK or NO; ERR and a lost connection are no answers."""
        begun = time.monotonic()
        while True:
            try:
                if self.connection is None:
                    self.connection = self.server.connect(self.token, timeout_s=ANSWER_S)
                reply = self.connection.call(verb, **ask)
                if reply.final.words[1] in ('OK', 'NO'):
                    break
                assert reply.final.words[1] == 'ERR', reply
            except AWAY:
                self.drop()
            self.retries += 1
            if time.monotonic() - begun > ANSWER_S:
                raise TimeoutError(f"no definite answer to {verb} {ask} within {ANSWER_S} s")
            time.sleep(self.random.uniform(0.02, 0.2))  # as a client with jitter would
        self.answers += 1
        self.longest_s = max(self.longest_s, time.monotonic() - begun)
        return reply

    def drop(self):
        if self.connection:
            self.connection.close()
            self.connection = None


class Floor:
    """Where clients work; the checker asks them to come to rest, each with a definite answer."""

    def __init__(self):
        self.condition = threading.Condition()
        self.resting, self.is_open, self.over, self.working = 0, True, False, 0

    def enter(self):
        with self.condition:
            self.resting += 1
            self.condition.notify_all()
            self.condition.wait_for(lambda: self.is_open or self.over)
            self.resting -= 1
            return not self.over

    def leave(self):
        with self.condition:
            self.working -= 1
            self.condition.notify_all()

    def close(self):
        with self.condition:
            self.is_open = False
            return self.condition.wait_for(lambda: self.resting >= self.working, ANSWER_S + 30)

    def open(self):
        with self.condition:
            self.is_open = True
            self.condition.notify_all()

    def end(self):
        with self.condition:
            self.over = True
            self.condition.notify_all()


def final(reply):
    return reply.final.text.split(' ', 1)[1]


def kill(daemon, kind, rng):
    postmaster = running.until('a postmaster', daemon.postmaster, ANSWER_S)
    steps = {'daemon': [daemon.kill], 'postmaster': [lambda: os.kill(postmaster, signal.SIGKILL)]}
    steps['both'] = steps['daemon'] + steps['postmaster']
    chosen = steps[kind]
    rng.shuffle(chosen)
    for step in chosen:
        step()
    if kind != 'postmaster':
        daemon.start()


def everything(admin, start, end):
    """All bookings of a time, cancelled ones too; halved where a list would be too long."""
    def answered():
        reply = admin.call('LIST', all='yes', state='confirmed,cancelled', from_=start.isoformat(timespec='minutes'),
                           to=end.isoformat(timespec='minutes'), count=1000)
        assert reply.outcome in ('OK', 'ERR unavailable'), reply
        return reply if reply.ok else None
    reply = running.until('the past can be read', answered, ANSWER_S)
    if 'more' not in reply:
        return reply.of('booking')
    middle = start + (end - start) / 2
    return everything(admin, start, middle) + everything(admin, middle, end)


def check(daemon, clients, rng):
    problems = []
    booked, cancelled = {}, set()
    for c in clients:
        if c.failure:
            problems.append(f"{c.name}: {c.failure!r}")
        booked.update(c.booked)
        cancelled |= c.cancelled
    with daemon.admin() as admin:
        listed = {row['booking']: row for row in everything(admin, FIRST, FIRST + datetime.timedelta(days=100))}
    for code, (ask, answer) in booked.items():
        row = listed.get(code)
        if row is None:
            problems.append(f"answered OK and lost: {answer}")
            continue
        expected = wire.Line('t ' + answer)
        # Who asked for no unit may have been moved to another, to make room (DESIGN 7.2).
        kept = ('resource', 'unit', 'from', 'to') if 'unit' in ask else ('resource', 'from', 'to')
        if any(row.get(k) != expected.get(k) for k in kept) or ('unit' in row) != ('unit' in expected):
            problems.append(f"answered {answer}, and now {row}")
        if row['state'] != ('cancelled' if code in cancelled else 'confirmed'):
            problems.append(f"{code} should be {'cancelled' if code in cancelled else 'confirmed'}: {row}")
    for code in set(listed) - set(booked):
        problems.append(f"nobody was told of {listed[code]}")
    problems += [f"overlap: {row}" for row in daemon.overlaps()]
    for c in rng.sample(clients, min(4, len(clients))):
        sample = rng.sample(sorted(c.booked), min(5, len(c.booked)))
        with daemon.connect(c.token) as connection:
            for code in sample:
                ask, answer = c.booked[code]
                again = connection.call('BOOK', **ask)
                if final(again) != answer:
                    problems.append(f"the same key: first {answer}, then {again}")
    return problems


def run(arguments, daemon):
    rng = random.Random(arguments.seed)
    floor = Floor()
    with daemon.admin() as admin:
        tokens = [admin.expect('PERSON ADD', name=f"Client {n}", member=f"m0{n % 4 + 1}")['token'] for n in range(arguments.clients)]
    clients = [Client(n, daemon, t, arguments.seed, floor) for n, t in enumerate(tokens)]
    floor.working = len(clients)
    for c in clients:
        c.start()
    end = time.monotonic() + arguments.minutes * 60 if arguments.minutes else None
    round_number, problems = 0, []
    while not problems and (time.monotonic() < end if end else round_number < arguments.rounds):
        kind = KINDS[round_number % 3]
        answered = sum(c.answers for c in clients)
        running.until('clients are at work', lambda answered=answered: sum(c.answers for c in clients) > answered + 200
                      or any(c.failure for c in clients), ANSWER_S)
        time.sleep(rng.uniform(0, 0.5))  # the random moment
        kill(daemon, kind, rng)
        if not floor.close():
            problems.append('clients still wait for an answer')
        problems += check(daemon, clients, rng)
        round_number += 1
        print(f"round {round_number}: killed {kind}; {sum(len(c.booked) for c in clients)} bookings answered OK, "
              f"{sum(len(c.cancelled) for c in clients)} cancelled, {sum(c.refusals for c in clients)} refused, "
              f"{sum(c.retries for c in clients)} retries, longest wait {max(c.longest_s for c in clients):.1f} s"
              f"{'' if not problems else ', ' + str(len(problems)) + ' PROBLEMS'}", flush=True)
        floor.open()
    floor.end()
    for c in clients:
        c.join(ANSWER_S + 30)
        c.drop()
    if problems:
        print('\n'.join(problems[:50]))
        print(daemon.log()[-8000:])
    return 1 if problems else 0


def main():
    parser = argparse.ArgumentParser(description='kill -9 under load; see the head of this file')
    parser.add_argument('--rounds', type=int, default=6)
    parser.add_argument('--minutes', type=float)
    parser.add_argument('--clients', type=int, default=32)
    parser.add_argument('--seed', type=int, default=int(time.time()))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    with running.short_folder() as folder:
        daemon = running.Daemon(folder, arguments=['--max-connections-per-address', '500']).start()
        try:
            code = run(arguments, daemon)
        finally:
            daemon.stop()
    sys.exit(code)


if __name__ == '__main__':
    main()
