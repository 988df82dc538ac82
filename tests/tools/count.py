#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts single tests, `PASSED FAILED` on one line: each case of a cmocka program, each case of pytest.

    count.py meson build-check/meson-logs/testlog.json
    count.py junit result.xml

A program that died before its last case counts as one failure; a test that was skipped counts as failed, since a test that
does not run proves nothing.
"""
import json
import re
import sys
import xml.etree.ElementTree as xml


def meson(path):
    passed = failed = 0
    with open(path, encoding='utf-8') as log:
        for line in log:
            test = json.loads(line)
            output = test.get('stdout', '') + test.get('stderr', '')
            good = sum(map(int, re.findall(r'^\[  PASSED  \] (\d+) test', output, re.M)))
            bad = sum(map(int, re.findall(r'^\[  FAILED  \] (\d+) test', output, re.M)))
            if test['result'] in ('OK', 'EXPECTEDFAIL'):
                passed += max(good, 1)
            else:
                passed += good
                failed += max(bad, 1)
    return passed, failed


def junit(path):
    suite = xml.parse(path).getroot().find('testsuite')
    total, bad = int(suite.get('tests')), sum(int(suite.get(k)) for k in ('failures', 'errors', 'skipped'))
    return max(total - bad, 0), bad


def main():
    try:
        passed, failed = {'meson': meson, 'junit': junit}[sys.argv[1]](sys.argv[2])
    except (OSError, ValueError, AttributeError, xml.ParseError) as e:
        print(f"no result to count: {e}", file=sys.stderr)
        passed, failed = 0, 1
    print(passed, failed)


if __name__ == '__main__':
    main()
