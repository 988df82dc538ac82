#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""mutual policy test and policy check --offline, as programs: output, data, exit codes.

    test_offline.py MUTUAL EXAMPLE
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

MUTUAL, EXAMPLE = sys.argv[1:3]

POLE = '''pole: p
name: P
zone: Europe/Paris
sites: {town: {name: Town}}
members: {m1: {name: One}}
resources:
  van: {name: Van, kind: equipment, site: town, hours: always, duration: 1h..1d}
tests:
'''
GOOD = '  - {when: m1 books van on 2026-12-11 14:00 for 1h, then: granted}\n'
OTHER = '''  - given: it is 2026-12-01 09:00
    when: m1 books van on 2026-12-11 14:00 for 30m
    then: granted
'''
ODD = '  - {when: m1 boks van on 2026-12-11 14:00 for 1h, then: granted}\n'


def mutual(*words, lang='en'):
    with tempfile.TemporaryDirectory() as home:  # no profile, no server
        env = {'PATH': '/usr/bin:/bin', 'HOME': home, 'XDG_CONFIG_HOME': home, 'LC_ALL': 'C.UTF-8', 'COLUMNS': '80',
               **{k: v for k, v in os.environ.items() if 'SAN_OPTIONS' in k}}
        return subprocess.run([MUTUAL, '--lang', lang, *words], capture_output=True, text=True, env=env, timeout=60)


class Offline(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def policy(self, text):
        (pathlib.Path(self.folder.name) / 'pole.yaml').write_text(POLE + text)
        return self.folder.name

    def test_the_example_is_as_meant(self):
        done = mutual('policy', 'test', EXAMPLE)
        self.assertEqual((done.returncode, done.stderr), (0, ''), done.stdout)
        self.assertTrue(done.stdout.endswith(' cases, all as meant.\n'), done.stdout)
        self.assertTrue(all(len(line) <= 80 for line in done.stdout.splitlines()), done.stdout)

    def test_what_came_instead(self):
        done = mutual('policy', 'test', self.policy(GOOD + OTHER))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, '''\
✓   1  m1 books van on 2026-12-11 14:00 for 1h: granted
✗   2  m1 books van on 2026-12-11 14:00 for 30m: granted
       given it is 2026-12-01 09:00
       came: refused by "van duration" (pole.yaml:7) (meant at pole.yaml:12)
2 cases, 1 not as meant.
''')
        self.assertIn('2 cas, dont 1 pas comme voulu.\n', mutual('policy', 'test', self.folder.name, lang='fr').stdout)

    def test_one_case(self):
        folder = self.policy(GOOD + OTHER)
        self.assertEqual(mutual('policy', 'test', folder, '--case', '1').returncode, 0)
        self.assertEqual(mutual('policy', 'test', folder, '--case', '2').returncode, 1)
        for odd in ('0', '3', 'x', '1x', ''):
            done = mutual('policy', 'test', folder, '--case', odd)
            self.assertEqual((done.returncode, done.stderr), (2, 'mutual: --case: a number from 1 to 2\n'), odd)

    def test_data(self):
        folder = self.policy(GOOD + OTHER)
        done = mutual('policy', 'test', folder, '--json')
        self.assertEqual(done.returncode, 1)
        good, other = json.loads(done.stdout)
        self.assertEqual((good['case'], good['passed'], good['came']), (1, True, 'granted on van'))
        self.assertEqual((other['passed'], other['line'], other['then']), (False, 10, ['granted']))
        self.assertEqual(other['given'], ['it is 2026-12-01 09:00'])
        self.assertEqual(other['came'], 'refused by "van duration" (pole.yaml:7)')
        self.assertEqual(len(mutual('policy', 'test', folder, '--csv').stdout.splitlines()), 3)

    def test_what_is_not_understood(self):
        folder = self.policy(ODD + GOOD)
        done = mutual('policy', 'test', folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f'{folder}/pole.yaml:9:15: "boks" is not understood here; did you mean "books"?\n', done.stdout)
        self.assertIn('2 cases, 1 not as meant.\n', done.stdout)

    def test_policies_with_problems(self):
        folder = self.policy('  - {when: 1, thn: granted}\n')
        for command in ('test',), ('check', '--offline'):
            done = mutual('policy', command[0], folder + '/', *command[1:])
            self.assertEqual(done.returncode, 1)
            self.assertIn(f'{folder}/pole.yaml:9:15: unknown key "thn"; did you mean "then"?\n', done.stdout)
        done = mutual('policy', 'test', folder + '/nowhere')
        self.assertEqual((done.returncode, done.stdout),
                         (1, f'{folder}/nowhere: cannot be read: No such file or directory\n'))
        self.assertEqual(json.loads(mutual('policy', 'check', folder, '--offline', '--json').stdout)[0]['line'], 9)

    def test_good_policies_are_checked(self):
        done = mutual('policy', 'check', '--offline', EXAMPLE)
        self.assertEqual((done.returncode, done.stdout), (0, 'No problems.\n'))
        self.assertEqual(mutual('policy', 'check', '--offline').returncode, 2)
        self.assertEqual(mutual('policy', 'test').returncode, 2)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=1)
