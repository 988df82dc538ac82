# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against a scripted TLS server: who it trusts, what it sends, how it bears loss, and how it ends.

Usage: test_connection.py PATH_OF_MUTUAL [PART/OF]
"""
import itertools
import json
import os
import pathlib
import pty
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

MUTUAL = sys.argv.pop(1) if len(sys.argv) > 1 else 'mutual'
PART = [int(n) for n in sys.argv.pop(1).split('/')] if len(sys.argv) > 1 and re.fullmatch(r'\d+/\d+', sys.argv[1]) else [1, 1]
GREETING = '* MUTUAL/1 ready server="scripted"'
WHO = 'OK person=p17 member=m11 pole=essai zone=Europe/Paris roles=member name="Anna" lang=en'
HANG_UP = object()


def openssl(*arguments):
    subprocess.run(['openssl', *arguments], check=True, capture_output=True)


def make_ca(folder, name):
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', f'/CN={name}',
            '-keyout', folder / f'{name}.key', '-out', folder / f'{name}.crt')


def make_certificate(folder, name, names, ca, more=''):
    extensions = folder / f'{name}.ext'
    extensions.write_text(f'subjectAltName={names}\n{more}')
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', f'/CN={name}',
            '-keyout', folder / f'{name}.key', '-out', folder / f'{name}.csr')
    openssl('x509', '-req', '-in', folder / f'{name}.csr', '-CA', folder / f'{ca}.crt', '-CAkey', folder / f'{ca}.key',
            '-CAcreateserial', '-days', '1', '-extfile', extensions, '-out', folder / f'{name}.crt')


def make_status(folder, name, certificate, ca, withdrawn=False, days=7, signer=None, at='+0'):
    """What the CA says of a certificate, `at` so long from now, for so many days."""
    serial = subprocess.run(['openssl', 'x509', '-in', folder / f'{certificate}.crt', '-noout', '-serial'], check=True, capture_output=True,
                            text=True).stdout.strip().split('=')[1]
    (folder / 'index').write_text(f"{'R' if withdrawn else 'V'}\t491231235959Z\t{'250101000000Z' if withdrawn else ''}\t{serial}\tunknown\t/CN=x\n")
    subprocess.run(['faketime', '-f', at, 'openssl', 'ocsp', '-index', folder / 'index', '-rsigner', folder / f'{signer or ca}.crt', '-rkey',
                    folder / f'{signer or ca}.key', '-CA', folder / f'{ca}.crt', '-issuer', folder / f'{ca}.crt', '-cert', folder / f'{certificate}.crt',
                    '-ndays', str(days), '-respout', folder / name], check=True, capture_output=True)
    return folder / name


class Server:
    """Answers each request line with what `answer(line)` gives: lines whose TAG is filled in, or HANG_UP."""

    def __init__(self, folder, certificate, answer, port=0):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / f'{certificate}.crt', folder / f'{certificate}.key')
        self.answer, self.who = answer, WHO
        self.lines = []
        self.listener = socket.create_server(('127.0.0.1', port))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            try:
                with self.context.wrap_socket(plain, server_side=True) as stream:
                    self.serve(stream)
            except OSError:
                plain.close()

    def serve(self, stream):
        stream.sendall((GREETING + '\n').encode())
        with stream.makefile('rb') as lines:
            for raw in lines:
                line = raw.decode().rstrip('\n')
                tag, verb = line.split(' ')[:2]
                if verb == 'HELLO':
                    said = ['TAG OK server="scripted" protocol=MUTUAL/1 lang=en']
                elif verb == 'AUTH':
                    said = ['TAG ' + self.who]
                else:
                    self.lines.append(line)
                    said = self.answer(line)
                if said is HANG_UP:
                    return
                stream.sendall(''.join(re.sub('^TAG', tag, s) + '\n' for s in said).encode())

    def close(self):
        if self.listener.fileno() >= 0:
            self.listener.shutdown(socket.SHUT_RDWR)  # or accept() goes on in its thread
            self.listener.close()


class Client(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix='mutual-'))
        make_ca(cls.folder, 'ca')
        make_ca(cls.folder, 'other-ca')
        make_certificate(cls.folder, 'good', 'DNS:localhost,IP:127.0.0.1', 'ca')
        make_certificate(cls.folder, 'vouched', 'DNS:localhost', 'ca', 'tlsfeature=status_request\n')
        make_certificate(cls.folder, 'elsewhere', 'DNS:pole.example.org,IP:192.0.2.1', 'ca')

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def setUp(self):
        self.config = self.folder / self.id().rsplit('.', 1)[-1]
        self.environment = {**os.environ, 'XDG_CONFIG_HOME': str(self.config), 'LC_ALL': 'C.UTF-8', 'NO_COLOR': '1'}
        self.environment.pop('MUTUAL_PROFILE', None)

    def server(self, answer=lambda line: ['TAG OK'], certificate='good'):
        server = Server(self.folder, certificate, answer)
        self.addCleanup(server.close)
        return server

    def mutual(self, *arguments, stdin='', clock=None):
        """clock: another one than this machine's, as faketime writes it."""
        command = ['faketime', '-f', clock, MUTUAL] if clock else [MUTUAL]
        environment = self.environment | ({'ASAN_OPTIONS': 'verify_asan_link_order=0'} if clock else {})
        return subprocess.run([*command, *map(str, arguments)], env=environment, input=stdin.encode(), capture_output=True, timeout=60)

    def several(self, *answers, certificates=('good', 'good')):
        """Servers that answer one after the other, whoever is asked: each is given the next of the answers."""
        left = list(answers)
        servers = [self.server(lambda line: left.pop(0), certificate) for certificate in certificates]
        self.assertEqual(self.login_to(*(f'localhost:{s.port}' for s in servers)).returncode, 0)
        return servers

    def login_to(self, *addresses):
        return self.mutual('login', ','.join(addresses), '--ca', self.folder / 'ca.crt', stdin='SECRET\n')

    def nobody(self):
        """An address where nobody listens."""
        with socket.create_server(('127.0.0.1', 0)) as taken:
            return f'localhost:{taken.getsockname()[1]}'

    def on_a_terminal(self, *arguments):
        """What is said on a terminal."""
        ours, theirs = pty.openpty()
        done = subprocess.run([MUTUAL, *map(str, arguments)], env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=theirs, timeout=60)
        os.close(theirs)
        said = b''
        try:
            while more := os.read(ours, 4096):
                said += more
        except OSError:
            pass
        os.close(ours)
        return done, said.decode().replace('\r\n', '\n')

    def login(self, server, host='localhost', ca='ca'):
        return self.mutual('login', f'{host}:{server.port}', '--ca', self.folder / f'{ca}.crt', stdin='SECRET\n')

    def logged_in(self, answer, **more):
        server = self.server(answer, **more)
        self.assertEqual(self.login(server).returncode, 0)
        return server

    def test_login_keeps_what_it_needs(self):
        for host in 'localhost', '127.0.0.1':
            done = self.login(self.server(), host)
            self.assertEqual((done.returncode, done.stderr), (0, b''))
        file = self.config / 'mutual' / 'credentials'
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertIn('token=SECRET\n-----BEGIN CERTIFICATE-----', file.read_text())
        self.assertNotIn(b'SECRET', done.stdout + done.stderr)

    def test_strangers_are_not_spoken_to(self):
        for certificate, host, ca, said in (('good', 'localhost', 'other-ca', b'not issued by the CA'),
                                            ('elsewhere', 'localhost', 'ca', b'for another name'),
                                            ('elsewhere', '127.0.0.1', 'ca', b'for another name')):
            spoken = []
            server = self.server(lambda line: spoken.append(line) or ['TAG OK'], certificate)
            done = self.login(server, host, ca)
            self.assertEqual(done.returncode, 3)
            self.assertIn(said, done.stderr)
            self.assertEqual(spoken, [])
            self.assertFalse((self.config / 'mutual').exists())

    def handshake(self, certificate, status, clock=None):
        """What the client says to a server that comes with this word of its authority, and knows nothing but TLS."""
        more = ['-status_file', status] if status else []
        with subprocess.Popen(['openssl', 's_server', '-accept', '127.0.0.1:0', '-cert', self.folder / f'{certificate}.crt', '-key',
                               self.folder / f'{certificate}.key', '-naccept', '1', *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as server:
            server.stdin.write(b'* something else\n')
            server.stdin.flush()
            try:
                port = next(line for line in server.stdout if line.startswith(b'ACCEPT')).rsplit(b':')[-1].strip().decode()
                done = self.mutual('login', f'localhost:{port}', '--ca', self.folder / 'ca.crt', '--token', 'x', clock=clock)
            finally:
                server.kill()
        self.assertEqual(done.returncode, 3)
        self.assertNotIn(b'Sanitizer', done.stderr)
        return done.stderr

    def test_a_certificate_that_is_not_vouched_for_any_more(self):
        names = (f'status-{i}' for i in itertools.count())

        def say(**how):
            return make_status(self.folder, next(names), ca='ca', **how)
        (self.folder / 'later').write_bytes(b'0\x03\x0a\x01\x03')  # "try later"
        for status, said in ((say(certificate='vouched'), None),
                             (say(certificate='vouched', at='+20h'), None),  # clocks differ
                             (say(certificate='vouched', at='-174h', days=7), None),
                             (None, b'does not say that it still holds'),
                             (self.folder / 'later', b'does not say that it still holds'),
                             (say(certificate='vouched', withdrawn=True), b'has withdrawn it'),
                             (say(certificate='good'), b'has withdrawn it'),
                             (say(certificate='vouched', signer='other-ca'), b'does not come from its authority'),
                             (say(certificate='vouched', signer='good'), b'does not come from its authority')):
            heard = self.handshake('vouched', status)
            self.assertEqual(b'its certificate does not hold any more: ' in heard and b'Nothing was sent' in heard, bool(said), heard)
            self.assertIn(said or b'', heard)
        self.assertNotIn(b'certificate', self.handshake('good', None))

    def test_clocks_that_differ(self):
        """It is said which is which and by how much; that a key may be stolen only where it may."""
        for at, in_english, in_french in (('-9d', 'about 9 days (', 'diffèrent d\'environ 9 jours ('),
                                          ('-400d', 'about 400 days (', 'diffèrent d\'environ 400 jours ('),
                                          ('+26h', 'about 26 hours (', 'diffèrent d\'environ 26 heures ('),
                                          ('+30d', 'about 30 days (', 'diffèrent d\'environ 30 jours (')):
            status = make_status(self.folder, f'status{at}', 'vouched', 'ca', at=at)
            for language, said in (('en', in_english), ('fr', in_french)):
                self.environment['LC_ALL'] = {'en': 'C.UTF-8', 'fr': 'fr_FR.UTF-8'}[language]
                heard = ' '.join(self.handshake('vouched', status).decode().split())
                self.assertIn(said, heard)
                self.assertIn({'en': 'Set the one that is wrong', 'fr': 'Mettez à l\'heure'}[language], heard)
                self.assertEqual(at[0] == '-', {'en': 'taken the server\'s key', 'fr': 'pris la clé'}[language] in heard, heard)

    def test_a_certificate_that_is_not_valid_yet(self):
        heard = ' '.join(self.handshake('vouched', None, clock='-3d').decode().split())
        self.assertRegex(heard, r'differ by about 3 days \(.* here, .* there, UTC\)\. Nothing was sent')

    def test_nobody_there(self):
        with socket.create_server(('127.0.0.1', 0)) as taken:
            port = taken.getsockname()[1]
        done = self.mutual('login', f'127.0.0.1:{port}', '--ca', self.folder / 'ca.crt', '--token', 'x')
        self.assertEqual(done.returncode, 3)
        self.assertIn(b'cannot be reached (127.0.0.1: Connection refused)', done.stderr)

    def test_not_tls(self):
        with socket.create_server(('127.0.0.1', 0)) as plain:
            def greet():
                peer, _ = plain.accept()
                peer.sendall(b'220 mail.example.org ESMTP\r\n')
                peer.recv(4096)
                peer.close()
            threading.Thread(target=greet, daemon=True).start()
            done = self.mutual('login', f'127.0.0.1:{plain.getsockname()[1]}', '--ca', self.folder / 'ca.crt', '--token', 'x')
        self.assertEqual(done.returncode, 3)
        self.assertIn(b'no secure connection', done.stderr)

    def test_not_logged_in(self):
        done = self.mutual('list')
        self.assertEqual(done.returncode, 4)
        self.assertIn(b'mutual login SERVER', done.stderr)

    BOOKED = ['TAG OK booking=B7K3QF state=confirmed resource=van unit=van-2 from=2026-12-05T08:00+01:00 to=2026-12-05T12:00+01:00 '
              'member=m11']

    def test_book(self):
        server = self.logged_in(lambda line: self.BOOKED)
        done = self.mutual('book', 'van', '2026-12-05', '08:00', '4h', '--purpose', 'Marché de Noël')
        self.assertEqual(done.returncode, 0)
        self.assertIn('van-2', done.stdout.decode())
        self.assertIn('B7K3QF', done.stdout.decode())
        self.assertRegex(server.lines[0], r'^\d+ BOOK key=[0-9a-f]{32} what=van from=2026-12-05T08:00 for=4h purpose="Marché de Noël"$')
        record = json.loads(self.mutual('book', 'van', '2026-12-05', '08:00-12:00', '--json').stdout)
        self.assertEqual((record['booking'], record['unit'], record['dry']), ('B7K3QF', 'van-2', None))
        self.assertIn('from=2026-12-05T08:00 to=2026-12-05T12:00', server.lines[1])
        self.assertNotEqual(re.search('key=(\\S+)', server.lines[0])[1], re.search('key=(\\S+)', server.lines[1])[1])

    def test_a_lost_connection_is_tried_once_more_with_the_same_key(self):
        answers = [HANG_UP, self.BOOKED]
        server = self.logged_in(lambda line: answers.pop(0))
        done = self.mutual('book', 'van', '2026-12-05', '08:00', '4h')
        self.assertEqual((done.returncode, done.stderr), (0, b''))
        self.assertEqual(len(server.lines), 2)
        self.assertEqual(server.lines[0], server.lines[1])

    def test_a_connection_lost_again_and_again_leaves_the_key(self):
        server = self.logged_in(lambda line: HANG_UP)
        done = self.mutual('cancel', 'B7K3QF', '--key', 'mine')
        self.assertEqual(done.returncode, 3)
        self.assertIn(b'--key mine', done.stderr)
        self.assertEqual((len(server.lines), len(set(server.lines))), (4, 1))
        self.assertEqual(self.mutual('list').returncode, 3)
        self.assertLess(len(server.lines), 8)

    def test_a_server_that_goes_away_is_followed_by_another(self):
        for leaves in (HANG_UP, ['TAG ERR shutting-down text="The server is stopping"'], ['TAG ERR unavailable retry=0 text=x'],
                       ['TAG ERR unknown-outcome retry=0 text=x']):
            servers = self.several(leaves, self.BOOKED)
            done = self.mutual('book', 'van', '2026-12-05', '08:00', '4h')
            self.assertEqual((done.returncode, done.stderr), (0, b''), leaves)
            self.assertEqual([len(s.lines) for s in servers], [1, 1], leaves)
            self.assertEqual(servers[0].lines, servers[1].lines)
        servers = self.several(HANG_UP, ['TAG OK count=0'])
        self.assertEqual(self.mutual('list').returncode, 0)
        self.assertEqual([len(s.lines) for s in servers], [1, 1])

    def test_the_outcome_is_unknown_wherever_it_was_asked(self):
        self.several(['TAG ERR unknown-outcome retry=0 text="Nobody knows"'], HANG_UP, HANG_UP, HANG_UP, HANG_UP)
        done = self.mutual('cancel', 'B7K3QF', '--json')
        self.assertEqual(json.loads(done.stdout)['failed'], 'unknown-outcome')
        self.assertIn(b'not known', done.stderr)

    def test_one_person_goes_to_one_server(self):
        servers = self.several(*[['TAG OK count=0']] * 8)
        for _ in range(4):
            self.assertEqual(self.mutual('list').returncode, 0)
        self.assertEqual(sorted(len(s.lines) for s in servers), [0, 4])
        spread = set()
        for token in range(40):
            self.mutual('login', f'localhost:{servers[0].port},localhost:{servers[1].port}', '--ca', self.folder / 'ca.crt', '--token',
                        f'T{token}')
            before = len(servers[0].lines)
            servers[0].answer = servers[1].answer = lambda line: ['TAG OK count=0']
            self.mutual('list')
            spread.add(len(servers[0].lines) > before)
            if len(spread) == 2:
                break
        self.assertEqual(spread, {True, False})

    def test_one_of_several_is_not_there(self):
        for _ in range(4):  # whatever the order is
            server, gone = self.server(lambda line: ['TAG OK count=0']), self.nobody()
            done = self.login_to(f'localhost:{server.port}', gone)
            self.assertEqual(done.returncode, 0)
            self.assertIn(f'{gone} cannot be reached', done.stderr.decode())
            self.assertIn(f'{gone} is kept in the list', done.stderr.decode())
            done = self.mutual('list')
            self.assertEqual((done.returncode, done.stderr), (0, b''))

    def test_none_of_several_is_there(self):
        server, gone = self.server(), self.nobody()
        self.assertEqual(self.login_to(f'localhost:{server.port}', gone).returncode, 0)
        here = f'localhost:{server.port}'
        server.close()
        done = self.mutual('list')
        self.assertEqual((done.returncode, len(done.stderr.splitlines())), (3, 2))
        for address in here, gone:
            self.assertIn(f'{address} cannot be reached', done.stderr.decode())

    def test_a_silent_server_is_not_waited_for_long(self):
        with socket.create_server(('127.0.0.1', 0)) as silent:  # the kernel accepts, nobody answers
            server = self.server(lambda line: ['TAG OK count=0'])
            begun = time.monotonic()
            self.assertEqual(self.login_to(f'localhost:{server.port}').returncode, 0)
            self.environment['MUTUAL_SERVER'] = f'localhost:{silent.getsockname()[1]},localhost:{server.port}'
            done = self.mutual('list')
            self.assertEqual((done.returncode, done.stderr), (0, b''))
            self.assertLess(time.monotonic() - begun, 10)

    def test_a_change_waits_for_the_server(self):
        server = self.logged_in(lambda line: self.BOOKED)
        gone = self.nobody()
        port = int(gone.split(':')[1])
        late = []

        def come():
            time.sleep(1)
            late.append(Server(self.folder, 'good', lambda line: self.BOOKED, port))
        self.environment['MUTUAL_SERVER'] = gone
        self.assertEqual(self.mutual('list').returncode, 3)
        self.assertEqual(self.mutual('cancel', 'B7K3QF', '--dry-run').returncode, 3)
        thread = threading.Thread(target=come)
        thread.start()
        done = self.mutual('book', 'van', '2026-12-05', '08:00', '4h')
        thread.join()
        late[0].close()
        self.assertEqual((done.returncode, done.stderr, len(late[0].lines), server.lines), (0, b'', 1, []))

    def test_a_stranger_among_the_servers_is_told(self):
        good, stranger = self.server(lambda line: ['TAG OK count=0']), self.server(certificate='elsewhere')
        self.assertEqual(self.login(good).returncode, 0)
        told = set()
        for token in range(40):  # whoever is first
            self.mutual('login', f'localhost:{good.port}', '--ca', self.folder / 'ca.crt', '--token', f'T{token}')
            done = self.mutual('list', '--server', f'localhost:{good.port},localhost:{stranger.port}')
            self.assertEqual((done.returncode, stranger.lines), (0, []))
            told.add(b'for another name' in done.stderr)
            if len(told) == 2:
                break
        self.assertEqual(told, {True, False})

    def test_a_wrong_token_is_not_tried_elsewhere(self):
        servers = self.several()
        for s in servers:
            s.who = 'NO auth text="This token is not valid"'
        done = self.mutual('list')
        self.assertEqual((done.returncode, len(done.stderr.splitlines())), (4, 1))
        self.assertIn(f'mutual login localhost:{servers[0].port},localhost:{servers[1].port}', done.stderr.decode())

    def test_other_servers_than_the_profiles(self):
        usual = self.logged_in(lambda line: ['TAG OK count=0'])
        other = self.server(lambda line: ['TAG OK count=0'])
        self.mutual('list', '--server', f'localhost:{other.port}')
        self.environment['MUTUAL_SERVER'] = f'localhost:{other.port}'
        self.mutual('list')
        self.mutual('list', '--server', f'localhost:{usual.port}')
        self.assertEqual((len(usual.lines), len(other.lines)), (1, 2))
        for wrong in 'a,,b', 'a b', ',', 'a,a', ','.join('abcdefghi'):
            done = self.mutual('list', '--server', wrong)
            self.assertEqual(done.returncode, 2, wrong)
            self.assertIn(b'is not a server', done.stderr)
        other.answer = lambda line: ['TAG ERR unavailable retry=60 text=x']
        done = self.mutual('cancel', 'B7K3QF', '--server', f'localhost:{other.port}')
        self.assertIn(f'mutual --server localhost:{other.port} cancel B7K3QF --key '.encode(), b' '.join(done.stderr.split()))

    def test_a_terminal_is_told_what_is_waited_for(self):
        servers = self.several(HANG_UP, ['TAG OK count=0'], HANG_UP, ['TAG OK count=0'])
        names = {f'localhost:{s.port}' for s in servers}
        done, said = self.on_a_terminal('list')
        match = re.fullmatch(r'mutual: (\S+) does not answer; trying (\S+) \.\.\.\n', said)
        self.assertTrue(done.returncode == 0 and match and {match[1], match[2]} == names, said)
        done, said = self.on_a_terminal('list', '--lang', 'fr')
        self.assertRegex(said, r'^mutual: \S+ ne répond pas ; essai de \S+ \.\.\.\n$')

    def test_a_policy_is_not_uploaded_by_halves(self):
        for lost_at in 1, 2, 3:  # RESET would do it anew elsewhere; what follows must not
            servers = self.several(*[HANG_UP if n == lost_at else ['TAG OK count=0'] for n in range(9)])
            done = self.mutual('policy', 'apply', self.policy({'a.yaml': 'a: 1\n', 'b.yaml': 'b: 1\n'}), '--yes')
            self.assertEqual(done.returncode, 3)
            self.assertEqual(sorted(len(s.lines) for s in servers), [0, lost_at + 1], lost_at)

    def test_an_unknown_outcome_is_asked_again_with_the_same_key(self):
        answers = [['TAG ERR unknown-outcome retry=1 text=x'], ['TAG ERR unavailable retry=0 text=x'], self.BOOKED]
        server = self.logged_in(lambda line: answers.pop(0))
        done = self.mutual('book', 'van', '2026-12-05', '08:00', '4h')
        self.assertEqual((done.returncode, done.stderr), (0, b''))
        self.assertEqual((len(server.lines), len(set(server.lines))), (3, 1))

    def test_an_outcome_that_stays_unknown_leaves_a_command(self):
        said = [['TAG ERR unknown-outcome retry=60 text="Nobody knows"']]
        booking = ['TAG - booking booking=B7K3QF state=confirmed resource=van from=2027-01-09T08:00+01:00 to=2027-01-09T12:00+01:00',
                   'TAG OK']
        server = self.logged_in(lambda line: booking if ' SHOW ' in line else ['TAG OK'] if ' POLICY PUT' in line or ' RESET' in line
                                else ['TAG OK dry=yes'] if ' dry=yes' in line else said[0])
        path = f'{pathlib.Path(MUTUAL).parent}:{os.environ["PATH"]}'
        for arguments in (['book', 'van', '+2h', '4h', '--purpose', "l'été; `id`", '--member', 'm11', '--person', 'p1'],
                          ['book', 'cold-room', '2027-01-09', '3d', '--unit', 'x'], ['move', 'B7K3QF', '14:00-15:00'],
                          ['extend', 'B7K3QF', '+1h'], ['cancel', 'B7K3QF', '--key', 'mine'],
                          ['person', 'add', 'Anna Martin', '--member', 'm02', '--mail', 'a@b.c', '--roles', 'member'],
                          ['person', 'token', 'p17', '--keep'],
                          ['policy', 'apply', self.policy({'x.yaml': 'a: 1\n'}), '--yes', '--reason', 'why not']):
            done = self.mutual(*arguments)
            self.assertEqual(done.returncode, 3, arguments)
            first = server.lines[-1]
            command = done.stderr.decode().splitlines()[-1].strip()
            self.assertIn(' --key ', command)
            pasted = subprocess.run(['sh', '-c', command], env={**self.environment, 'PATH': path}, capture_output=True, timeout=60)
            self.assertEqual(pasted.returncode, 3, command)
            self.assertEqual(server.lines[-1].split(' ', 1)[1], first.split(' ', 1)[1])
        said[0] = ['TAG ERR unavailable retry=60 text="Away"']
        done = self.mutual('cancel', 'B7K3QF', '--json')
        self.assertIn(b'nothing was done', done.stderr)
        self.assertEqual(json.loads(done.stdout)['failed'], 'unavailable')
        self.assertRegex(json.loads(done.stdout)['command'], '^mutual cancel B7K3QF --key [0-9a-f]{32}$')
        self.assertEqual(self.mutual('cancel', 'B7K3QF', '--dry-run').returncode, 0)

    def test_a_database_that_goes_away_leaves_it_unknown(self):
        answers = [['TAG ERR unknown-outcome retry=0 text="Nobody knows"'], ['TAG ERR unavailable retry=60 text="Nothing was changed"']]
        self.logged_in(lambda line: answers.pop(0))
        done = self.mutual('cancel', 'B7K3QF', '--json')
        self.assertEqual(json.loads(done.stdout)['failed'], 'unknown-outcome')
        self.assertIn(b'not known', done.stderr)
        self.assertNotIn(b'Nothing was changed', done.stderr)

    def test_a_wrong_token_is_one_line(self):
        server = self.server()
        server.who = 'NO auth text="This token is not valid"'
        done = self.login(server)
        self.assertEqual((done.returncode, len(done.stderr.splitlines())), (4, 1))

    def test_the_database_is_away(self):
        booking = 'TAG - booking booking=B7K3QF state=confirmed resource=van from=2027-01-09T08:00+01:00 to=2027-01-09T12:00+01:00'
        self.logged_in(lambda line: [booking, 'TAG OK count=1 as-of=2026-11-23T07:41+01:00'])
        done = self.mutual('list')
        self.assertRegex(done.stderr.decode(), r'^mutual: as of Mon 23 Nov( 2026)? 07:41: the server has had no news from its database since\n$')
        done = self.mutual('list', '--lang', 'fr')
        self.assertRegex(done.stderr.decode(), r'^mutual: état au lun. 23 nov.( 2026)? 07:41 : depuis, le serveur est sans nouvelles de sa base de données\n$')

    def test_what_is_refused_is_an_object_with_json(self):
        self.logged_in(lambda line: ['TAG OK'] if ' POLICY PUT' in line or ' RESET' in line else ['TAG NO forbidden text="Not yours"'])
        for arguments in (['list'], ['show', 'B7K3QF'], ['agenda', 'van'], ['resources'], ['status'], ['person', 'list'],
                          ['report', 'usage', '--from', '2026', '--to', '2026'], ['policy', 'history'], ['move', 'B7K3QF', '14:00'],
                          ['policy', 'plan', self.policy({'x.yaml': 'a: 1\n'})]):
            done = self.mutual(*arguments, '--json')
            data = json.loads(done.stdout)
            self.assertEqual((done.returncode, data['refused'], data['text']), (4, 'forbidden', 'Not yours'), arguments)

    def test_nothing_is_lost_in_json(self):
        said = []
        self.logged_in(lambda line: said)
        booking = ('booking=B7K3QF state=cancelled resource=van from=2027-01-09T08:00+01:00 to=2027-01-09T12:00+01:00 member=m11 '
                   'ended-at=2027-01-02T08:00+01:00')
        said[:] = ['TAG - booking ' + booking, 'TAG OK count=1']
        self.assertEqual(json.loads(self.mutual('list', '--json').stdout)[0]['ended-at'], '2027-01-02T08:00+01:00')
        self.assertEqual(json.loads(self.mutual('show', 'x', '--json').stdout)['ended-at'], '2027-01-02T08:00+01:00')
        said[:] = ['TAG - resource name=van title=Van kind=equipment hours=always hand-over="Mon-Fri 09:00-12:00" horizon=60d start=15m '
                   'having=seats:3 having=hook:yes', 'TAG OK count=1']
        data = json.loads(self.mutual('resources', '--json').stdout)[0]
        self.assertEqual((data['hand-over'], data['having']), ('Mon-Fri 09:00-12:00', ['seats:3', 'hook:yes']))
        self.assertIn('always; hand-over Mon-Fri 09:00-12:00', self.mutual('resources').stdout.decode())
        self.assertIn('toujours ; remise lun.-ven. 09:00-12:00', self.mutual('resources', '--lang', 'fr').stdout.decode())
        details = self.mutual('resources', 'van').stdout.decode()
        for row in 'Starts +every 15m', 'Bookable +at most 60d ahead', 'Hand-over +Mon-Fri 09:00-12:00':
            self.assertRegex(details, row)
        self.assertRegex(self.mutual('resources', 'van', '--lang', 'fr').stdout.decode(), 'Réservable +au plus 60j à')
        said[:] = ['TAG - resource name=van title=Van zone=UTC', 'TAG - lane resource=van lane=1 unit=van-1',
                   'TAG - lane resource=van lane=2 unit=van-2', 'TAG - open resource=van from=2027-01-09T08:00Z to=2027-01-09T12:00Z',
                   'TAG - taken resource=van lane=1 unit=van-1 from=2027-01-09T08:00Z to=2027-01-09T12:00Z member=m1 member-name=A',
                   'TAG OK count=1']
        data = json.loads(self.mutual('agenda', 'van', '2027-01-09', '--json').stdout)
        self.assertEqual([len(data[key]) for key in ('lanes', 'open', 'taken')], [2, 1, 1])
        self.assertEqual(data['resource']['zone'], 'UTC')
        data = json.loads(self.mutual('agenda', 'van-2', '2027-01-09', '--json').stdout)
        self.assertEqual([len(data[key]) for key in ('lanes', 'open', 'taken')], [1, 1, 0])
        self.assertNotIn('van-1', self.mutual('agenda', 'van-2', '2027-01-09').stdout.decode())
        said[:] = ['TAG - alternative rank=1 what=van from=2027-01-09T08:00Z to=2027-01-09T12:00Z', 'TAG NO conflict text=x']
        self.assertEqual(json.loads(self.mutual('book', 'van', '2027-01-09', '8:00', '4h', '--json').stdout)['alternatives'][0]['rank'], 1)

    def test_the_plan_as_data(self):
        misfit = 'TAG - misfit booking={} resource=van from={} to=2027-01-19T12:00Z member=m1 reason=lead rule="a, b" text=x'
        plan = ['TAG - differs what=rule name="a, b" how=added to=y', misfit.format('LATER', '2027-01-10T08:00Z'),
                misfit.format('FIRST', '2027-01-09T08:00Z'), 'TAG OK count=3']
        self.logged_in(lambda line: plan if ' PLAN' in line else ['TAG OK'])
        folder = self.policy({'x.yaml': 'a: 1\n'})
        rows = self.mutual('policy', 'plan', folder, '--csv').stdout.decode().splitlines()
        self.assertEqual([row.split(',')[0] for row in rows], ['kind', 'differs', 'misfit', 'misfit'])
        self.assertIn('FIRST', rows[2])
        data = json.loads(self.mutual('policy', 'plan', folder, '--json').stdout)
        self.assertEqual([row['booking'] for row in data['misfits']], ['FIRST', 'LATER'])

    def test_policy_files_from_elsewhere(self):
        server = self.logged_in(lambda line: ['TAG OK'])
        done = self.mutual('policy', 'check', self.policy({'x.yaml': 'a: 1\r\n\r\nb: 2\r\n', 'rules.yml': 'c: 3\n'}))
        self.assertEqual(done.returncode, 0)
        self.assertIn(b'rules.yml is NOT read', done.stderr)
        self.assertRegex(server.lines[1], r'line="a: 1" line="" line="b: 2"$')
        self.assertFalse(any('rules.yml' in line for line in server.lines))

    def test_the_policy_in_force_is_not_asked_about(self):
        self.logged_in(lambda line: ['TAG NO policy-same text="In force already"'] if ' APPLY' in line else ['TAG OK'])
        done = self.mutual('policy', 'apply', self.policy({'x.yaml': 'a: 1\n'}))
        self.assertEqual((done.returncode, done.stderr), (1, b'Refused: In force already\n'))

    def test_a_policy_file_that_is_not_there(self):
        self.logged_in(lambda line: ['TAG OK'] if ' file=' in line else ['TAG - line file=a.yaml n=1 text=x', 'TAG OK'])
        done = self.mutual('policy', 'show', 'nofile')
        self.assertEqual(done.returncode, 2)
        self.assertIn(b'it has: a.yaml', done.stderr)

    def test_places_and_rules(self):
        said = []
        self.logged_in(lambda line: said)
        for final, expected in (('NO closed place=resources.yaml:47:3 text=x', 'Refused: x (resources.yaml:47:3)'),
                                ('NO lead rule="a, b" place=r.yaml:1:2 text=x', 'Refused: x (rule "a, b", r.yaml:1:2)')):
            said[:] = ['TAG ' + final]
            self.assertEqual(self.mutual('book', 'van', '2027-01-09', '8:00', '4h').stderr.decode().splitlines()[0], expected)
        said[:] = ['TAG - reason code=lead resource=van rule="a" place=r.yaml:1:2 text=x',
                   'TAG - reason code=closed resource=bus place=r.yaml:7:2 text=y', 'TAG OK count=0']
        lines = self.mutual('find', 'van', '2027-01-09', '8:00', '4h').stderr.decode().splitlines()
        self.assertEqual(lines, ['Refused: x (rule a, r.yaml:1:2)', '  y (r.yaml:7:2)'])

    def test_completion(self):
        self.logged_in(lambda line: ['TAG - resource name=van title=Van', 'TAG - resource name=bench title=Bench', 'TAG OK count=2'])
        script = pathlib.Path(__file__).resolve().parents[2] / 'client' / 'completion.bash'
        path = f'{pathlib.Path(MUTUAL).resolve().parent}:{os.environ["PATH"]}'
        shutil.copy(self.config / 'mutual' / 'credentials', self.config / 'mutual' / 'credentials.work')
        for typed, expected in (('mutual bo', 'book'), ('mutual book v', 'van'), ('mutual help boo', 'book'), ('mutual help policy a', 'apply'),
                                ('mutual --profile work book b', 'bench'), ('mutual --profile work ag', 'agenda'),
                                ('mutual find --what v', 'van'), ('mutual --lang f', 'fr'), ('mutual book van --pu', '--purpose'),
                                ('mutual --profile nobody book v', ''), ('mutual report u', 'usage')):
            words = typed.split(' ')
            done = subprocess.run(['bash', '-c', f'. {script}; COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; _mutual; '
                                   'echo "${COMPREPLY[*]}"'], env={**self.environment, 'PATH': path}, capture_output=True, timeout=60)
            self.assertEqual((done.stdout.decode().strip(), done.stderr), (expected, b''), typed)

    def test_what_was_probably_meant(self):
        self.assertIn(b'mutual report usage', self.mutual('report', 'usag').stderr)
        for command in 'help', 'raw':
            done = self.mutual(command, '--json')
            self.assertEqual(done.returncode, 2)
            self.assertNotIn(b'mean --json', done.stderr)
            self.assertNotIn(b'mean --csv', done.stderr)

    def test_messages_break_between_words(self):
        self.environment['COLUMNS'] = '50'
        lines = self.mutual('book', '--nonsense', '--lang', 'fr').stderr.decode().splitlines()
        lines += self.mutual('list').stderr.decode().splitlines()
        self.assertGreater(len(lines), 2)
        for line in lines:
            self.assertLessEqual(len(line), 50)

    def test_french_is_french(self):
        for arguments in (['help', 'book'], ['help', 'agenda']):
            shown = self.mutual(*arguments, '--lang', 'fr').stdout.decode()
            for word in 'Usage : mutual', 'Exemples :\n', 'Options :\n', 'demain':
                self.assertIn(word, shown)
            self.assertNotIn('tomorrow', shown.split('Exemples')[1])

    def test_a_refusal_gives_commands_that_work(self):
        refusal = ['TAG - reason code=conflict resource=van text="Taken by MJC until 18:00"',
                   'TAG - conflict resource=van from=2026-12-05T08:00+01:00 to=2026-12-05T18:00+01:00 member=m17 member-name="MJC"',
                   'TAG - alternative rank=1 what=van unit=van-2 from=2026-12-06T08:00+01:00 to=2026-12-06T12:00+01:00 '
                   'why=other-unit text="same time"',
                   'TAG NO conflict rule="no overlap" place=rules.yaml:3:5 text="Taken by MJC until 18:00"']
        answers = [refusal, self.BOOKED, refusal]
        server = self.logged_in(lambda line: ['TAG NO quota text=x'] if ' wait=yes' in line else answers.pop(0))
        done = self.mutual('book', 'van', '2026-12-05', '08:00', '4h', '--purpose', "l'été; `id`")
        self.assertEqual((done.returncode, done.stdout), (1, b''))
        lines = done.stderr.decode().splitlines()
        self.assertEqual(lines[0], 'Refused: Taken by MJC until 18:00 (rule no overlap, rules.yaml:3:5)')
        command = next(line.strip() for line in lines if line.strip().startswith('mutual book'))
        path = f'{pathlib.Path(MUTUAL).parent}:{os.environ["PATH"]}'
        pasted = subprocess.run(['sh', '-c', command], env={**self.environment, 'PATH': path}, capture_output=True, timeout=60)
        self.assertEqual(pasted.returncode, 0)
        self.assertIn('what=van unit=van-2 from=2026-12-06T08:00 to=2026-12-06T12:00 purpose="l\'été; `id`"',
                      [line for line in server.lines if ' wait=yes' not in line][1])
        data = json.loads(self.mutual('book', 'van', '2026-12-05', '08:00', '4h', '--json').stdout)
        self.assertEqual(data['refused'], 'conflict')
        self.assertEqual(data['conflicts'][0]['member'], 'm17')
        self.assertTrue(data['alternatives'][0]['command'].startswith('mutual book van --unit van-2'))

    def test_exit_codes(self):
        said = []
        self.logged_in(lambda line: said)
        for final, code in (('TAG OK', 0), ('TAG NO conflict text=x', 1), ('TAG NO forbidden text=x', 4), ('TAG NO auth text=x', 4),
                            ('TAG NO auth-needed text=x', 4), ('TAG BAD syntax text=x', 2), ('TAG ERR unavailable retry=5 text=x', 3)):
            said[:] = [final]
            self.assertEqual(self.mutual('whoami').returncode, code, final)
            self.assertEqual(self.mutual('raw', 'WHOAMI').returncode, code, final)

    def test_nothing_steers_the_terminal(self):
        evil = 'a\u009b2Jb\u202ec'
        booking = f'TAG - booking booking=B7K3QF state=confirmed resource=van from=x to=y member=m11 member-name="{evil}" purpose="{evil}"'
        said = []
        self.logged_in(lambda line: ['TAG OK'] if re.search(' POLICY (RESET|PUT)', line) else said)
        for lines, arguments in (([booking, 'TAG OK count=1'], ['list']), ([booking, 'TAG OK count=1'], ['list', '--csv']),
                                 ([booking, 'TAG OK count=1'], ['list', '--json']), ([booking, 'TAG OK count=1'], ['raw', 'LIST']),
                                 ([booking, 'TAG OK'], ['show', 'B7K3QF']), ([f'TAG NO state text="{evil}"'], ['cancel', 'B7K3QF']),
                                 ([f'TAG - alternative rank=1 what="{evil}" from=x to=y', 'TAG NO conflict text=x'],
                                  ['book', 'van', 'tomorrow', '9:00', '3h']),
                                 ([f'TAG - resource name=van title="{evil}" zone=UTC', f'TAG - lane resource=van lane=1 unit="{evil}"',
                                   'TAG OK'], ['agenda', 'van']),
                                 ([f'TAG - problem file=a line=1 column=1 text="{evil}"', 'TAG NO policy-invalid text=x'],
                                  ['policy', 'check', self.policy({'a.yaml': 'x: 1\n'})])):
            said[:] = lines
            done = self.mutual(*arguments)
            seen = (done.stdout + done.stderr).decode()
            self.assertIn('2Jb', seen, arguments)
            self.assertNotIn('\u009b', seen, arguments)
            if arguments[-1] != '--csv':
                self.assertNotIn('\u202e', seen, arguments)

    def policy(self, files):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        for name, content in files.items():
            (folder / name).write_bytes(content.encode())
        return folder

    def test_policy_files_arrive_as_they_are(self):
        files = {'empty.yaml': '', 'odd.yaml': 'a: "q\\\\"\n\n\tb: \'é\'\nlast', 'notes.txt': 'not sent',
                 'long.yaml': ''.join(f'key-{i}: "{"v" * (i % 90)}"\n' for i in range(5000)),
                 'wide.yaml': ('"' * 25000 + '\n') * 3}
        server = self.logged_in(lambda line: ['TAG OK'])
        self.assertEqual(self.mutual('policy', 'check', self.policy(files)).returncode, 0)
        arrived = {}
        self.assertIn(' POLICY RESET', server.lines[0])
        self.assertIn(' POLICY CHECK', server.lines[-1])
        for line in server.lines[1:-1]:
            self.assertLess(len(line.encode()), 65536)
            arguments = re.findall(r' ([a-z]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))', line)
            self.assertLessEqual(len(arguments), 1000)
            lines = arrived.setdefault(arguments[0][2], [])
            lines += [re.sub(r'\\(.)', r'\1', quoted) or bare for _, quoted, bare in arguments[1:]]
        for name in 'empty.yaml', 'odd.yaml', 'long.yaml', 'wide.yaml':
            self.assertEqual(arrived[name], files[name].splitlines() or [''], name)
        self.assertNotIn('notes.txt', arrived)

    def test_policy_files_that_cannot_be_sent(self):
        self.logged_in(lambda line: ['TAG OK'])
        for content, place in (('a: 1\nb:\rc\n', 'x.yaml:2:3'), ('é: \0\n', 'x.yaml:1:4'), ('y' * 40000, 'x.yaml:1')):
            done = self.mutual('policy', 'check', self.policy({'x.yaml': content}))
            self.assertEqual(done.returncode, 1)
            self.assertIn(place, done.stderr.decode())

    def test_policy_apply_asks(self):
        server = self.logged_in(lambda line: ['TAG OK version=2 hash=abc'])
        folder = self.policy({'x.yaml': 'a: 1\n'})
        self.assertEqual(self.mutual('policy', 'apply', folder).returncode, 2)
        self.assertFalse(any(' APPLY' in line and ' dry=yes' not in line for line in server.lines))
        self.assertEqual(self.mutual('policy', 'apply', folder, '--yes', '--reason', 'why not').returncode, 0)
        self.assertRegex(server.lines[-1], r'POLICY APPLY key=\S+ reason="why not"')

    def test_a_long_report_streams(self):
        rows = [f'TAG - row member=m{i % 90:02d} member-name="M, {i}" month=2026-12 bookings={i} hours={i}.25 cancelled=0 no-shows=0'
                for i in range(20000)]
        server = self.logged_in(lambda line: rows + ['TAG OK count=20000'])
        done = self.mutual('report', 'usage', '--from', '2026-01', '--to', '2026-12-31', '--by', 'member,month', '--csv')
        lines = done.stdout.split(b'\r\n')
        self.assertEqual((done.returncode, len(lines)), (0, 20002))
        self.assertEqual(lines[1], b'm00,"M, 0",,2026-12,0,0.25,0,0')
        self.assertRegex(server.lines[0], r'REPORT report=usage from=2026-01-01 to=2027-01-01 by=member,month')
        self.assertEqual(len(json.loads(self.mutual('report', 'usage', '--from', '2026', '--to', '2026', '--json').stdout)), 20000)

    def test_times_that_are_not_understood_ask_nothing(self):
        server = self.logged_in(lambda line: self.BOOKED)
        for words in (['tomorow', '9:00', '3h'], ['tomorrow', '9:00'], ['tomorrow', '9am', '3h'], [], ['demain', '9h', '12h'],
                      ['tomorrow', '9:00', '-2h'], ['tomorrow', '9:00', '3h', '--for', '2h'], ['tomorrow', '9:00', '3h', '--nonsense']):
            self.assertEqual(self.mutual('book', 'van', *words).returncode, 2, words)
        self.assertEqual(server.lines, [])

    def test_move_and_extend_know_the_booking(self):
        booking = 'TAG - booking booking=B7K3QF state=confirmed resource=van from=2027-01-09T08:00+01:00 to=2027-01-09T12:00+01:00'
        server = self.logged_in(lambda line: [booking, 'TAG OK'] if ' SHOW ' in line else self.BOOKED)
        for arguments, sent in ((['move', 'B7K3QF', '14:00'], 'from=2027-01-09T14:00'),
                                (['move', 'B7K3QF', '2027-02-01'], 'from=2027-02-01T08:00'),
                                (['move', 'B7K3QF', '9:00-10:00'], 'from=2027-01-09T09:00 to=2027-01-09T10:00'),
                                (['move', 'B7K3QF', '--unit', 'van-2'], 'unit=van-2'),
                                (['extend', 'B7K3QF', '13:00'], 'to=2027-01-09T13:00'),
                                (['extend', 'B7K3QF', '+1h30'], 'by=1h30m'),
                                (['extend', 'B7K3QF', '1h'], 'by=1h'),
                                (['extend', 'B7K3QF', "jusqu'à", '14h'], 'to=2027-01-09T14:00'),
                                (['extend', 'B7K3QF', '--to', 'sun 9:00'], 'to=')):
            self.assertEqual(self.mutual(*arguments).returncode, 0, arguments)
            self.assertRegex(server.lines[-1], r'^\d+ (MOVE|EXTEND) key=\S+ booking=B7K3QF ' + re.escape(sent) + ('' if sent == 'to=' else '$'))
        self.assertEqual(self.mutual('extend', 'B7K3QF', '13h').returncode, 2)
        self.assertEqual(self.mutual('move', 'B7K3QF').returncode, 2)
        sent = len(server.lines)
        for arguments in (['move', 'B7K3QF', 'fri', '5h'], ['extend', 'B7K3QF', '-1h'], ['extend', 'B7K3QF', '-', '1h'],
                          ['list', '--from', '2027-02', '--to', '2027-01'], ['extend', 'B7K3QF', '--by', '-1h']):
            self.assertEqual(self.mutual(*arguments).returncode, 2, arguments)
        self.assertTrue(all(' SHOW ' in line for line in server.lines[sent:]))
        self.assertIn(b'mutual move B7K3QF --to 11:00', self.mutual('extend', 'B7K3QF', '-1h').stderr)
        self.assertEqual(self.mutual('move', 'B7K3QF', '--to', '11:00').returncode, 0)
        self.assertRegex(server.lines[-1], r'booking=B7K3QF to=2027-01-09T11:00$')

    def test_extend_to_an_earlier_end_says_what_to_do(self):
        booking = 'TAG - booking booking=B7K3QF state=confirmed resource=van from=2027-01-09T08:00+01:00 to=2027-01-09T12:00+01:00'
        self.logged_in(lambda line: [booking, 'TAG OK'] if ' SHOW ' in line else ['TAG NO not-later text=x'])
        done = self.mutual('extend', 'B7K3QF', '11:00')
        self.assertEqual(done.returncode, 1)
        self.assertIn(b'  mutual move B7K3QF --to 2027-01-09T11:00\n', done.stderr)
        self.assertEqual(json.loads(self.mutual('extend', 'B7K3QF', '11:00', '--json').stdout)['command'],
                         'mutual move B7K3QF --to 2027-01-09T11:00')

    def test_the_language_is_passed_on(self):
        self.environment['LC_ALL'] = 'fr_FR.UTF-8'
        self.logged_in(lambda line: ['TAG OK'])
        done = self.mutual('list')
        self.assertEqual(done.stdout.decode(), 'Aucune réservation.\n')


def load_tests(loader, tests, pattern):
    """The part that is asked for."""
    whole = [test for group in tests for test in group]
    return unittest.TestSuite(whole[PART[0] - 1::PART[1]])


if __name__ == '__main__':
    unittest.main()
