# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever bytes come, there is an answer or a goodbye, memory stays flat, and everyone else is served."""
import os
import random
import select
import socket
import ssl

import pytest

import running
import wire

ENDLESS_MB = int(os.environ.get('MUTUALD_ENDLESS_MB', '256'))
FLAT_KIB = 16 * 1024  # allocators keep some; a line that is kept whole would be sixteen times that

pytestmark = pytest.mark.long


@pytest.fixture(scope='module')
def victim():
    with running.short_folder() as made:
        one = running.Daemon(made, arguments=['--auth-timeout', '2', '--max-connections', '40']).start()
        one.token, _ = one.person('Victim Test', 'm01')
        with one.connect(one.token) as c:  # warm: caches and first allocations are not growth
            for _ in range(50):
                c.expect('RESOURCES')
        yield one
        one.stop()


@pytest.fixture(autouse=True)
def still_well(victim):
    """After each attack: memory and descriptors as before, and a good client is served."""
    memory, descriptors = victim.resident_kib(), victim.descriptors()
    yield
    running.until('descriptors are given back', lambda: victim.descriptors() <= descriptors)
    with victim.connect(victim.token) as c:
        c.expect('BOOK', what='bench', from_='2030-01-01T08:00', for_='1h', dry='yes')
    grown = victim.resident_kib() - memory
    assert grown < FLAT_KIB, f"memory grew by {grown} KiB"


def plain(victim):
    s = socket.create_connection(('127.0.0.1', victim.port), 30)
    s.settimeout(30)
    return s


def until_end(s):
    """Everything up to the end, which must come: recv() has a deadline."""
    got = b''
    try:
        while chunk := s.recv(65536):
            got += chunk
    except ConnectionError:
        pass
    return got


@pytest.mark.parametrize('known', [True, False])
def test_a_line_without_end(victim, known):
    c = victim.connect(victim.token if known else None)
    chunk = b'x' * (1 << 20)
    peak = victim.resident_kib()
    try:
        for n in range(ENDLESS_MB):
            c.write(chunk)
            if n % 16 == 0:
                peak = max(peak, victim.resident_kib())
        c.write(b'\nafter NOOP\n')
    except (ConnectionError, ssl.SSLError):
        pass
    lines = c.until_closed() if not known else read_some(c)
    c.close()
    assert lines, 'neither an answer nor a goodbye'
    assert lines[0].split()[1:3] in (['BAD', 'too-long-line'], ['BYE', 'timeout'], ['BYE', 'too-long-line']), lines
    assert not known or lines[-1].startswith('after OK'), lines
    assert peak - victim.resident_kib() < FLAT_KIB


def read_some(c):
    lines = []
    try:
        while not lines or not lines[-1].startswith('after '):
            lines.append(c.read_raw_line().decode())
    except wire.Broken:
        pass
    return lines


@pytest.mark.parametrize('line', [
    b'x NOOP\0',
    b'x BOOK what=van\0 from=2030-01-01T08:00 for=1h',
    b'\0' * 1000,
    b'x BOOK what=\xff\xfe from=2030-01-01T08:00 for=1h',
    b'x BOOK what=\xc0\xaf',
    b'x BOOK what=\xed\xa0\x80',
    b'x BOOK what=\xf4\x90\x80\x80',
    b'x BOOK purpose="\xe2\x82"',
    b'\xff' * 60000,
    b'x BOOK ' + b'a=b ' * 10000,
    b'x BOOK ' + b'what=van ' * 5000,
    b'x ' + b'BOOK ' * 10000,
    b'=',
    b' ',
    b'"',
    b'x BOOK what="',
    b'x BOOK what="\\',
    b'*',
    b'* OK',
    b'x ' + b'Z' * 65000,
    b'x BOOK what=van from=9999999999999999999-01-01T00:00 for=1h',
    b'x BOOK what=van from=2030-01-01T08:00 for=99999999999999999999w',
    b'x LIST count=999999999999999999999999',
    b'x FIND from=1970-01-01 to=2199-12-31',
    b'x AGENDA what=van from=1970-01-01 to=2199-12-31',
    b'GET / HTTP/1.1',
    b'\x1b[2J\x07',
])
def test_hostile_lines(victim, line):
    with victim.connect(victim.token) as c:
        c.write(line + b'\nafter NOOP\n')
        lines = read_some(c)
    assert lines and (lines[-1].startswith('after OK') or lines[-1].startswith('* BYE')), lines
    if lines[-1].startswith('after'):
        finals = [l for l in lines if l.split()[1] != '-' and not l.startswith('* ')] + [l for l in lines if l.startswith('* BAD')]
        assert len(finals) == 2, f"one answer for one line: {lines[:3]}"


def test_an_empty_line_is_harmless(victim):
    with victim.connect(victim.token) as c:
        c.write(b'\n\r\n\nafter NOOP\n')
        lines = read_some(c)
        assert lines[-1].startswith('after OK') or lines[-1].startswith('* BYE')


def test_random_bytes_in_lines(victim):
    seed = 20270328
    rng = random.Random(seed)
    with victim.connect(victim.token) as c:
        for n in range(60):
            junk = rng.randbytes(rng.randrange(1, 400)).replace(b'\n', b'.')
            c.write(junk + b'\nafter NOOP\n')
            lines = read_some(c)
            if not lines[-1].startswith('after'):
                assert lines[-1].startswith('* BYE'), (seed, n, lines)
                break


def test_too_many_errors_end_it(victim):
    with victim.connect(victim.token) as c:
        try:
            for _ in range(20):
                c.write(b'x FROB\n' * 100)
        except (ConnectionError, ssl.SSLError):
            pass
        lines = c.until_closed()
    assert lines[-1].startswith('* BYE too-many-errors'), lines[-1]


def test_guessing_tokens(victim):
    with victim.connect() as c:
        try:
            for _ in range(50):
                c.write(b'x AUTH token=AAAAAAAAAAAAAAAAAAAAAAAAAA\n')
        except (ConnectionError, ssl.SSLError):
            pass
        lines = c.until_closed()
    assert sum(' NO auth' in l for l in lines) < 50 and lines[-1].startswith('* BYE'), lines[-2:]


@pytest.mark.parametrize('garbage', [
    b'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    b'\0' * 4096,
    b'\x16\x03\x01\xff\xff' + b'\xaa' * 5000,
    b'\x16\x03\x03\x00\x04\x01\x00\x00\x00',
    b'x NOOP\n',
    random.Random(7).randbytes(100000),
])
def test_handshake_garbage(victim, garbage):
    with plain(victim) as s:
        try:
            s.sendall(garbage)
        except ConnectionError:
            pass
        until_end(s)


def client_hello(victim):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = wire.context(victim.ca).wrap_bio(incoming, outgoing, server_hostname='localhost')
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return tls, incoming, outgoing


@pytest.mark.parametrize('sent', [0, 1, 5, 100, None])
def test_half_a_handshake_then_silence(victim, sent):
    hello = client_hello(victim)[2].read()
    with plain(victim) as s:
        s.sendall(hello[:sent])
        until_end(s)


def test_half_a_record_then_silence(victim):
    """After a whole handshake: the daemon waits for the rest of a record no longer than for AUTH."""
    tls, incoming, outgoing = client_hello(victim)
    with plain(victim) as s:
        while True:
            s.sendall(outgoing.read())
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                incoming.write(s.recv(65536))
        tls.write(b'1 AUTH token=' + b'A' * 8000 + b'\n')
        record = outgoing.read()
        s.sendall(record[:len(record) // 2])
        assert until_end(s)


def test_renegotiation_and_junk_after_the_handshake(victim):
    with victim.connect() as c:
        raw = c.socket.detach()
    s = socket.socket(fileno=raw)
    with s:
        s.settimeout(30)
        s.sendall(b'\x17\x03\x03\x00\x20' + b'\x55' * 32)
        until_end(s)


def test_a_reader_that_does_not_read(victim):
    """Asks and asks and never reads: the daemon stops reading from it, or ends it; it does not keep what nobody fetches."""
    c = victim.connect(victim.token)
    c.socket.settimeout(0)
    request = b'x HELP\n' * 200
    sent = 0
    while sent < 64 << 20:
        if not select.select([], [c.socket], [], 3)[1]:
            break
        try:
            sent += c.socket.send(request)
        except (ssl.SSLWantWriteError, BlockingIOError):
            continue
        except (ConnectionError, ssl.SSLError):
            break
    assert sent < 64 << 20, 'it took 64 MB of requests without an end'
    with victim.connect(victim.token) as other:
        other.expect('NOOP')
    c.close()


def test_requests_and_gone(victim):
    """Clients that leave in the middle of everything."""
    for n in range(60):
        c = victim.connect(victim.token)
        c.write(b'x BOOK what=bench from=2030-02-01T08:00 for=1h\n' * 5 + b'x LIST all=yes\nx BOOK wh')
        if n % 3 == 0:
            c.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
        elif n % 3 == 1:
            c.socket.shutdown(socket.SHUT_WR)
        c.close()


def test_connections_have_a_limit(victim):
    opened, ended = [], None
    try:
        for _ in range(60):
            try:
                opened.append(victim.connect(victim.token))
            except (wire.Broken, ConnectionError, ssl.SSLError, AssertionError) as e:
                ended = e
                break
        assert ended is not None and 20 <= len(opened) <= 40, len(opened)
        opened[0].expect('NOOP')
    finally:
        for c in opened:
            c.close()

    def admitted():
        try:
            victim.connect(victim.token).close()
            return True
        except (wire.Broken, ConnectionError, ssl.SSLError, AssertionError):
            return False
    running.until('there is room again', admitted)
