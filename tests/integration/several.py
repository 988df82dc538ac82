# SPDX-License-Identifier: GPL-3.0-or-later
"""Several daemons on one database, and clients that bear with what becomes of them: what tests of both share."""
import random
import shutil
import ssl
import threading
import time

import running
import wire

MANY = ['--max-connections-per-address', '500']
NOT_ANSWERED = (OSError, ssl.SSLError, wire.Broken, TimeoutError)
OPEN = {'ERR unknown-outcome', 'ERR unavailable', 'ERR shutting-down'}  # it is asked again


def share_authority(first, folder, name):
    """Another daemon's state directory, with the first one's certificate authority, as README has it."""
    tls = folder / name / 'tls'
    tls.mkdir(parents=True)
    for file in 'ca.crt', 'ca.key':
        shutil.copy(first.state / 'tls' / file, tls / file)


def start_all(start, folder, names, **how):
    first = start(name=names[0], **how)
    for name in names[1:]:
        share_authority(first, folder, name)
    return [first, *(start(name=name, **how) for name in names[1:])]


def know(daemons, token):
    """Every daemon has heard of her."""
    for one in daemons:
        def known(one=one):
            with one.connect() as c:
                return c.call('AUTH', token=token).ok
        running.until('the daemon knows her', known)


class Caller:
    """Asks one of the daemons, and another where that one does not answer; always with a key, so that nothing is done twice."""

    def __init__(self, daemons, token, seed, patience_s=30, timeout_s=wire.ANSWER_S):
        self.daemons, self.token, self.random = list(daemons), token, random.Random(seed)
        self.patience_s, self.timeout_s = patience_s, timeout_s
        self.at, self.connection, self.serial, self.seed = seed % len(self.daemons), None, 0, seed
        self.again = 0  # how often something was asked again
        self.slowest_s = 0

    def drop(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def key(self):
        self.serial += 1
        return f"caller-{self.seed}-{self.serial}"

    def once(self, verb, args):
        """A reply, or None where there was none."""
        try:
            if not self.connection:
                self.connection = self.daemons[self.at].connect(self.token, timeout_s=self.timeout_s)
            reply = self.connection.call(verb, **args)
        except (*NOT_ANSWERED, AssertionError) as e:
            if isinstance(e, AssertionError) and 'shutting-down' not in str(e):
                raise  # of the greeting or of AUTH: only a daemon that stops may say no
            return None
        return None if reply.outcome in OPEN else reply

    def ask(self, verb, /, **args):
        begun, pause_s = time.monotonic(), 0.05
        while (reply := self.once(verb, args)) is None:
            self.drop()
            self.again += 1
            assert time.monotonic() - begun < self.patience_s, f"{verb} {args}: no answer within {self.patience_s} s"
            self.at = (self.at + 1) % len(self.daemons)
            time.sleep(pause_s * (1 + self.random.random()))
            pause_s = min(pause_s * 2, 1)
        self.slowest_s = max(self.slowest_s, time.monotonic() - begun)
        return reply


def together_errors(callers, work, results=None):
    """work(caller) for all at once; the errors there were."""
    results, errors = results if results is not None else [None] * len(callers), []

    def run(n):
        try:
            results[n] = work(callers[n])
        except BaseException as e:  # pylint: disable=broad-except
            errors.append(e)
        finally:
            callers[n].drop()
    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(callers))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return errors


def together(callers, work):
    """The same, and what each gave; the first error is raised when all have ended."""
    results = [None] * len(callers)
    errors = together_errors(callers, work, results)
    if errors:
        raise errors[0]
    return results


def bookings(one, token, **args):
    with one.connect(token) as c:
        rows = c.expect('LIST', all='yes', count=1000, **args).of('booking')
    return sorted((r['booking'], r['state'], r['from'], r['to'], *r.all('unit')) for r in rows)


def quantile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def in_ms(values):
    return f"median {quantile(values, 0.5) * 1000:.0f}, p99 {quantile(values, 0.99) * 1000:.0f}, max {max(values) * 1000:.0f} ms"
