# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients over all daemons: each asks for one thing after the other, writes down what it asked and what it was told, and where it was told
nothing, asks again with the same key, there or at another daemon; or gives up, and never knows."""
import collections
import datetime
import random
import ssl
import threading
import time
import uuid

import pole
from chronicle import wire
from history import Attempt

ANSWER_S = 120    # for ever
PATIENCE_S = (2, 8)
AWAY = (wire.Broken, ConnectionError, TimeoutError, ssl.SSLError, OSError)
GIVES_UP = 0.1
RUSHES = 0.4


class Stage:
    """What the clients share: the daemons, what somebody gave up a moment ago, and whether they are to go on."""

    def __init__(self, daemons):
        self.daemons = daemons
        self.freed = collections.deque(maxlen=6)  # (resource, from); many rush for it, as at the instant of release
        self.over = threading.Event()


class Client(threading.Thread):
    def __init__(self, name, stage, token, actor, member, seed):
        super().__init__(daemon=True, name=name)
        self.stage, self.token, self.actor, self.member = stage, token, actor, member
        self.random = random.Random(seed)
        self.daemon_name, self.connection = None, None
        self.history = []
        self.failure = None
        self.longest_s, self.retries, self.moved_on = 0.0, 0, 0
        self.last_answer = time.monotonic()

    def run(self):
        try:
            while not self.stage.over.is_set():
                self.once()
        except BaseException as e:  # pylint: disable=broad-except
            self.failure = e
        finally:
            self.drop()

    def once(self):
        raise NotImplementedError

    def drop(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def connect(self):
        """To the daemon of before, mostly; to any after a loss."""
        if self.connection and self.random.random() < 0.05:
            self.drop()
        if self.connection:
            return
        name = self.random.choice(sorted(self.stage.daemons))
        self.moved_on += self.daemon_name not in (None, name)
        self.daemon_name = name
        server = self.stage.daemons[name]
        self.connection = server.connect(timeout_s=self.random.uniform(*PATIENCE_S))
        reply = self.connection.call('AUTH', token=self.token)
        if not reply.ok:
            self.drop()
            assert reply.final.words[1] == 'ERR', f"{self.name} at {name}: {reply}"
            raise ConnectionError(reply.outcome)

    def ask(self, verb, args, key=''):
        """One attempt. None: no connection, so nothing was asked."""
        try:
            self.connect()
        except AWAY:
            self.drop()
            return None
        made = Attempt(self.name, self.actor, self.member, verb, args, key, self.daemon_name, time.monotonic())
        self.history.append(made)
        try:
            reply = self.connection.call(verb, **args, **({'key': key} if key else {}))
        except AWAY:
            self.drop()
            return made
        made.answered = time.monotonic()
        made.outcome, made.final = reply.outcome, reply.final.text.split(' ', 1)[1]
        kept = 'reason' if key else ('booking', 'taken', 'free')
        made.data = [line.text.split(' ', 1)[1] for line in reply.data if line.words[2] in kept]
        return made

    def definite(self, verb, args):
        """Asks until it is OK or NO, unless it gives up: then None."""
        key, begun = uuid.uuid4().hex, time.monotonic()
        while True:
            made = self.ask(verb, args, key)
            if made and made.kind in ('OK', 'NO'):
                self.answered(begun)
                return made
            if made and self.random.random() < GIVES_UP:
                return None
            self.wait(begun, verb, args)

    def read(self, verb, args):
        begun = time.monotonic()
        while not (made := self.ask(verb, args)) or made.kind not in ('OK', 'NO'):
            self.wait(begun, verb, args)
        self.answered(begun)
        return made

    def answered(self, begun):
        self.last_answer = time.monotonic()
        self.longest_s = max(self.longest_s, self.last_answer - begun)

    def wait(self, begun, verb, args):
        if time.monotonic() - begun > ANSWER_S:
            raise TimeoutError(f"{self.name}: no definite answer to {verb} {args} within {ANSWER_S} s")
        self.retries += 1
        time.sleep(self.random.uniform(0.02, 0.2))  # as a client with jitter would

    def moment(self, hours_only=False):
        minutes = 60 * self.random.randrange(6, 20) if hours_only else 30 * self.random.randrange(12, 40)
        at = pole.FIRST_DAY + datetime.timedelta(days=self.random.randrange(pole.DAYS), minutes=minutes)
        return at.strftime('%Y-%m-%dT%H:%MZ')

    def day(self):
        at = pole.FIRST_DAY + datetime.timedelta(days=self.random.randrange(pole.DAYS))
        return at.strftime('%Y-%m-%dT%H:%MZ')


class Writer(Client):
    """Acts for a member. Knows its own bookings by what it was told."""

    def __init__(self, *args):
        super().__init__(*args)
        self.mine = {}  # code: (resource, state, from)

    def once(self):
        choice = self.random.random()
        if choice < 0.1:
            self.look()
        elif self.mine and self.random.random() < (0.55 if len(self.mine) > 25 else 0.4):
            self.change()
        else:
            self.book()

    def look(self):
        if self.mine and self.random.random() < 0.5:
            self.read('SHOW', {'booking': self.random.choice(sorted(self.mine))})
        else:
            self.read('LIST', {'what': self.random.choice(list(pole.RESOURCES)), 'from': (day := self.day()),
                               'to': day.replace('T00:00', 'T24:00'), 'member': self.member, 'count': '1000'})

    def book(self):
        name = self.random.choice(list(pole.RESOURCES))
        start = self.moment(pole.RESOURCES[name].waits)
        if self.stage.freed and self.random.random() < RUSHES:
            name, start = self.random.choice(tuple(self.stage.freed))
        r = pole.RESOURCES[name]
        args = {'what': name, 'from': start, 'for': '1h' if r.waits else self.random.choice(['30m', '1h', '2h'])}
        if r.pinned:
            args['unit'] = self.random.choice(pole.units(name))
        elif r.lanes > 2 and not r.quota and self.random.random() < 0.4:
            args['qty'] = str(self.random.randint(2, r.lanes - 1))
        if r.waits and self.random.random() < 0.7:
            args['wait'] = 'yes'
        made = self.definite('HOLD' if r.holds else 'BOOK', args)
        if made and made.kind == 'OK':
            self.learn(made)

    def learn(self, made):
        line = wire.Line(made.final)
        if line['state'] in ('cancelled', 'expired'):
            self.mine.pop(line['booking'], None)
        else:
            self.mine[line['booking']] = (line['resource'], line['state'], line['from'])

    def change(self):
        code = self.random.choice(sorted(self.mine))
        resource, state, start = self.mine[code]
        verb = self.random.choice(['CANCEL', *pole.RESOURCES[resource].verbs.split()])
        if state in ('held', 'waiting'):
            verb = self.random.choice(['CONFIRM', 'CONFIRM', 'CANCEL'] if state == 'held' else ['ACCEPT', 'ACCEPT', 'PASS'])
        args = {'booking': code}
        if verb == 'MOVE':
            args['from'] = self.moment()
        elif verb == 'EXTEND':
            args['by'] = '30m'
        made = self.definite(verb, args)
        if not made:
            self.mine.pop(code)  # what became of it is not known
        elif made.kind == 'OK':
            self.learn(made)
            if verb in ('CANCEL', 'MOVE'):
                self.stage.freed.append((resource, wire.Line(made.final).get('was-from', start)))
        elif made.outcome == 'NO state' and verb != 'ACCEPT':
            self.mine.pop(code)


def all_of(name, day):
    return {'what': name, 'from': day, 'to': day.replace('T00:00', 'T24:00'), 'all': 'yes', 'count': '1000'}


class Reader(Client):
    """A coordinator, who sees everything and changes nothing."""

    def look(self, connection, name, n_day):
        """All of a day, on a connection of somebody else's."""
        day = (pole.FIRST_DAY + datetime.timedelta(days=n_day)).strftime('%Y-%m-%dT%H:%MZ')
        made = Attempt(self.name, self.actor, '', 'LIST', all_of(name, day), '', '', time.monotonic())
        made.data = [line.text.split(' ', 1)[1] for line in connection.expect('LIST', **made.args).of('booking')]
        return made

    def once(self):
        name, day = self.random.choice(list(pole.RESOURCES)), self.day()
        verb = self.random.choice(['LIST', 'AGENDA', 'FIND'])
        if verb == 'LIST':
            self.read('LIST', all_of(name, day))
        elif verb == 'AGENDA':
            self.read('AGENDA', {'what': name, 'from': day, 'for': '1d'})
        else:
            r = pole.RESOURCES[name]
            args = {'what': name, 'from': self.moment(r.waits), 'for': '1h'}
            if r.pinned:
                args['unit'] = self.random.choice(pole.units(name))
            self.read('FIND', args)
        time.sleep(self.random.uniform(0, 0.05))
