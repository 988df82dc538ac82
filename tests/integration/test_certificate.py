# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate of the daemon's own authority: withdrawn, vouched for and renewed while the daemon runs."""
import shutil
import signal
import socket
import subprocess
import urllib.request

import pytest

import running


def tls(one, name):
    return one.state / 'tls' / name


def handshake(one):
    """What OpenSSL says of a connection, the status of the certificate included."""
    out = subprocess.run(['openssl', 's_client', '-connect', f'localhost:{one.port}', '-CAfile', one.ca, '-status', '-verify_return_error'],
                         stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False).stdout
    assert 'Verify return code: 0 (ok)' in out and 'Cert Status: good' in out, out
    return next(line.strip() for line in out.splitlines() if 'This Update' in line)


def over_http(one, method='GET'):
    request = urllib.request.Request(f'http://127.0.0.1:{one.port}/', method=method, data=b'x' * 100 if method == 'POST' else None)
    with urllib.request.urlopen(request, timeout=10) as reply:
        assert reply.headers['Content-Type'] == 'application/ocsp-response'
        return reply.read()


def test_the_port_of_tls_answers_http_with_the_status(start):
    pole = start()
    status = tls(pole, 'server.ocsp').read_bytes()
    for method in 'GET', 'POST':
        assert over_http(pole, method) == status
    asking = [socket.create_connection(('127.0.0.1', pole.port)) for _ in range(40)]
    for s in asking:
        s.sendall(b'GET / HTTP/1.1\r\n')  # and no more, and never the end
    with pole.admin() as c:
        c.expect('NOOP')
    running.until('all is let go', lambda: all(ended(s) for s in asking))
    assert over_http(pole) == status


def ended(s):
    s.settimeout(0.01)
    try:
        while s.recv(4096):
            pass
        s.close()
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


@pytest.mark.long
def test_it_is_vouched_for_anew_each_day(start):
    """By a daemon that runs on, in every handshake from then on; and after its clock was put back."""
    one = start(clock='+0')
    for offset in '+26h', '+52h', '-30h':
        before = handshake(one)
        one.set_clock(offset)
        running.until('a new word is sent', lambda b=before: handshake(one) != b, pause_s=0.2)


def test_a_stolen_key_is_worth_nothing_a_week_after_it_was_removed(start, folder):
    one = start()
    stolen = folder / 'stolen'
    stolen.mkdir()
    for name in 'server.key', 'server.crt', 'server.ocsp':
        shutil.copy(tls(one, name), stolen)
    tls(one, 'server.key').unlink()
    one.process.send_signal(signal.SIGHUP)
    running.until('another certificate', lambda: tls(one, 'server.crt').read_bytes() != (stolen / 'server.crt').read_bytes())
    handshake(one)
    client = running.Mutual(one, folder)
    client.login('own', one.admin_token())
    client.ok('whoami', profile='own')
    for status, clock, refused in (('stolen/server.ocsp', '+6d', ''), ('stolen/server.ocsp', '-2d', ''),
                                   ('stolen/server.ocsp', '+9d', 'differ by about 9 days'), ('d/tls/server.ocsp', '+0', 'does not hold any more'),
                                   (None, '+0', 'does not hold any more')):
        heard = ' '.join(meet_the_thief(one, folder, status, clock).split())
        assert refused in heard and ('taken the server\'s key' in heard) == bool(refused), (status, clock, heard)


def meet_the_thief(one, folder, status, clock):
    more = ['-status_file', str(folder / status)] if status else []
    with subprocess.Popen(['openssl', 's_server', '-accept', '127.0.0.1:0', '-cert', 'stolen/server.crt', '-key', 'stolen/server.key', '-naccept', '1',
                           *more], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as thief:
        thief.stdin.write(b'* something else\n')
        thief.stdin.flush()
        try:
            port = next(line for line in thief.stdout if line.startswith(b'ACCEPT')).rsplit(b':')[-1].strip().decode()
            return subprocess.run(['faketime', '-f', clock, str(running.build_dir() / 'client' / 'mutual'), 'login', f'localhost:{port}', '--ca',
                                   str(one.ca), '--token', 'x'], capture_output=True, text=True, timeout=60, check=False,
                                  env={'HOME': str(folder), 'LC_ALL': 'C.UTF-8', 'PATH': '/usr/bin:/bin',
                                       'ASAN_OPTIONS': 'verify_asan_link_order=0'}).stderr
        finally:
            thief.kill()


@pytest.mark.parametrize('arguments', [['--names', 'pole.example.org'], ['--names', '2001:db8::7', '--listen', '127.0.0.1:0']])
def test_it_names_where_its_status_is(start, arguments):
    one = start(arguments=arguments)
    url = subprocess.run(['openssl', 'x509', '-in', tls(one, 'server.crt'), '-noout', '-ocsp_uri'], check=True, capture_output=True, text=True).stdout
    host = arguments[1] if ':' not in arguments[1] else f'[{arguments[1]}]'
    assert url == f'http://{host}:{one.port}/\n'
