# SPDX-License-Identifier: GPL-3.0-or-later
"""What the database refuses again and again, for reasons of its own: nobody but who asked for it waits for it."""
import contextlib
import datetime

import pytest

import cutting
import running

REFUSE = """
create function refuses() returns trigger language plpgsql as $$
begin
	if {when} then
		raise exception 'cannot be written' using errcode = '{code}';
	end if;
	return new;
end $$;
create trigger refuses before insert or update on {table} for each {each} execute function refuses()"""
MENDED = 'drop function refuses cascade'


def commits(own):
    found = own.psql("select pid from pg_stat_activity where application_name = 'commits-1' and datname = 'pole'")
    return {int(row[0]) for row in found}


def waiting(own):
    found = own.psql("select pid from pg_stat_activity where application_name = 'commits-1' and wait_event_type = 'Lock'")
    return {int(row[0]) for row in found}


def at(hours):
    return (datetime.datetime(datetime.date.today().year + 2, 1, 1) + datetime.timedelta(hours=hours)).isoformat(timespec='minutes')


def booking(hours, **more):
    return {'what': 'one', 'from_': at(hours), 'for_': '1h', **more}


@pytest.fixture
def relayed(start, own):
    """(daemon, relay): the relay stands between it and its commits."""
    with cutting.Cutter(own.folder / '.s.PGSQL.5432', lambda first: b'application_name\0commits-1\0' in first) as relay:
        one = start(database=f"host=127.0.0.1 port={relay.port} dbname=pole user=pole_owner sslmode=disable gssencmode=disable")
        yield one, relay


@contextlib.contextmanager
def lost(own, relay, c, ask):
    """(tag, pid): asked over a connection that is gone since; what was sent over it is still to be read by its server process."""
    (pid,) = commits(own)
    relay.arm(None, 0)
    with running.frozen(pid):
        tag = c.send('BOOK', **ask)
        running.until('it was sent', lambda: relay.passed[cutting.UP] > 0)
        relay.end_all()
        yield tag, pid


@pytest.mark.parametrize('code, outcome', [('XX000', 'ERR unavailable'),
                                           pytest.param('54000', 'ERR unknown-outcome', marks=pytest.mark.long)])
def test_what_was_lost_and_is_refused_holds_up_nobody(relayed, own, code, outcome):
    """Who asked for it is told that it is not done, or that nobody knows, where the error might have passed. It is not done, and stays so, though the
    first attempt comes to be carried out afterwards."""
    one, relay = relayed
    token, _ = one.person('Alice Test', 'm01')
    ask = booking(1, key='bad')
    with one.connect(token) as c, one.connect(token) as other:
        (first,) = commits(own)
        own.psql(REFUSE.format(code=code, when=f"new.request_key = 'bad' and pg_backend_pid() <> {first}", table='event', each='row'), 'pole')
        with lost(own, relay, c, ask) as (tag, pid):
            assert pid == first and c.receive(tag).outcome == outcome
            running.until('the others go on', lambda: other.call('BOOK', **booking(2)).ok)
        running.until('the first attempt is over', lambda: pid not in commits(own))
        assert own.psql('select count(*) from booking', 'pole') == [['1']]
        assert c.call('BOOK', **ask).outcome == 'ERR unavailable'
        own.psql(MENDED, 'pole')
        c.expect('BOOK', **ask)
        assert own.psql('select count(*) from booking', 'pole') == [['2']]


def test_what_was_lost_and_goes_on_is_waited_for(relayed, own):
    """The first attempt stands before a lock while the next is refused, and is committed after all: so it is answered."""
    one, relay = relayed
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c:
        (pid,) = commits(own)
        when = f"current_query() ~ 'pole_commit' and pg_backend_pid() <> {pid}"
        own.psql(REFUSE.format(code='XX000', when=when, table='pole', each='statement'), 'pole')
        with cutting.Session(own.conninfo('pole'), own.user or 'postgres') as session:
            session.run('begin; select name from pole for update')
            tag = c.send('BOOK', **booking(1))
            running.until('it waits', lambda: waiting(own) == {pid})
            relay.end_all()
            running.until('so does who asks what became of it', lambda: len(waiting(own)) == 2)
            session.run('commit')
        assert c.receive(tag).ok
        assert own.psql('select count(*) from booking', 'pole') == [['1']]


@pytest.mark.long
def test_one_booking_that_time_cannot_end_holds_up_no_other(start, own):
    """Of what was due together all is done but that one, which goes on holding its place, and is told of once; when it is mended, it is done, too."""
    one = start(database=own.conninfo('pole', 'pole_owner'), clock='+0')
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c:
        codes = [c.expect('HOLD', **booking(n))['booking'] for n in range(7)]
        own.psql('create sequence tried; grant usage on sequence tried to public', 'pole')
        own.psql(REFUSE.format(code='XX000', when="new.number = 3 and new.state = 'expired' and nextval('tried') > 0", table='booking', each='row'), 'pole')

        def held():
            return [row[0] for row in own.psql("select number from booking where state = 'held' order by number", 'pole')]
        one.set_clock('+20m')
        with one.connect(token) as other:
            assert other.call('BOOK', **booking(2)).outcome == 'NO conflict'
            assert held() == ['3']
            other.expect('BOOK', **booking(3))
            tried = int(own.psql('select last_value from tried', 'pole')[0][0])
            running.until('it is tried again', lambda: int(own.psql('select last_value from tried', 'pole')[0][0]) > tried)
            other.expect('BOOK', **booking(4))
            told = [line for line in one.log().splitlines() if 'XX000' in line and 'refused a group' not in line]
            assert len(told) == 1 and codes[2] in told[0], told
            requests = {row[0] for row in own.psql("select request from event where request like 'TICK%'", 'pole')}
            assert any(r.startswith('TICK most=') for r in requests), requests
            own.psql(MENDED, 'pole')
            running.until('it is done', lambda: held() == [])
            other.expect('BOOK', **booking(2))
