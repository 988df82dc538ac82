# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon's connections to PostgreSQL: where there is no room for all, and where one of them says nothing."""
import pytest

import running
from test_many_poles import day_ahead, member, name_of, poles, tokens  # noqa: F401 (poles is a fixture)

pytestmark = pytest.mark.long

NEEDED = {'commits-1', 'reads', 'reports', 'feed', 'loads-1'}
SPARE = {'commits-2', 'commits-3', 'commits-4', 'loads-2'}
FEWER = '5 of 9 connections to the database are there'


def there(own):
    return {r[0] for r in own.psql("select application_name from pg_stat_activity where usename = 'pole_owner'")}


def committing(own):
    """Connections whose last word was a commit."""
    return {r[0] for r in own.psql("select application_name from pg_stat_activity where query like '%pole_commit%' and usename = 'pole_owner'")}


def end(own, names):
    listed = ', '.join(f"'{n}'" for n in names)
    own.psql(f"select pg_terminate_backend(pid) from pg_stat_activity where application_name in ({listed})")


def book(c, hour):
    """What is lost with a connection is asked again."""
    ask = {'what': 'van', 'from_': f"{day_ahead()}T{hour:02}:00", 'for_': '1h', 'key': f"at-{hour}"}
    return running.until('a booking', lambda: c.call('BOOK', **ask).ok, 10)


def members(one, n):
    token = tokens(one)
    return [one.connect(member(one, token[name_of(i)]), timeout_s=60) for i in range(n)]


def test_room_for_five(start, own, poles):  # noqa: F811
    """The needed connections come first, and every pole is served over the only one for commits; then there is room for all; then not again."""
    own.psql('alter role pole_owner connection limit 5')
    one = start(database=own.conninfo('pole', 'pole_owner'), poles=poles(4))
    assert there(own) == NEEDED
    people = members(one, 4)
    for c in people:
        assert book(c, 8)
        assert c.expect('STATUS')['database'] == 'up'
    running.until('it says so', lambda: FEWER in one.log(), 30)
    own.psql('alter role pole_owner connection limit -1')
    running.until('all are there', lambda: there(own) == NEEDED | SPARE, 60)
    running.until('it says so', lambda: 'all 9 connections to the database are there' in one.log(), 30)
    for c in people:
        assert book(c, 10)
    assert committing(own) == {'commits-1', 'commits-2', 'commits-3', 'commits-4'}
    own.psql('alter role pole_owner connection limit 5')
    end(own, NEEDED)  # of which there is room for one, until the spare ones are given up
    running.until('the needed ones are back', lambda: there(own) == NEEDED, 30)
    for c in people:
        assert book(c, 12)
    assert one.log().count(FEWER) <= 2
    end(own, NEEDED)
    for c in people:
        assert book(c, 14)
    running.until('the needed ones are back', lambda: there(own) == NEEDED, 30)
    for c in people:
        assert [b['from'][11:13] for b in c.expect('LIST', from_=f"{day_ahead()}T00:00").of('booking')] == ['08', '10', '12', '14']
        c.close()


def test_one_pole_s_connection_says_nothing(start, own, poles):  # noqa: F811
    """It is told of its own database only, and another's commit does not say that all is well."""
    one = start(database=own.conninfo('pole', 'pole_owner'), poles=poles(2))
    silent, other = members(one, 2)
    running.until('all are there', lambda: there(own) == NEEDED | SPARE, 30)
    for c in silent, other:
        assert book(c, 8)
    with running.frozen(running.backend(own.psql, 'commits-1')):
        tag = silent.send('BOOK', what='van', from_=f"{day_ahead()}T10:00", for_='1h', key='once')
        assert silent.receive(tag).outcome == 'ERR unknown-outcome'
        assert book(other, 10)
        assert silent.expect('STATUS')['database'] == 'down' and 'as-of' in silent.expect('LIST')
        assert other.expect('STATUS')['database'] == 'up' and 'as-of' not in other.expect('LIST')
        assert book(other, 12)
        assert silent.expect('STATUS')['database'] == 'down'
    running.until('it is up again', lambda: silent.expect('STATUS')['database'] == 'up', 60)
    assert 'as-of' not in silent.expect('LIST')
    assert silent.expect('LIST', from_=f"{day_ahead()}T00:00")['count'] == '2'
    for c in silent, other:
        c.close()
