# SPDX-License-Identifier: GPL-3.0-or-later
"""What the clients write down: every attempt, when it was sent, when answered, and how. One JSON object a line, so that a history
can be kept, read, and judged again."""
import dataclasses
import json


@dataclasses.dataclass
class Attempt:
    client: str
    actor: int             # the person's number, as the log has it
    member: str            # '' for those who only read
    verb: str
    args: dict             # as asked, without key
    key: str               # '' where nothing is changed
    daemon: str
    invoked: float         # CLOCK_MONOTONIC, one for all processes of the machine
    answered: float = None
    outcome: str = 'lost'  # 'OK', 'NO conflict', 'ERR unavailable'; 'lost': the connection ended, or nothing came in time
    final: str = ''        # without its tag
    data: list = dataclasses.field(default_factory=list)

    @property
    def kind(self):
        return self.outcome.split()[0]

    @property
    def changes(self):
        return bool(self.key)


@dataclasses.dataclass
class Fault:
    """From when to when something was broken on purpose; `daemon` None: all of them feel it."""
    kind: str
    daemon: str
    begun: float
    ended: float


def write(path, items):
    with open(path, 'w', encoding='utf-8') as f:
        for item in items:
            f.write(json.dumps(dataclasses.asdict(item)) + '\n')


def read(path, kind):
    with open(path, encoding='utf-8') as f:
        return [kind(**json.loads(line)) for line in f]
