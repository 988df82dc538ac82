# SPDX-License-Identifier: GPL-3.0-or-later
"""The pole that crash tests run on: a table that the policy files are written from and the checker decides by, so that
both mean the same. Each resource is there for one rule, plain enough to be decided anew in a line or two of Python."""
import datetime
import typing

MEMBERS = ['m1', 'm2', 'm3', 'm4']
HOLD_S = 4   # a hold, and an offer to who waits, last so long
DAYS = 6     # what is booked lies in so many days
FIRST_DAY = datetime.datetime.combine(datetime.date.today() + datetime.timedelta(days=30), datetime.time(), datetime.timezone.utc)
DAY_S = 86400


class Resource(typing.NamedTuple):
    lanes: int               # units, or places of a capacity
    units: bool = False
    pinned: bool = False     # always asked for by unit, so that nobody is moved to make room
    quota: int = 0           # bookings ahead of one member; 0: no limit
    holds: bool = False
    waits: bool = False      # booked by the hour, waited for where it is taken
    verbs: str = 'MOVE EXTEND'


RESOURCES = {
    'one': Resource(1),
    'pool': Resource(3, units=True),
    'twin': Resource(2, units=True, pinned=True),
    'seats': Resource(6),
    'few': Resource(40, quota=5, verbs=''),
    'tent': Resource(2, units=True, holds=True, verbs=''),
    'turn': Resource(1, waits=True, verbs=''),
}


def units(name):
    return [f"{name}-{n}" for n in range(1, RESOURCES[name].lanes + 1)]


def resource_line(name, r):
    many = f", units: {{{', '.join(f'{u}: {{}}' for u in units(name))}}}" if r.units else \
        f", capacity: {r.lanes}" if r.lanes > 1 else ''
    return f"  {name}: {{name: The {name}, kind: equipment, site: town, hours: always{many}}}\n"


def write(folder):
    """The policy, in a folder named as the pole is."""
    folder.mkdir()
    head = '# SPDX-License-Identifier: GPL-3.0-or-later\n'
    members = ''.join(f"  {m}: {{name: Member {m}, kind: association, share: 1}}\n" for m in MEMBERS)
    (folder / 'pole.yaml').write_text(
        f"{head}pole: {folder.name}\nname: Pole of crashes\nzone: Etc/UTC\nlanguage: en\nsites:\n  town: {{name: Town}}\n"
        f"members:\n{members}")
    (folder / 'resources.yaml').write_text(head + 'resources:\n' + ''.join(resource_line(n, r) for n, r in RESOURCES.items()))
    rules = ''.join(f"  - name: {n} ahead\n    for: {n}\n    quota: {{of: member, at-most: {r.quota} bookings, among: future}}\n"
                    for n, r in RESOURCES.items() if r.quota)
    rules += ''.join(f"  - name: holds of {n}\n    for: {n}\n    hold: {HOLD_S}s\n" for n, r in RESOURCES.items() if r.holds)
    (folder / 'rules.yaml').write_text(
        f"{head}rules:\n{rules}conflicts:\n  order: [first-come]\n  waiting: {{offer-holds: {HOLD_S}s, during: always}}\n")
    return folder
