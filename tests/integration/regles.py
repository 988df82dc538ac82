# SPDX-License-Identifier: GPL-3.0-or-later
"""The pole `regles`, which has a resource for each kind of rule, and people of its members."""
import datetime
import itertools
import types

import running

POLE = running.POLES / 'regles'
PEOPLE = [('alice', 'm01', None), ('anne', 'm01', None), ('bruno', 'm02', None), ('tom', 'm03', None), ('dora', 'm04', None),
          ('max', None, 'manager'), ('carla', None, 'coordinator')]


def people(one):
    """Tokens and codes: alice and anne act for m01 (founder), bruno for m02 (partner), tom for m03 (founder), dora for m04 (small)."""
    made = types.SimpleNamespace()
    with one.admin() as admin:
        for name, member, roles in PEOPLE:
            reply = running.until('a person is added', lambda a=(name, member, roles): add(admin, *a))
            setattr(made, name, reply['token'])
            setattr(made, f"{name}_code", reply['person'])
    return made


def add(admin, name, member, roles):
    reply = admin.call('PERSON ADD', name=f"{name.title()} Test", member=member, roles=roles)
    return reply if reply.ok else None


_days = itertools.count(40)


def new_day():
    """A day that no other test of this run uses, beyond the notice of all rules."""
    return (datetime.date.today() + datetime.timedelta(days=next(_days))).isoformat()


def now(seconds=0):
    """A moment near now, as the wire has it."""
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).strftime('%Y-%m-%dT%H:%M:%SZ')


def state_of(connection, booking):
    (line,) = connection.expect('SHOW', booking=booking).of('booking')
    return line['state']


def until_state(connection, booking, state, seconds=10):
    running.until(f"{booking} is {state}", lambda: state_of(connection, booking) == state, seconds)
