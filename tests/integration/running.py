# SPDX-License-Identifier: GPL-3.0-or-later
"""Real processes for tests: the daemon, its embedded PostgreSQL, a PostgreSQL of the test's own, and the client.

Everything lives in one short folder under the temporary directory, since a unix socket's path may have 107 bytes. Waiting is
always for a condition, with a deadline that is an error.
"""
import contextlib
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import wire

TREE = pathlib.Path(__file__).resolve().parents[2]
POLES = pathlib.Path(__file__).resolve().parent / 'poles'
START_S = 120
STOP_S = 60
SANITIZERS = {  # a quarantine of 256 MB would hide whether memory stays flat
    'ASAN_OPTIONS': 'quarantine_size_mb=1:abort_on_error=0:exitcode=99:detect_leaks=1:detect_stack_use_after_return=0',
    'UBSAN_OPTIONS': 'halt_on_error=1:print_stacktrace=1:exitcode=99',
}


def build_dir():
    named = os.environ.get('MUTUALD_BUILD')
    for folder in [named] if named else ['build-check', 'build']:
        if (TREE / folder / 'daemon' / 'mutuald').exists():
            return TREE / folder
    raise RuntimeError('no build with daemon/mutuald: run ./check, or set MUTUALD_BUILD')


def until(what, condition, seconds=30, pause_s=0.02):
    """Waits for a condition and gives its value; a deadline that passes is an error."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(pause_s)


@contextlib.contextmanager
def short_folder():
    folder = pathlib.Path(tempfile.mkdtemp(prefix='mu-'))
    folder.chmod(0o755)  # the embedded PostgreSQL may run as another user
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def prepared_database():
    """A private database as a daemon's first start makes it, but for its pole: made once for a build, since that is most of what a start costs."""
    program = build_dir() / 'daemon' / 'mutuald'
    shelf = build_dir() / 'integration'
    made = shelf / f"database-{program.stat().st_mtime_ns}"
    shelf.mkdir(exist_ok=True)
    with open(shelf / 'lock', 'w', encoding='utf-8') as lock, short_folder() as folder:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            for old in [*shelf.glob('database-*'), *shelf.glob('new')]:
                shutil.rmtree(old)
            subprocess.run([str(program), '--state-dir', str(folder / 's'), '--migrate'], check=True, stdin=subprocess.DEVNULL,
                           capture_output=True, env={**SANITIZERS, **os.environ}, timeout=START_S)
            subprocess.run(['cp', '-a', str(folder / 's' / 'pg'), str(shelf / 'new')], check=True)
            (shelf / 'new').rename(made)
    return made


OVERLAPS = '''select a, b from allocation a join allocation b on a.pole_id = b.pole_id and a.resource_id = b.resource_id
    and a.lane = b.lane and a.ctid < b.ctid and a.during && b.during
    and a.occupies and b.occupies'''


def is_alive(pid):
    """Runs, and is not just waiting for a parent that never asks."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(')', 1)[1].split()[0] not in 'ZX'
    except OSError:
        return False


@contextlib.contextmanager
def frozen(pid):
    """A process that says nothing while this lasts, and goes on after it."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def backend(psql, link):
    """The process that serves one of the daemon's connections to its database: commits-1 (the first pole's), reads, reports or feed."""
    (row,) = psql(f"select pid from pg_stat_activity where application_name = '{link}'")
    return int(row[0])


class Daemon:
    def __init__(self, folder, poles=POLES / 'essai', database=None, arguments=(), name='d', clock=None, prepared=True):
        """`poles`: one pole's folder, or a folder of poles' folders; copied, so that a test may edit it. `clock`: how far its
        clock (and that of its embedded PostgreSQL) is from the real one, like `-60d`; what waits goes by another, which is right.
        `prepared`: its private database is a copy of one that was made before; else, and by another clock, it makes it itself."""
        self.folder = pathlib.Path(folder)
        self.state = self.folder / name
        self.policies = self.folder / f"{name}-poles"
        if not self.policies.exists():
            single = (poles / 'pole.yaml').exists()
            shutil.copytree(poles, self.policies / poles.name if single else self.policies)
        self.log_path = self.folder / f"{name}.log"
        self.database, self.arguments = database, list(arguments)
        self.prepared = prepared and not database and not clock
        self.process, self.port = None, None
        self.clock = self.folder / f"{name}.clock" if clock else None
        if clock:
            self.set_clock(clock)

    def set_clock(self, offset):
        """By so much: -30h, +6d, +90."""
        sign, count, unit = re.fullmatch(r'([+-])(\d+)([dhms]?)', offset).groups()
        seconds = int(sign + count) * {'d': 86400, 'h': 3600, 'm': 60}.get(unit, 1)
        with open(self.clock, 'r+b' if self.clock.exists() else 'wb') as file:  # in place, for it is mapped
            file.write(seconds.to_bytes(8, sys.byteorder, signed=True))

    def environment(self):
        made = {**SANITIZERS, **os.environ}
        if self.clock:
            library = self.clock.with_suffix('.so')
            if not library.exists():  # a copy, for whoever runs PostgreSQL reads it, too
                shutil.copy(build_dir() / 'tests' / 'tools' / 'clock.so', library)
            made.update(LD_PRELOAD=str(library), TEST_CLOCK=str(self.clock),
                        ASAN_OPTIONS=made['ASAN_OPTIONS'] + ':verify_asan_link_order=0')
        return made

    @property
    def ca(self):
        return self.state / 'tls' / 'ca.crt'

    @property
    def pid(self):
        return self.process.pid

    def log(self):
        return self.log_path.read_text(errors='replace') if self.log_path.exists() else ''

    def command(self, *more):
        database = ['--database', self.database] if self.database else []
        return [str(build_dir() / 'daemon' / 'mutuald'), '--state-dir', str(self.state), '--policy-dir', str(self.policies),
                '--listen', '127.0.0.1:0', *database, *self.arguments, *more]

    def start(self):
        before = len(self.log())
        if self.prepared and not self.state.exists():
            self.state.mkdir(mode=0o711)
            subprocess.run(['cp', '-a', str(prepared_database()), str(self.state / 'pg')], check=True)
        with open(self.log_path, 'ab') as log:
            self.process = subprocess.Popen(self.command(), stderr=log, stdout=log, stdin=subprocess.DEVNULL,
                                            env=self.environment(), start_new_session=True)

        def ready():
            if self.process.poll() is not None:
                raise RuntimeError(f"mutuald ended with {self.process.returncode}:\n{self.log()[before:]}")
            return re.search(r'ready on 127\.0\.0\.1:(\d+)', self.log()[before:])
        try:
            self.port = int(until('mutuald is ready', ready, START_S)[1])
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self, sig=signal.SIGTERM):
        """Ends it in order; anything but exit code 0 (a leak that the sanitizer found, too) is an error."""
        if self.process is None:
            return
        process, self.process = self.process, None
        process.send_signal(sig)
        try:
            code = process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise RuntimeError(f"mutuald did not stop within {STOP_S} s:\n{self.log()[-4000:]}") from None
        if code != 0:
            raise RuntimeError(f"mutuald ended with {code}:\n{self.log()[-8000:]}")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def connect(self, token=None, **kwargs):
        return wire.Connection(self.port, self.ca, token, **kwargs)

    def admin_token(self, pole=None):
        lines = (self.state / 'admin.token').read_text().split('\n')
        rows = [l.split() for l in lines if l.strip()]
        return rows[0][-1] if pole is None else next(r[1] for r in rows if r[0] == pole)

    def admin(self, pole=None):
        return self.connect(self.admin_token(pole))

    def person(self, name, member=None, roles=None, admin=None):
        """A new person's token and code."""
        with admin or self.admin() as c:
            def added():  # ready is said while the first connection to the database may still be on its way: ERR has retry=
                reply = c.call('PERSON ADD', name=name, member=member, roles=roles)
                assert reply.outcome in ('OK', 'ERR unavailable'), reply
                return reply if reply.ok else None
            reply = until('a person is added', added)
            return reply['token'], reply['person']

    def postmaster(self):
        """The embedded PostgreSQL's pid, None when it does not run."""
        try:
            pid = int((self.state / 'pg' / 'data' / 'postmaster.pid').read_text().split('\n', 1)[0])
            return pid if is_alive(pid) else None
        except (FileNotFoundError, ValueError):
            return None

    def psql(self, sql):
        """Rows of the embedded database, as its owner sees them."""
        return psql(f"host={self.state / 'pg'} dbname=mutuald user=postgres", sql, self.embedded_owner())

    def overlaps(self):
        """Pairs of allocations that share a lane and a moment: there must be none."""
        return self.psql(OVERLAPS)

    def embedded_owner(self):
        return (self.state / 'pg' / 'data' / 'PG_VERSION').owner()

    def resident_kib(self):
        return int(re.search(r'VmRSS:\s+(\d+)', pathlib.Path(f"/proc/{self.pid}/status").read_text())[1])

    def wakes(self):
        """How often it has slept and been woken."""
        return int(re.search(r'^voluntary_ctxt_switches:\s+(\d+)', pathlib.Path(f"/proc/{self.pid}/status").read_text(), re.M)[1])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


def as_user(user, command):
    """A command line that runs as `user`: only root may change."""
    if os.geteuid() != 0 or user == 'root':
        return command
    return ['runuser', '-u', user, '--', *command]


def postgres_bin():
    found = sorted(pathlib.Path('/usr/lib/postgresql').glob('*/bin'))
    assert found, 'PostgreSQL is not installed'
    return found[-1]


def psql(conninfo, sql, user='postgres'):
    out = subprocess.run(as_user(user, [str(postgres_bin() / 'psql'), '-X', '-A', '-t', '-F', '\t', '-v', 'ON_ERROR_STOP=1',
                                        '-d', conninfo, '-c', sql]),
                         capture_output=True, text=True, cwd='/', timeout=60, check=False)
    assert out.returncode == 0, f"psql: {out.stderr}"
    return [line.split('\t') for line in out.stdout.splitlines()]


class Postgres:
    """A PostgreSQL that is not mutuald's: for --database."""

    def __init__(self, folder, initdb=()):
        self.user = 'postgres' if os.geteuid() == 0 else None
        self.folder = pathlib.Path(folder) / 'own'
        self.folder.mkdir(exist_ok=True)
        if self.user:
            shutil.chown(self.folder, self.user)
        self.run('initdb', '-D', str(self.folder / 'data'), '-A', 'trust', '-E', 'UTF8', '--no-locale', '-U', 'postgres', '--no-sync',
                 *initdb)

    def run(self, program, *arguments):
        out = subprocess.run(as_user(self.user or '', [str(postgres_bin() / program), *arguments]) if self.user
                             else [str(postgres_bin() / program), *arguments],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd='/', timeout=120, check=False)
        assert out.returncode == 0, f"{program}: {out.stdout}"

    def start(self):
        self.run('pg_ctl', '-D', str(self.folder / 'data'), '-w', '-l', str(self.folder / 'log'),
                 '-o', f"-k {self.folder} -c listen_addresses='' -c fsync=off", 'start')
        return self

    def stop(self, mode='fast'):
        self.run('pg_ctl', '-D', str(self.folder / 'data'), '-w', '-m', mode, 'stop')

    def conninfo(self, database='postgres', user='postgres'):
        return f"host={self.folder} dbname={database} user={user}"

    def psql(self, sql, database='postgres'):
        return psql(self.conninfo(database), sql, self.user or 'postgres')


class Mutual:
    """The client as a person at a terminal uses it, with a folder of its own for its profiles."""

    def __init__(self, daemon, folder):
        self.daemon, self.config = daemon, pathlib.Path(folder) / 'config'

    def run(self, *arguments, profile=None, env=None, stdin=''):
        environment = {**SANITIZERS, **os.environ, 'XDG_CONFIG_HOME': str(self.config), 'LANG': 'C.UTF-8', **(env or {})}
        environment.pop('MUTUAL_PROFILE', None)
        if profile:
            environment['MUTUAL_PROFILE'] = profile
        return subprocess.run([str(build_dir() / 'client' / 'mutual'), *arguments], capture_output=True, text=True, input=stdin,
                              env=environment, timeout=120, check=False)

    def ok(self, *arguments, **kwargs):
        out = self.run(*arguments, **kwargs)
        assert out.returncode == 0, f"mutual {' '.join(arguments)}: {out.returncode}\n{out.stdout}\n{out.stderr}"
        return out.stdout

    def json(self, *arguments, **kwargs):
        return json.loads(self.ok(*arguments, '--json', **kwargs))

    def login(self, profile, token, server=None):
        return self.ok('login', server or f"localhost:{self.daemon.port}", '--ca', str(self.daemon.ca), '--token', token,
                       profile=profile)
