# SPDX-License-Identifier: GPL-3.0-or-later
"""tests/crash: rounds, one after the other, and the table in the end."""
import argparse
import collections
import json
import pathlib
import random
import tempfile
import time

import checker
import clients
import faults
import history
import pole
from chronicle import Chronicle
import running
from stage import Stage

REST_S = clients.ANSWER_S + 30


class Total:
    def __init__(self):
        self.verbs, self.outcomes, self.faults, self.counts = (collections.Counter() for _ in range(4))
        self.rounds, self.longest_s, self.stalest_s, self.violations = 0, 0.0, 0.0, []

    def add(self, attempts, workers, breaker, verdict):
        self.rounds += 1
        self.verbs.update(a.verb for a in attempts)
        self.outcomes.update(a.kind for a in attempts)
        self.faults.update(breaker.counts)
        self.counts.update(verdict.counts)
        self.counts['failed starts'] += breaker.failed_starts
        self.counts['asked again'] += sum(w.retries for w in workers)
        self.counts['at another daemon'] += sum(w.moved_on for w in workers)
        self.longest_s = max([self.longest_s, *(w.longest_s for w in workers)])
        self.stalest_s = max(self.stalest_s, verdict.stalest_s)
        self.violations += verdict.violations

    def table(self, seconds):
        def row(name, value):
            return f"  {name:<42}{value:>12}"

        def rows(counter):
            return [row(f"  {k}", f"{v:,}") for k, v in sorted(counter.items())]
        c = self.counts
        return '\n'.join([
            row('rounds', self.rounds), row('minutes', f"{seconds / 60:.1f}"), row('broken on purpose', f"{sum(self.faults.values()):,}"),
            *rows(self.faults), row('starts in vain, the database away', f"{c['failed starts']:,}"), row('attempts', f"{sum(self.verbs.values()):,}"), *rows(self.verbs),
            row('answered', ''), *rows(self.outcomes),
            row('asked again', f"{c['asked again']:,}"), row('went to another daemon', f"{c['at another daemon']:,}"),
            row('never answered, and done', f"{c['unknown, done']:,}"), row('never answered, and not done', f"{c['unknown, not done']:,}"),
            row('longest wait for an answer', f"{self.longest_s:.1f} s"),
            row('versions of the log', f"{c['versions']:,}"), row('changes placed', f"{c['commands']:,}"),
            row('refusals decided anew', f"{c['refusals']:,}"), row('refusals not judged', f"{c['not judged']:,}"),
            row('reads placed', f"{c['reads']:,}"), row('oldest read while nothing was broken', f"{self.stalest_s:.2f} s"),
            row('VIOLATIONS' if self.violations else 'violations', f"{len(self.violations):,}")])


def hire(stage, arguments, rng):
    n_readers = max(1, arguments.clients // 5)
    n_writers = arguments.clients - n_readers
    people = stage.people(n_writers, n_readers)
    shared = clients.Stage(stage.daemons)
    made = [(clients.Writer if n < n_writers else clients.Reader)(f"client {n}", shared, token, number, member, rng.random())
            for n, (token, number, member) in enumerate(people)]
    for one in made:
        one.start()
    return shared, made


def break_things(breaker, arguments, rng, workers, seconds):
    """At random moments, sometimes two right after each other; then a pause in which all can come back."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not breaker.problems and not any(w.failure for w in workers):
        time.sleep(min(max(0, end - time.monotonic()), rng.choice([rng.uniform(0, 0.3), rng.uniform(0.3, 3), rng.uniform(2, 4)])))
        if arguments.faults and time.monotonic() < end:
            breaker.one(arguments.faults)


def come_to_rest(shared, workers, found):
    shared.over.set()
    end = time.monotonic() + REST_S
    for w in workers:
        w.join(max(0, end - time.monotonic()))
        if w.is_alive():
            found.append(f"waits for ever: {w.name} still waits for an answer")
        elif w.failure:
            found.append(f"{w.name}: {w.failure!r}")


def look_at_rest(stage, log, workers, found):
    """Nobody asks any more: every daemon gives every key the answer that it got, does nothing twice, and has all that the log has."""
    known = [w for w in workers if isinstance(w, clients.Writer)]
    reader = next(w for w in workers if isinstance(w, clients.Reader))
    for name, one in stage.daemons.items():
        for w in known[:3]:
            answered = [a for a in w.history if a.kind == 'OK' and a.changes][-5:]
            with one.connect(w.token) as c:
                for a in answered:
                    again = c.call(a.verb, **a.args, key=a.key).final.text.split(' ', 1)[1]
                    if again != a.final:
                        found.append(f"another answer: at rest, {name} says {again}; {checker.show(a)}")
        with one.connect(reader.token) as c:
            try:
                running.until('all is seen', lambda c=c: sees_all(stage, c, reader), 10, 0.2)
            except TimeoutError:
                found.append(f"{name} does not have what the log has")
    done = [c for c in Chronicle(stage.rows()).commands[log.last:] if c.request != 'TICK']
    found += [f"done twice: at rest, version {c.version}: {c.request}" for c in done]


def sees_all(stage, connection, reader):
    """Holds may end at any moment: what is seen must be what the log had before, or has after."""
    before = Chronicle(stage.rows()).last
    told = [reader.look(connection, name, n) for name in pole.RESOURCES for n in range(pole.DAYS)]
    log = Chronicle(stage.rows())
    return any(all(checker.says(log, a, p) for a in told) for p in range(before, log.last + 1))


def audit(stage, found):
    found += [f"overlap: {row}" for row in stage.overlaps()]
    code, report = stage.audit('--verify')
    if code or 'everything is as it should be' not in report:
        found.append(f"--verify ends with {code}: {report[-2000:]}")
    code, report = stage.audit('--replay', 'crash')
    if code:
        found.append(f"--replay ends with {code}: {report[-2000:]}")


def one_round(arguments, seed, seconds, total):
    rng = random.Random(seed)
    n_daemons = arguments.daemons or rng.choice([1, 2, 2, 3])
    embedded = (arguments.database or rng.choice(['embedded', 'apart'])) == 'embedded'
    print(f"round {total.rounds + 1}, seed {seed}: daemons {n_daemons}, PostgreSQL {'embedded' if embedded else 'apart'}", flush=True)
    with running.short_folder() as folder:
        stage = Stage(folder, n_daemons, embedded)
        try:
            stage.start()
            return played(arguments, rng, seconds, total, stage, seed)
        finally:
            stage.abandon()


def played(arguments, rng, seconds, total, stage, seed):
    found = []
    shared, workers = hire(stage, arguments, rng)
    breaker = faults.Breaker(stage, rng, seconds / 2)
    try:
        break_things(breaker, arguments, rng, workers, seconds)
    finally:
        breaker.thaw()
        stage.database.revive()
        come_to_rest(shared, workers, found)
    found += breaker.problems + stage.died()
    rows = stage.rows()
    log = Chronicle(rows)
    attempts = [a for w in workers for a in w.history]
    verdict = checker.check(attempts, log, breaker.faults, arguments.stale)
    if not found:
        look_at_rest(stage, log, workers, found)
        audit(stage, found)
        found += stage.stop()
    verdict.violations += found
    total.add(attempts, workers, breaker, verdict)
    print(f"    broken {sum(breaker.counts.values())} times; {len(attempts):,} attempts, {log.last:,} changes in {log.n_versions:,} versions, "
          f"{verdict.counts['refusals']:,} refusals and {verdict.counts['reads']:,} reads placed; longest wait "
          f"{max(w.longest_s for w in workers):.1f} s; {len(verdict.violations) or 'no'} violations", flush=True)
    if verdict.violations:
        report(stage, verdict, keep(arguments, seed, attempts, breaker, rows))


def keep(arguments, seed, attempts, breaker, rows):
    folder = pathlib.Path(arguments.keep or tempfile.mkdtemp(prefix='mu-crash-')) / f"seed-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    history.write(folder / 'attempts', attempts)
    history.write(folder / 'faults', breaker.faults)
    (folder / 'log').write_text(json.dumps(rows))
    return folder


def report(stage, verdict, folder):
    for text in verdict.violations[:30]:
        print(f"    VIOLATION {text}")
    if len(verdict.violations) > 30:
        print(f"    … and {len(verdict.violations) - 30} more")
    for name, one in stage.daemons.items():
        (folder / f"{name}.log").write_text(one.log())
    print(f"    the history is kept: tests/crash --judge {folder}", flush=True)


def judge(folder, stale_s):
    folder = pathlib.Path(folder)
    log = Chronicle(json.loads((folder / 'log').read_text()))
    verdict = checker.check(history.read(folder / 'attempts', history.Attempt), log, history.read(folder / 'faults', history.Fault), stale_s)
    for text in verdict.violations:
        print(f"VIOLATION {text}")
    print(dict(verdict.counts), f"stalest {verdict.stalest_s:.2f} s")
    return 1 if verdict.violations else 0


def arguments_of(text):
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--minutes', type=float, default=1)
    parser.add_argument('--seconds', type=float)
    parser.add_argument('--seed', type=int, default=int(time.time()))
    parser.add_argument('--clients', type=int, default=20)
    parser.add_argument('--daemons', type=int, choices=[1, 2, 3])
    parser.add_argument('--database', choices=['embedded', 'apart'])
    parser.add_argument('--round', type=float, default=30, metavar='S')
    parser.add_argument('--faults', type=lambda t: [k for k in t.split(',') if k != 'none'], default=list(faults.KINDS))
    parser.add_argument('--stale', type=float, default=1.0, metavar='S')
    parser.add_argument('--keep', metavar='FOLDER')
    parser.add_argument('--judge', metavar='FOLDER')
    return parser.parse_args()


def main(text):
    arguments = arguments_of(text)
    if arguments.judge:
        return judge(arguments.judge, arguments.stale)
    seconds = arguments.seconds or arguments.minutes * 60
    total, begun = Total(), time.monotonic()
    print(f"seed {arguments.seed}", flush=True)
    while (left := seconds - (time.monotonic() - begun)) > 5 or not total.rounds:
        one_round(arguments, arguments.seed + total.rounds, min(arguments.round, max(left, 5)), total)
    print(total.table(time.monotonic() - begun))
    return 1 if total.violations else 0
