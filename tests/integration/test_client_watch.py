# SPDX-License-Identifier: GPL-3.0-or-later
"""mutual watch: a line an event, as a person and as a program read it; after a loss it goes on by itself where it was."""
import contextlib
import csv
import json
import os
import queue
import re
import signal
import subprocess
import threading

import pytest

import regles
import running

CODE = re.compile(r'\bB[0-9A-Z]{5,}\b')


@pytest.fixture
def pole(start):
    one = start(poles=regles.POLE)
    one.people = regles.people(one)
    return one


@pytest.fixture
def mutual(pole, folder):
    made = running.Mutual(pole, folder)
    for name in ('alice', 'bruno', 'max'):
        made.login(name, getattr(pole.people, name))
    return made


class Watching:
    """The client's lines as they come."""

    def __init__(self, mutual, *arguments, profile):
        environment = {**running.SANITIZERS, **os.environ, 'XDG_CONFIG_HOME': str(mutual.config), 'LANG': 'C.UTF-8',
                       'MUTUAL_PROFILE': profile}
        self.process = subprocess.Popen([str(running.build_dir() / 'client' / 'mutual'), 'watch', *arguments], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=environment,
                                        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # a shell may have us ignore it
        self.out, self.err = self.read(self.process.stdout), self.read(self.process.stderr)

    @staticmethod
    def read(stream):
        lines = queue.Queue()

        def run():
            for line in stream:
                lines.put(line.rstrip('\n'))
            lines.put(None)
        threading.Thread(target=run, daemon=True).start()
        return lines

    def line(self):
        line = self.out.get(timeout=60)
        assert line is not None, 'it has ended'
        return line

    def nothing_more(self):
        assert self.out.empty(), self.out.get()

    def end(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


@pytest.fixture
def watch(mutual):
    """watch(…, profile=…): begun from the beginning, and told what is first, the policy: it listens."""
    with contextlib.ExitStack() as stack:
        def begin(*arguments, profile):
            one = Watching(mutual, '--since', '0', *arguments, profile=profile)
            stack.callback(one.process.wait)
            stack.callback(one.process.kill)
            one.header = one.line().rstrip('\r') if '--csv' in arguments else None
            assert 'policy' in one.line()
            return one
        yield begin


def book(mutual, day, hour, profile, what='one'):
    return CODE.search(mutual.ok('book', what, day, f"{hour}:00", '1h', profile=profile))[0]


def test_a_line_an_event(mutual, watch):
    day = regles.new_day()
    first = book(mutual, day, 8, 'alice')
    lines = watch(profile='alice')
    assert first in lines.line()
    code = book(mutual, day, 10, 'alice')
    assert re.search(rf" {code}  The only one, .*: booked; by p\d+$", lines.line())
    other = book(mutual, day, 12, 'bruno')
    mutual.ok('move', code, day, '14:00', profile='alice')
    moved = lines.line()
    assert 'moved; was ' in moved and '10:00–11:00' in moved and other not in moved
    mine = CODE.search(mutual.ok('wait', 'one', day, '12:00', '1h', profile='alice'))[0]
    assert mine in lines.line()
    mutual.ok('cancel', other, profile='bruno')
    offered = lines.line()
    assert mine in offered and 'offered' in offered and '; until ' in offered
    lines.nothing_more()
    assert lines.end() == -signal.SIGINT


def test_for_programs(mutual, watch):
    day = regles.new_day()
    book(mutual, day, 8, 'alice')
    objects, rows = watch('one', '--all', '--json', profile='max'), watch('--csv', profile='alice')
    assert json.loads(objects.line())['event'] == 'booked'
    (row,) = csv.DictReader([rows.header, rows.line()])
    assert (row['event'], row['state'], row['member']) == ('booked', 'confirmed', 'm01')
    mutual.ok('outage', 'one', day, '1d', profile='max')
    told = [json.loads(objects.line()) for _ in range(2)]
    assert {t['event'] for t in told} == {'outage', 'suspended'} and all(isinstance(t['version'], int) for t in told)
    (row,) = csv.DictReader([rows.header, rows.line()])
    assert (row['event'], row['outage']) == ('suspended', '1')


@pytest.mark.long
def test_it_comes_back_and_misses_nothing(mutual, watch, pole):
    day = regles.new_day()
    codes = [book(mutual, day, 8, 'alice')]
    lines = watch('--json', profile='alice')
    assert json.loads(lines.line())['booking'] == codes[0]
    for round_ in range(2):
        port = pole.port
        pole.stop()
        pole.arguments = ['--listen', f"127.0.0.1:{port}"]
        pole.start()
        assert pole.port == port
        codes += [book(mutual, day, 10 + 2 * round_ + i, 'alice') for i in range(2)]
        assert [json.loads(lines.line())['booking'] for _ in range(2)] == codes[-2:]
    lines.nothing_more()
    said = []
    while not lines.err.empty():
        said.append(lines.err.get())
    assert sum('the connection was lost' in line for line in said) == 2 and sum('connected again' in line for line in said) == 2
    assert not [line for line in said if 'cannot be reached' in line]


def test_a_token_that_was_withdrawn_ends_it(mutual, watch, pole):
    book(mutual, regles.new_day(), 8, 'alice')
    lines = watch(profile='alice')
    lines.line()
    with pole.admin() as admin:
        admin.expect('PERSON TOKEN', person=pole.people.alice_code)
    assert 'token' in lines.line()
    assert lines.process.wait(30) == 4


def test_what_cannot_be_watched(mutual):
    out = mutual.run('watch', 'oen', profile='alice')
    assert out.returncode == 1 and 'did you mean one?' in out.stderr
    assert mutual.run('watch', '--since', 'yesterday', profile='alice').returncode == 2


def test_a_reader_that_has_enough_ends_it(mutual, pole):
    day = regles.new_day()
    book(mutual, day, 8, 'alice')
    environment = {**running.SANITIZERS, **os.environ, 'XDG_CONFIG_HOME': str(mutual.config), 'LANG': 'C.UTF-8', 'MUTUAL_PROFILE': 'alice'}
    program = running.build_dir() / 'client' / 'mutual'
    process = subprocess.Popen(['sh', '-c', f"{program} watch --since 0 | head -n 1"], env=environment, stdout=subprocess.PIPE, text=True)
    assert 'policy' in process.stdout.readline()

    def ended():
        book(mutual, regles.new_day(), 8, 'alice')
        return process.poll() is not None
    running.until('it has ended', ended, 30, pause_s=0.2)
