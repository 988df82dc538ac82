# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens on a connection before and around the bookings."""
import select
import ssl
import time

import pytest

import running
import wire


def test_greeting_and_hello(daemon):
    with daemon.connect() as c:
        assert c.greeting.words[:3] == ['*', 'MUTUAL/1', 'ready']
        assert c.greeting['server'].startswith('mutuald ')
        reply = c.expect('HELLO', lang='fr', client='test')
        assert reply['protocol'] == 'MUTUAL/1' and reply['lang'] == 'fr'


def test_auth_tells_who_one_is(daemon, people):
    with daemon.connect() as c:
        reply = c.expect('AUTH', token=people.alice)
        assert (reply['person'], reply['member'], reply['pole']) == (people.alice_code, 'm01', 'essai')
        assert reply['zone'] == 'Europe/Paris' and reply['name'] == 'Alice Test' and reply['roles'] == 'member'
        who = c.expect('WHOAMI')
        assert who['member-name'] == "L'Établi, menuiserie" and who['pole-name'] == "Pôle d'essai"
    with daemon.admin() as c:
        assert 'administrator' in c.whoami['roles'].split(',')
        assert 'member' not in c.whoami


def test_wrong_token(daemon):
    with daemon.connect() as c:
        c.refused('NO auth', 'AUTH', token='AAAAAAAAAAAAAAAAAAAAAAAAAA')
        c.refused('NO auth-needed', 'WHOAMI')
        c.expect('AUTH', token=daemon.admin_token())


@pytest.mark.parametrize('verb', ['WHOAMI', 'STATUS', 'RESOURCES', 'LIST', 'POLICY SHOW', 'PERSON LIST', 'POLICY RESET'])
def test_nothing_before_auth(daemon, verb):
    with daemon.connect() as c:
        c.refused('NO auth-needed', verb)


def test_help_is_the_verb_table(as_person):
    c = as_person('alice')
    verbs = c.expect('HELP').of('verb')
    words = {' '.join(filter(None, [v['word'], v.get('subword')])) for v in verbs}
    assert {'HELLO', 'AUTH', 'FIND', 'BOOK', 'MOVE', 'EXTEND', 'CANCEL', 'AGENDA', 'REPORT', 'POLICY APPLY', 'PERSON ADD'} <= words
    assert all(v['help'] and v['who'] for v in verbs)
    keys = {k['key']: k for k in c.expect('HELP', verb='BOOK').of('key')}
    assert next(v for v in verbs if v['word'] == 'BOOK')['changes'] == 'yes'
    assert {'what', 'from', 'to', 'for', 'purpose'} <= set(keys)
    assert keys['purpose']['required'] == 'no'
    keys = {k['key']: k for k in c.expect('HELP', verb='AGENDA').of('key')}
    assert keys['what']['required'] == 'yes' and keys['to']['required'] == 'no'


def test_noop_and_quit(daemon):
    with daemon.connect() as c:
        c.expect('NOOP')
        c.expect('QUIT')
        assert [l.split()[:2] for l in c.until_closed()] == [['*', 'BYE']]


def test_status(as_person):
    reply = as_person('alice').expect('STATUS')
    assert reply['pole'] == 'essai' and reply['database'] == 'up'
    assert int(reply['version']) > 0 and int(reply['persons']) >= 6 and int(reply['connections']) >= 1


@pytest.mark.parametrize('line, outcome', [
    ('FROB', 'BAD unknown-verb'),
    ('NOOP now=yes', 'BAD unknown-key'),
    ('BOOK what=van fron=2026-12-05T08:00 for=4h', 'BAD unknown-key'),
    ('BOOK what=van for=4h', 'BAD missing-key'),
    ('BOOK what=van from=tomorrow for=4h', 'BAD bad-value'),
    ('BOOK what=van from=2030-12-05T08:00 for=soon', 'BAD bad-value'),
    ('BOOK what=van what=minibus from=2030-12-05T08:00 for=4h', 'BAD repeated-key'),
    ('BOOK what=van from=2030-12-05T08:00 for=4h to=2030-12-05T12:00', 'BAD bad-combination'),
    ('BOOK what="van from=2030-12-05T08:00', 'BAD syntax'),
    ('SHOW booking=ILLEGAL!', 'BAD bad-value'),
    ('CANCEL booking=BOOOOO dry=perhaps', 'BAD bad-value'),
])
def test_malformed(as_person, line, outcome):
    c = as_person('alice')
    c.write(f"x7 {line}\n".encode())
    reply = c.receive('x7')
    assert reply.outcome == outcome, reply
    assert reply['text']
    c.expect('NOOP')


def test_a_typo_is_named(as_person):
    c = as_person('alice')
    c.write(b'x BOOK what=van fron=2030-12-05T08:00 for=4h\n')
    text = c.receive('x')['text']
    assert 'fron' in text and 'from' in text


def test_crlf_and_case(as_person):
    c = as_person('alice')
    c.write(b'x noop\r\n')
    assert c.receive('x').ok


def test_replies_come_in_order(as_person, day):
    c = as_person('alice')
    tags = []
    for hour in range(8):
        tags.append((c.send('BOOK', what='bench', from_=f"{day}T{hour:02}:00", for_='1h'), 'OK'))
        tags.append((c.send('WHOAMI'), 'OK'))
        tags.append((c.send('SHOW', booking='B00000'), None))
    for tag, outcome in tags:
        reply = c.receive(tag)
        assert outcome is None or reply.outcome == outcome


def test_texts_in_two_languages(daemon, people):
    texts = {}
    for lang in ('en', 'fr'):
        with daemon.connect(people.alice, lang=lang) as c:
            assert c.whoami['lang'] == lang
            texts[lang] = c.refused('NO unknown-resource', 'BOOK', what='helicopter', from_='2030-12-05T08:00', for_='4h')['text']
    assert texts['en'] != texts['fr'] and all('helicopter' in t for t in texts.values())


def test_the_certificate_is_verified(daemon):
    with pytest.raises(ssl.SSLCertVerificationError):
        wire.Connection(daemon.port, None)


def test_old_tls_is_refused(daemon):
    old = ssl.create_default_context(cafile=str(daemon.ca))
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    wire._contexts['old'] = old
    with pytest.raises((ssl.SSLError, ConnectionError)):
        wire.Connection(daemon.port, 'old')
    with daemon.connect() as c:
        assert c.socket.version() == 'TLSv1.3'


@pytest.mark.long
def test_idle_from_the_last_request_on(start):
    """Who speaks stays, however long ago its time began to run; then it is let go once that is over, and not before."""
    one = start(arguments=['--idle-timeout', '2'])
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as speaks, one.connect(token) as silent:
        while not select.select([silent.socket], [], [], 0.1)[0]:
            speaks.expect('NOOP')
        assert silent.until_closed()[-1].startswith('* BYE timeout')
        said_at = time.monotonic()
        speaks.expect('NOOP')
        assert speaks.until_closed()[-1].startswith('* BYE timeout')
        assert time.monotonic() - said_at >= 2


@pytest.mark.long
def test_time_to_authenticate(start):
    one = start(arguments=['--auth-timeout', '1'])
    with one.connect() as c:
        lines = c.until_closed()
        assert lines and lines[-1].startswith('* BYE timeout'), lines
    with one.admin() as c:  # who has authenticated is left alone
        with one.connect() as other:
            other.until_closed()
        c.expect('NOOP')


def test_what_was_asked_before_too_many_errors_is_answered(as_person, day):
    c = as_person('alice')
    asked = ''.join(f"b{n} BOOK what=bench from={day}T{n:02}:00 for=1h\n" for n in range(6))
    c.write((asked + 'x FROB\n' * 20 + f"late BOOK what=bench from={day}T20:00 for=1h\n").encode())
    lines = [l for l in c.until_closed() if l.split()[1] != '-']
    assert [l.split()[:2] for l in lines[:6]] == [[f"b{n}", 'OK'] for n in range(6)], lines
    assert all(l.startswith('x BAD unknown-verb') for l in lines[6:-1]) and len(lines) == 6 + 20 + 1, lines
    assert lines[-1].startswith('* BYE too-many-errors')
    assert len(as_person('anne').expect('LIST', what='bench', from_=f"{day}T00:00", to=f"{day}T24:00").of('booking')) == 6


def unknown_code(c):
    """The code of a number that no booking has."""
    codes = (f"B{a}{b}000" for a in 'XYZ' for b in '0123456789')
    return next(code for code in codes if c.call('SHOW', booking=code).outcome == 'NO unknown-booking')


@pytest.mark.long
@pytest.mark.parametrize('link, verb, args', [
    ('reads', 'LIST', {'state': 'confirmed', 'all': 'yes'}),
    ('reads', 'SHOW', {}),
    ('reports', 'REPORT', {'report': 'usage'}),
])
def test_a_change_waits_for_what_was_asked_before_it(daemon, as_person, day, link, verb, args):
    """The answer to a question shows what was there when it was asked, however long the database thinks about it."""
    c, other = as_person('carla'), as_person('alice')
    code = other.expect('BOOK', what='clock', from_=f"{day}T08:00", for_='1h')['booking']
    args = {'booking': unknown_code(c)} if verb == 'SHOW' else {**args, 'from_': f"{day}T00:00", 'to': f"{day}T24:00"}
    with running.frozen(running.backend(daemon.psql, link)):
        asked, cancelled = c.send(verb, **args), c.send('CANCEL', booking=code)
        other.expect('BOOK', what='bench', from_=f"{day}T08:00", for_='1h')
        assert other.expect('SHOW', booking=code).of('booking')[0]['state'] == 'confirmed'
    answer = c.receive(asked)
    assert verb != 'LIST' or code in {b['booking'] for b in answer.of('booking')}
    assert verb != 'REPORT' or sum(int(r['cancelled']) for r in answer.of('row')) == 0
    assert c.receive(cancelled).ok
