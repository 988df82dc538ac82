# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to the processes, by a seeded schedule. Each kind is a row; what is frozen thaws by itself, so kinds overlap."""
import contextlib
import os
import signal
import subprocess
import threading
import time

from history import Fault
import running

START_S = 120


class Breaker:
    def __init__(self, stage, rng, freezes_s):
        self.stage, self.rng, self.freezes_s = stage, rng, freezes_s
        self.faults = []
        self.thawing = []
        self.counts = {}
        self.problems = []
        self.failed_starts, self.last_failure = 0, ''

    def one(self, kinds):
        self.problems += self.stage.died()
        kind = self.rng.choice(kinds)
        fault = Fault(kind, None, time.monotonic(), float('inf'))
        self.faults.append(fault)
        try:
            if KINDS[kind](self, fault) is not False:
                self.counts[kind] = self.counts.get(kind, 0) + 1
        finally:
            if kind not in FREEZES:
                fault.ended = time.monotonic()

    def daemon_of(self, fault):
        """One of them; where it carries the database, all feel it."""
        name = self.rng.choice(sorted(self.stage.daemons))
        carries = self.stage.database.embedded and name == 'a'
        fault.daemon = None if carries else name
        return self.stage.daemons[name]

    def thaw(self):
        for t in self.thawing:
            t.join()

    def freeze(self, pid, fault):
        """Its own thread thaws it, however the rest goes."""
        def thaws():
            with contextlib.suppress(ProcessLookupError), running.frozen(pid):
                time.sleep(seconds)
            fault.ended = time.monotonic()
        seconds = self.rng.uniform(0.3, self.freezes_s if self.rng.random() < 0.1 else 5)
        thread = threading.Thread(target=thaws, daemon=True)
        thread.start()
        self.thawing.append(thread)


def restart(breaker, one):
    """Started by what watches it, sooner or later. A database that is away is waited for by the daemon or by us."""
    time.sleep(breaker.rng.choice([0, 0, breaker.rng.uniform(0, 1.5)]))
    if not breaker.stage.database.embedded:
        breaker.stage.database.revive()
    if breaker.rng.random() < 0.25:
        die_at_start(breaker, one)
    end = time.monotonic() + START_S
    while True:
        try:
            one.start()
            return
        except RuntimeError as e:  # ended at its start: where the database was taken away again
            if time.monotonic() > end:
                raise
            breaker.failed_starts += 1
            if not breaker.stage.database.embedded:
                breaker.stage.database.revive()
            breaker.last_failure = str(e)
            time.sleep(0.5)


def die_at_start(breaker, one):
    """Killed anew before it is ready, wherever it is by then."""
    with open(one.log_path, 'ab') as log:
        process = subprocess.Popen(one.command(), stderr=log, stdout=log, stdin=subprocess.DEVNULL, env=one.environment(),
                                   start_new_session=True)
    time.sleep(breaker.rng.uniform(0, 1))
    process.kill()
    process.wait()
    breaker.counts['killed at its start'] = breaker.counts.get('killed at its start', 0) + 1


def kill_daemon(breaker, fault):
    one = breaker.daemon_of(fault)
    one.kill()
    restart(breaker, one)


def kill_9(pid):
    """Gone when this is over: who dies is still seen for a moment."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    running.until('it is dead', lambda: not running.is_alive(pid), START_S)


def kill_postmaster(breaker, _):
    pid = breaker.stage.database.postmaster()
    if not pid:
        return False
    kill_9(pid)
    time.sleep(breaker.rng.choice([0, breaker.rng.uniform(0, 2)]))
    breaker.stage.database.revive()
    return True


def any_backend(breaker):
    """None: there is none at the moment."""
    try:
        found = breaker.stage.backends()
    except AssertionError:  # it is on its way up
        return None
    return breaker.rng.choice(found) if found else None


def kill_backend(breaker, _):
    pid = any_backend(breaker)
    if not pid:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return True


def freeze_daemon(breaker, fault):
    breaker.freeze(breaker.daemon_of(fault).pid, fault)


def freeze_backend(breaker, fault):
    pid = any_backend(breaker)
    if not pid:
        fault.ended = time.monotonic()
        return False
    breaker.freeze(pid, fault)
    return True


def stop_daemon(breaker, fault):
    """In order, as an upgrade does. One that is frozen hears it when it thaws."""
    one = breaker.daemon_of(fault)
    try:
        one.stop()
    except RuntimeError as e:
        breaker.problems.append(str(e))
    restart(breaker, one)


def cut_connections(breaker, _):
    try:
        breaker.stage.database.psql("select pg_terminate_backend(pid) from pg_stat_activity "
                                    "where pid <> pg_backend_pid() and backend_type = 'client backend'")
    except AssertionError:
        return False
    return True


def kill_both(breaker, fault):
    """A daemon and the postmaster, in either order."""
    one, pid = breaker.daemon_of(fault), breaker.stage.database.postmaster()
    fault.daemon = None
    steps = [one.kill] + ([lambda: kill_9(pid)] if pid else [])
    breaker.rng.shuffle(steps)
    for step in steps:
        step()
    restart(breaker, one)
    breaker.stage.database.revive()


def kill_all_daemons(breaker, _):
    for one in breaker.stage.daemons.values():
        one.kill()
    for one in breaker.stage.daemons.values():  # the first may carry the database
        restart(breaker, one)


KINDS = {
    'kill-daemon': kill_daemon,
    'kill-postmaster': kill_postmaster,
    'kill-backend': kill_backend,
    'freeze-daemon': freeze_daemon,
    'freeze-backend': freeze_backend,
    'stop-daemon': stop_daemon,
    'cut-connections': cut_connections,
    'kill-both': kill_both,
    'kill-all-daemons': kill_all_daemons,
}
FREEZES = {'freeze-daemon', 'freeze-backend'}
