# SPDX-License-Identifier: GPL-3.0-or-later
"""A daemon of which nobody asks anything does nothing."""
import subprocess
import time

import pytest

import regles
import running

pytestmark = pytest.mark.long

SECONDS = 3
WAKES_A_SECOND = 10  # one was measured: its own timers; a poll, a timer that is always due or a socket that stays readable is hundreds


def test_it_sleeps(start):
    """With clients that say nothing, one that watches, one that waits, and one that is in the middle of a handshake."""
    one = start(poles=regles.POLE)
    people = regles.people(one)
    with one.connect(people.alice) as watching, one.connect(people.bruno) as waiting, one.connect() as stranger:
        watching.expect('WATCH')
        day = regles.new_day()
        taken = watching.expect('BOOK', what='tent', from_=f"{day}T08:00", for_='1h')
        waiting.call('BOOK', what='tent', from_=f"{day}T08:00", for_='1h', wait='yes')
        stranger.write(b'x NO')
        waiting.expect('NOOP')
        assert taken.ok
        before, begun = one.wakes(), time.monotonic()
        running.until('some seconds have passed', lambda: time.monotonic() - begun > SECONDS, pause_s=0.5)
        assert one.wakes() - before < WAKES_A_SECOND * (time.monotonic() - begun)


def test_a_short_soak():
    """tests/soak, for a while: the long one is run by hand."""
    out = subprocess.run([str(running.TREE / 'tests' / 'soak'), '--requests', '4000', '--connections', '16', '--build', str(running.build_dir())],
                         capture_output=True, text=True, timeout=300, check=False)
    assert out.returncode == 0, out.stdout + out.stderr
