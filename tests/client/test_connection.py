# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against a scripted TLS server: who it trusts, what it sends, how it bears loss, and how it ends.

Usage: test_connection.py PATH_OF_MUTUAL
"""
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

MUTUAL = sys.argv.pop(1) if len(sys.argv) > 1 else 'mutual'
GREETING = '* MUTUAL/1 ready server="scripted"'
WHO = 'OK person=p17 member=m11 pole=essai zone=Europe/Paris roles=member name="Anna" lang=en'
HANG_UP = object()


def openssl(*arguments):
    subprocess.run(['openssl', *arguments], check=True, capture_output=True)


def make_ca(folder, name):
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', f'/CN={name}',
            '-keyout', folder / f'{name}.key', '-out', folder / f'{name}.crt')


def make_certificate(folder, name, names, ca):
    extensions = folder / f'{name}.ext'
    extensions.write_text(f'subjectAltName={names}\n')
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', f'/CN={name}',
            '-keyout', folder / f'{name}.key', '-out', folder / f'{name}.csr')
    openssl('x509', '-req', '-in', folder / f'{name}.csr', '-CA', folder / f'{ca}.crt', '-CAkey', folder / f'{ca}.key',
            '-CAcreateserial', '-days', '1', '-extfile', extensions, '-out', folder / f'{name}.crt')


class Server:
    """Answers each request line with what `answer(line)` gives: lines whose TAG is filled in, or HANG_UP."""

    def __init__(self, folder, certificate, answer):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / f'{certificate}.crt', folder / f'{certificate}.key')
        self.answer = answer
        self.lines = []
        self.listener = socket.create_server(('127.0.0.1', 0))
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
                    said = ['TAG ' + WHO]
                else:
                    self.lines.append(line)
                    said = self.answer(line)
                if said is HANG_UP:
                    return
                stream.sendall(''.join(re.sub('^TAG', tag, s) + '\n' for s in said).encode())

    def close(self):
        self.listener.close()


class Client(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix='mutual-'))
        make_ca(cls.folder, 'ca')
        make_ca(cls.folder, 'other-ca')
        make_certificate(cls.folder, 'good', 'DNS:localhost,IP:127.0.0.1', 'ca')
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

    def mutual(self, *arguments, stdin=''):
        return subprocess.run([MUTUAL, *map(str, arguments)], env=self.environment, input=stdin.encode(), capture_output=True,
                              timeout=60)

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

    def test_a_connection_lost_twice_leaves_the_key(self):
        server = self.logged_in(lambda line: HANG_UP)
        done = self.mutual('cancel', 'B7K3QF', '--key', 'mine')
        self.assertEqual(done.returncode, 3)
        self.assertIn(b'--key mine', done.stderr)
        self.assertEqual(len(server.lines), 2)

    def test_a_refusal_gives_commands_that_work(self):
        refusal = ['TAG - reason code=conflict resource=van text="Taken by MJC until 18:00"',
                   'TAG - conflict resource=van from=2026-12-05T08:00+01:00 to=2026-12-05T18:00+01:00 member=m17 member-name="MJC"',
                   'TAG - alternative rank=1 what=van unit=van-2 from=2026-12-06T08:00+01:00 to=2026-12-06T12:00+01:00 '
                   'why=other-unit text="same time"',
                   'TAG NO conflict rule="no overlap" place=rules.yaml:3:5 text="Taken by MJC until 18:00"']
        answers = [refusal, self.BOOKED, refusal]
        server = self.logged_in(lambda line: answers.pop(0))
        done = self.mutual('book', 'van', '2026-12-05', '08:00', '4h', '--purpose', "l'été; `id`")
        self.assertEqual((done.returncode, done.stdout), (1, b''))
        lines = done.stderr.decode().splitlines()
        self.assertEqual(lines[0], 'Refused: Taken by MJC until 18:00 (rule no overlap, rules.yaml:3:5)')
        command = next(line.strip() for line in lines if line.strip().startswith('mutual book'))
        path = f'{pathlib.Path(MUTUAL).parent}:{os.environ["PATH"]}'
        pasted = subprocess.run(['sh', '-c', command], env={**self.environment, 'PATH': path}, capture_output=True, timeout=60)
        self.assertEqual(pasted.returncode, 0)
        self.assertIn('what=van unit=van-2 from=2026-12-06T08:00 to=2026-12-06T12:00 purpose="l\'été; `id`"', server.lines[1])
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
        self.assertFalse(any(' APPLY' in line for line in server.lines))
        self.assertEqual(self.mutual('policy', 'apply', folder, '--yes', '--reason', 'why not').returncode, 0)
        self.assertRegex(server.lines[-1], r'POLICY APPLY key=\S+ reason="why not"')

    def test_a_long_report_streams(self):
        rows = [f'TAG - row member=m{i % 90:02d} member-name="M, {i}" month=2026-12 bookings={i} hours={i}.25 cancelled=0'
                for i in range(20000)]
        server = self.logged_in(lambda line: rows + ['TAG OK count=20000'])
        done = self.mutual('report', 'usage', '--from', '2026-01', '--to', '2026-12-31', '--by', 'member,month', '--csv')
        lines = done.stdout.split(b'\r\n')
        self.assertEqual((done.returncode, len(lines)), (0, 20002))
        self.assertEqual(lines[1], b'm00,"M, 0",,2026-12,0,0.25,0')
        self.assertRegex(server.lines[0], r'REPORT report=usage from=2026-01-01 to=2027-01-01 by=member,month')
        self.assertEqual(len(json.loads(self.mutual('report', 'usage', '--from', '2026', '--to', '2026', '--json').stdout)), 20000)

    def test_times_that_are_not_understood_ask_nothing(self):
        server = self.logged_in(lambda line: self.BOOKED)
        for words in (['tomorow', '9:00', '3h'], ['tomorrow', '9:00'], ['tomorrow', '9am', '3h'], [], ['demain', '9h', '12h'],
                      ['tomorrow', '9:00', '3h', '--for', '2h'], ['tomorrow', '9:00', '3h', '--nonsense']):
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

    def test_the_language_is_passed_on(self):
        self.environment['LC_ALL'] = 'fr_FR.UTF-8'
        self.logged_in(lambda line: ['TAG OK'])
        done = self.mutual('list')
        self.assertEqual(done.stdout.decode(), 'Aucune réservation.\n')


if __name__ == '__main__':
    unittest.main()
