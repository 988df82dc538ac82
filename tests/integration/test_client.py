# SPDX-License-Identifier: GPL-3.0-or-later
"""The client as a person and as a script use it, against the real daemon: words, pictures, exit codes, formats."""
import csv
import fcntl
import io
import os
import pty
import re
import shlex
import shutil
import stat
import struct
import subprocess
import termios
import unicodedata

import pytest

import running

DONE, REFUSED, USAGE, NETWORK, NOT_ALLOWED = range(5)


@pytest.fixture(scope='module')
def mutual(daemon, people):
    with running.short_folder() as folder:
        made = running.Mutual(daemon, folder)
        for name in ('alice', 'bruno', 'carla'):
            made.login(name, getattr(people, name))
        made.login('admin', daemon.admin_token())
        yield made


def test_login_is_kept_for_oneself(mutual):
    folder = mutual.config / 'mutual'
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = list(folder.iterdir())
    assert len(files) >= 4 and all(stat.S_IMODE(f.stat().st_mode) == 0o600 for f in files)
    assert 'Alice Test' in mutual.ok('whoami', profile='alice')
    assert mutual.json('whoami', profile='bruno')['member'] == 'm02'


@pytest.mark.parametrize('arguments, code', [
    (['whoami'], DONE),
    (['status'], DONE),
    (['resources'], DONE),
    (['help'], DONE),
    (['frobnicate'], USAGE),
    (['book'], USAGE),
    (['book', 'van', 'someday', '3h'], USAGE),
    (['list', '--colour'], USAGE),
    (['book', 'rocket', '2031-01-01', '8:00', '3h'], REFUSED),
    (['report', 'usage', '--from', '2031', '--to', '2031'], NOT_ALLOWED),
    (['person', 'list'], NOT_ALLOWED),
])
def test_exit_codes(mutual, arguments, code):
    out = mutual.run(*arguments, profile='alice')
    assert out.returncode == code, (out.stdout, out.stderr)
    assert code == DONE or out.stderr.strip()


def test_no_server_no_login_no_token(mutual, daemon):
    out = mutual.run('login', 'localhost:1', '--ca', str(daemon.ca), '--token', 'A' * 26, profile='nowhere')
    assert out.returncode == NETWORK, out
    assert mutual.run('whoami', profile='nobody').returncode == NOT_ALLOWED
    out = mutual.run('login', f"localhost:{daemon.port}", '--ca', str(daemon.ca), '--token', 'A' * 26, profile='wrong')
    assert out.returncode == NOT_ALLOWED, out


def test_another_ca_is_not_trusted(mutual, daemon, folder):
    other = folder / 'other.crt'
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
                    '-subj', '/CN=somebody else', '-keyout', str(folder / 'other.key'), '-out', str(other)],
                   check=True, capture_output=True)
    out = mutual.run('login', f"localhost:{daemon.port}", '--ca', str(other), '--token', daemon.admin_token(), profile='other')
    assert out.returncode == NETWORK and daemon.admin_token() not in out.stdout + out.stderr, out


def test_book_find_move_cancel(mutual, day):
    out = mutual.ok('book', 'van', day, '8:00', '2h', '--purpose', 'Marché', profile='alice')
    code = re.search(r'\bB[0-9A-Z]{5,}\b', out)[0]
    assert 'van-' in out
    row = mutual.json('show', code, profile='alice')
    row = row[0] if isinstance(row, list) else row
    assert row['booking'] == code and row['purpose'] == 'Marché' and row['from'].startswith(f"{day}T08:00")
    assert code in mutual.ok('list', '--from', day, profile='alice')
    mutual.ok('move', code, day, '14:00', profile='alice')
    mutual.ok('extend', code, '+1h', profile='alice')
    row = mutual.json('show', code, profile='alice')
    row = row[0] if isinstance(row, list) else row
    assert (row['from'][11:16], row['to'][11:16]) == ('14:00', '17:00')
    assert code not in mutual.ok('agenda', 'van', day, profile='bruno')
    assert code in mutual.ok('agenda', 'van', day, profile='alice')
    mutual.ok('cancel', code, profile='alice')
    assert mutual.run('cancel', code, profile='alice').returncode == REFUSED


def test_moved_to_where_it_stands(mutual, day):
    code = mutual.json('book', 'clock', day, '8:00', '2h', profile='alice')['booking']
    assert 'Unchanged, it stands there already' in mutual.ok('move', code, day, '8:00', profile='alice')
    assert 'Inchangé' in mutual.ok('move', code, day, '8:00', '--lang', 'fr', profile='alice')
    assert mutual.json('move', code, day, '8:00', profile='alice')['unchanged'] is True
    assert not mutual.json('move', code, day, '9:00', profile='alice')['unchanged']


def test_every_alternative_can_be_pasted(mutual, day):
    for _ in range(3):
        mutual.ok('book', 'van', day, '8:00', '4h', profile='alice')
    no = mutual.run('book', 'van', day, '9:00', '2h', '--purpose', "l'été à \"Nancy\"", profile='bruno')
    assert no.returncode == REFUSED
    text = no.stdout + no.stderr
    commands = [shlex.split(line) for line in text.splitlines() if line.strip().startswith('mutual book')]
    assert len(commands) >= 3 and "L'Établi" in text
    for command in commands:
        mutual.ok(*command[1:], '--dry-run', profile='bruno')
    out = mutual.ok(*commands[0][1:], profile='bruno')
    code = re.search(r'\bB[0-9A-Z]{5,}\b', out)[0]
    assert "l'été à" in mutual.ok('show', code, profile='bruno')


@pytest.mark.parametrize('words', [
    ['tomorrow', '9:00', '3h'], ['+3d', '9:00', '90m'], ['demain', '9h', '3h'], ['lundi', '14h30', '2h'], ['mon', '8:30', '2h'],
    ['+2d', '9:00', '2d'], ['tomorrow', '9:00-12:00'],
])
def test_times_as_people_say_them(mutual, words):
    out = mutual.run('find', 'bench', *words, profile='alice')
    assert out.returncode == DONE, out.stderr


def test_json_and_csv_say_the_same(mutual, day):
    mutual.ok('book', 'bench', day, '8:00', '2h', '--purpose', 'Virgule, "guillemets", accents é', profile='alice')
    rows = mutual.json('list', 'bench', '--from', day, profile='alice')
    table = list(csv.DictReader(io.StringIO(mutual.ok('list', 'bench', '--from', day, '--csv', profile='alice'))))
    assert rows and [r['booking'] for r in rows] == [t['booking'] for t in table]
    assert table[0]['purpose'] == rows[0]['purpose'] == 'Virgule, "guillemets", accents é'


@pytest.mark.parametrize('arguments', [
    ['whoami'], ['status'], ['resources'], ['find', 'bench', 'tomorrow', '9:00', '2h'], ['list'], ['agenda', 'bench', 'tomorrow'],
    ['policy', 'show'], ['policy', 'history'],
])
def test_formats_everywhere(mutual, arguments):
    mutual.json(*arguments, profile='admin')
    rows = list(csv.reader(io.StringIO(mutual.ok(*arguments, '--csv', profile='admin'))))
    assert rows and all(len(r) == len(rows[0]) for r in rows), rows


def test_colour_only_on_a_terminal(mutual, day):
    assert '\033' not in mutual.ok('agenda', 'van', day, profile='alice')
    assert '\033' not in mutual.ok('resources', profile='alice')


def on_a_terminal(mutual, columns, *arguments, profile):
    """What appears on a terminal of that width, without its escapes."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 50, columns, 0, 0))
    environment = {**running.SANITIZERS, **os.environ, 'XDG_CONFIG_HOME': str(mutual.config), 'LANG': 'C.UTF-8', 'TERM': 'xterm',
                   'MUTUAL_PROFILE': profile, 'PAGER': 'cat'}
    environment.pop('COLUMNS', None)
    process = subprocess.Popen([str(running.build_dir() / 'client' / 'mutual'), *arguments], stdin=slave, stdout=slave, stderr=slave,
                               env=environment)
    os.close(slave)
    shown = b''
    try:
        while got := os.read(master, 65536):
            shown += got
    except OSError:
        pass
    os.close(master)
    assert process.wait(60) == 0, shown
    return re.sub(r'\033\[[0-9;?]*[A-Za-z]', '', shown.decode())


def width(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in line)


@pytest.mark.parametrize('columns', [60, 80, 120])
def test_what_is_shown_fits_the_terminal(mutual, day, columns):
    purpose = 'Réparation des palettes' if columns < 80 else 'Une très longue raison ' * 5
    mutual.ok('book', 'bench', day, '8:00', '9h', '--purpose', purpose, profile='alice')
    for arguments in (['resources'], ['list', '--from', day], ['agenda', 'bench', day], ['agenda', 'van', day, '--week']):
        shown = on_a_terminal(mutual, columns, *arguments, profile='alice')
        too_wide = [line for line in shown.replace('\r', '').split('\n') if width(line) > columns]
        assert not too_wide, (arguments, too_wide)


def test_policy_check_and_apply(mutual, folder):
    mine = folder / 'essai'
    shutil.copytree(running.POLES / 'essai', mine)
    assert mutual.run('policy', 'check', str(mine), profile='admin').returncode == DONE
    text = (mine / 'resources.yaml').read_text()
    (mine / 'resources.yaml').write_text(text.replace('name: Minibus', 'nmae: Minibus'))
    out = mutual.run('policy', 'check', str(mine), profile='admin')
    assert out.returncode == REFUSED and re.search(r'resources\.yaml:\d+:\d+: ', out.stdout + out.stderr), out
    (mine / 'resources.yaml').write_text(text.replace('name: Minibus', 'name: Bus'))
    out = mutual.ok('policy', 'plan', str(mine), profile='admin')
    assert 'minibus' in out
    assert mutual.run('policy', 'apply', str(mine), profile='carla').returncode == NOT_ALLOWED
    assert mutual.run('policy', 'apply', str(mine), profile='admin').returncode == USAGE  # nobody there to say yes
    mutual.ok('policy', 'apply', str(mine), '--yes', profile='admin')
    assert 'Bus' in mutual.ok('resources', profile='alice')
    mutual.ok('policy', 'apply', str(running.POLES / 'essai'), '--yes', profile='admin')


def test_persons_and_reports(mutual, daemon, day):
    mutual.ok('book', 'bench', day, '8:00', '2h', profile='bruno')
    made = mutual.json('person', 'add', 'Rémi Test', '--member', 'm03', profile='carla')
    made = made[0] if isinstance(made, list) else made
    with daemon.connect(made['token']) as c:
        assert c.whoami['name'] == 'Rémi Test'
    assert 'Rémi Test' in mutual.ok('person', 'list', profile='carla')
    table = list(csv.DictReader(io.StringIO(mutual.ok('report', 'usage', '--from', '2026', '--to', '2030', '--by',
                                                      'member,resource,month', '--csv', profile='carla'))))
    assert table and {'member', 'resource', 'month', 'bookings', 'hours', 'cancelled'} <= set(table[0])


def test_raw(mutual):
    out = mutual.run('raw', profile='alice', stdin='NOOP\nWHOAMI\n')
    assert out.returncode == DONE and 'person=' in out.stdout, out


def test_two_languages(mutual):
    texts = {lang: mutual.run('book', 'rocket', '2031-01-01', '8:00', '3h', '--lang', lang, profile='alice').stderr for lang in ('en', 'fr')}
    assert texts['en'] and texts['fr'] and texts['en'] != texts['fr']


def test_the_monthly_report(mutual, folder):
    environment = {**running.SANITIZERS, **os.environ, 'XDG_CONFIG_HOME': str(mutual.config), 'MUTUAL_PROFILE': 'carla',
                   'MUTUAL': str(running.build_dir() / 'client' / 'mutual')}
    script = running.TREE / 'systemd' / 'monthly-report.sh'
    out = subprocess.run([str(script), str(folder / 'reports'), '2031-02'], env=environment, capture_output=True, text=True, check=False)
    assert out.returncode == 0, out.stderr
    assert [f.name for f in (folder / 'reports').iterdir()] == ['usage-2031-02.csv']
    environment['MUTUAL_PROFILE'] = 'alice'  # may not read reports: no file, no half of one
    out = subprocess.run([str(script), str(folder / 'none'), '2031-02'], env=environment, capture_output=True, text=True, check=False)
    assert out.returncode != 0 and list((folder / 'none').iterdir()) == []
