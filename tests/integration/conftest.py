# SPDX-License-Identifier: GPL-3.0-or-later
import datetime
import itertools
import types

import pytest

import running

MANY = ['--max-connections-per-address', '500']


@pytest.fixture
def folder():
    with running.short_folder() as made:
        yield made


@pytest.fixture
def own(folder):
    """A PostgreSQL that is not the daemon's, with a database `pole` whose owner is no superuser, as README has it."""
    server = running.Postgres(folder).start()
    server.psql('create role pole_owner login createrole')
    server.psql('create database pole owner pole_owner')
    yield server
    server.stop('immediate')


@pytest.fixture
def start(folder):
    """start(name=…, poles=…, database=…, arguments=[…]): daemons of one test's own, stopped in order after it."""
    started = []

    def begin(**how):
        one = running.Daemon(folder, **how).start()
        started.append(one)
        return one
    yield begin
    problems = []
    for one in reversed(started):
        try:
            one.stop()
        except RuntimeError as e:
            problems.append(str(e))
    assert not problems, '\n'.join(problems)


@pytest.fixture(scope='session')
def daemon():
    """The daemon that most tests share; each uses days or people of its own."""
    with running.short_folder() as made:
        one = running.Daemon(made, arguments=MANY).start()
        yield one
        one.stop()


@pytest.fixture(scope='session')
def people(daemon):
    """Tokens and codes: alice and anne act for m01, bruno for m02, dora for the small m04; carla coordinates, max manages."""
    made = types.SimpleNamespace()
    rows = [('alice', 'm01', None), ('anne', 'm01', None), ('bruno', 'm02', None), ('dora', 'm04', None),
            ('carla', None, 'coordinator'), ('max', None, 'manager')]
    for name, member, roles in rows:
        token, code = daemon.person(f"{name.title()} Test", member, roles)
        setattr(made, name, token)
        setattr(made, f"{name}_code", code)
    return made


@pytest.fixture
def as_person(daemon, people):
    """as_person('alice'): an authenticated connection, closed after the test."""
    opened = []

    def connect(name, **how):
        token = daemon.admin_token() if name == 'admin' else getattr(people, name)
        opened.append(daemon.connect(token, **how))
        return opened[-1]
    yield connect
    for one in opened:
        one.close()


_days = itertools.count(4)


@pytest.fixture
def day(request):
    """A day near enough for every horizon, which no other test uses on the daemon that they share."""
    ahead = next(_days) if 'daemon' in request.fixturenames else 4
    return (datetime.date.today() + datetime.timedelta(days=ahead)).isoformat()


_weekdays = itertools.count(1)


@pytest.fixture
def tuesday():
    """The same, a Tuesday far away: for what has opening hours and no horizon."""
    first = datetime.date(datetime.date.today().year + 2, 1, 1)
    first += datetime.timedelta(days=(1 - first.weekday()) % 7)
    return (first + datetime.timedelta(weeks=next(_weekdays))).isoformat()
