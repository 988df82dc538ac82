# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmarks set up and ask: a daemon with a pole of its own, pgbench on the same PostgreSQL (straight, and through PgBouncer
with TLS), a TLS echo server."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
RESOURCES = 2000
START_S = 120
SLOT = '''\\set r random(1, {resources})
\\set h random(48, 80000)
'''.format(resources=RESOURCES)
DURING = ("tstzrange('2027-01-01Z'::timestamptz + :h * interval '1 hour',"
          " '2027-01-01Z'::timestamptz + (:h + 1) * interval '1 hour')")
# The row that a booking occupies, and nothing else.
ALLOCATION_ALONE = SLOT + f'''INSERT INTO occupied (pole_id, booking, resource_id, lane, during)
    VALUES (1, nextval('booking_number'), :r, 1, {DURING}) ON CONFLICT DO NOTHING;
'''
# Also a row of the log and the booking's own, as large as the daemon's are, in one statement.
SAME_ROWS = SLOT + f'''WITH a AS (INSERT INTO occupied (pole_id, booking, resource_id, lane, during)
        VALUES (1, nextval('booking_number'), :r, 1, {DURING}) ON CONFLICT DO NOTHING RETURNING *),
    b AS (INSERT INTO booked SELECT pole_id, booking, resource_id, 1, 1, 1, 'confirmed', false, lower(during), upper(during), now() FROM a)
    INSERT INTO logged SELECT pole_id, booking, 1, now(), booking, 1, 'booking', repeat('x', 350), repeat('h', 64) FROM a;
'''
TABLES = ('''create extension btree_gist; create sequence booking_number;
    create table occupied (pole_id int4 not null, booking int8 not null, resource_id int4 not null, lane int4 not null,
        during tstzrange not null, occupies bool not null default true, primary key (pole_id, booking, resource_id, lane),
        constraint overlap {constraint});
    create table booked (pole_id int4 not null, number int8 not null, resource_id int4 not null, member int4 not null, person int4 not null,
        made_by int4 not null, state text not null, pinned bool not null, starts timestamptz not null, ends timestamptz not null,
        made_at timestamptz not null, primary key (pole_id, number));
    create table logged (pole_id int4 not null, version int8 not null, seq int4 not null, at timestamptz not null, batch int8 not null,
        actor int4 not null, kind text not null, change text not null, hash text not null, primary key (pole_id, version, seq))''')


def fail(text):
    sys.exit(f'{pathlib.Path(sys.argv[0]).name}: {text}')


def output_of(command, **more):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **more)
    if done.returncode != 0:
        fail(f"{command[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def pg_program(name):
    found = sorted(pathlib.Path('/usr/lib/postgresql').glob(f'*/bin/{name}'))
    return found[-1] if found else fail(f'no {name}: install postgresql')


def end(process, how=signal.SIGTERM):
    process.send_signal(how)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def until(what, condition, process=None):
    limit = time.monotonic() + START_S
    while not (found := condition()):
        if time.monotonic() > limit or (process and process.poll() is not None):
            fail(f'{what} did not come about')
        time.sleep(0.05)
    return found


def write_policy(folder):
    folder.mkdir(parents=True)
    (folder / 'pole.yaml').write_text(
        'pole: bench\nname: Bench\nzone: Etc/UTC\nlanguage: en\nsites:\n  site: {name: Site}\n')
    (folder / 'members.yaml').write_text(
        'members:\n  m1: {name: One, kind: association, class: founder, share: 1}\n')
    (folder / 'resources.yaml').write_text('resources:\n' + ''.join(
        f'  r{i}: {{name: R{i}, kind: equipment, site: site, hours: always, start: every 15m}}\n'
        for i in range(1, RESOURCES + 1)))


class Daemon:
    """mutuald with a pole of 2,000 things and a PostgreSQL of its own."""

    def __init__(self, build, folder, connections):
        self.state = folder / 'state'
        self.log_path = folder / 'log'
        write_policy(folder / 'poles' / 'bench')
        with open(self.log_path, 'wb') as log:
            self.process = subprocess.Popen(
                [build / 'daemon' / 'mutuald', '--state-dir', self.state, '--policy-dir', folder / 'poles', '--listen', '127.0.0.1:0',
                 '--max-connections', str(connections + 100), '--max-connections-per-address', str(connections + 100),
                 '--max-connections-per-member', str(connections + 100)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.port = until('a mutuald that is ready', lambda: re.search(r'ready on 127\.0\.0\.1:(\d+)', self.said()), self.process)[1]
        self.database = f"host={self.state / 'pg'} user=postgres"

    def said(self):
        return self.log_path.read_text(errors='replace')

    def status(self, field):
        return int(re.search(rf'{field}:\s+(\d+)', pathlib.Path(f'/proc/{self.process.pid}/status').read_text())[1])

    def psql(self, database, sql):
        return output_of([pg_program('psql'), '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', f'{self.database} dbname={database}', '-c', sql]).strip()

    def stop(self):
        end(self.process)


class Load:
    """tests/bench/load against the daemon or the echo server."""

    def __init__(self, build, daemon, seconds):
        self.program, self.build, self.daemon, self.seconds = build / 'tests' / 'bench' / 'load', build, daemon, seconds
        self.asked = 0
        self.echo = None

    def command(self, mode, port, connections, *more):
        token = [] if mode == 'echo' else [f"--token-file={self.daemon.state / 'admin.token'}"]
        return [str(c) for c in (self.program, mode, f'--port={port}', f"--ca={self.daemon.state / 'tls' / 'ca.crt'}", *token,
                                 f'--connections={connections}', *more)]

    def __call__(self, mode, connections, depth):
        port = self.echo_port() if mode == 'echo' else self.daemon.port
        answer = json.loads(output_of(self.command(mode, port, connections, f'--depth={depth}', f'--seconds={self.seconds}',
                                                   f'--resources={RESOURCES}', f'--first={self.asked}')))
        if mode == 'book':
            self.asked += answer['asked']
        if answer['refused'] and mode == 'book' or answer['failed']:
            fail(f'{mode}: some were not answered OK: {answer}')
        return answer

    def echo_port(self):
        if self.echo is None:
            tls = self.daemon.state / 'tls'
            self.echo = subprocess.Popen([self.build / 'tests' / 'bench' / 'echo', tls / 'server.crt', tls / 'server.key'],
                                         stdout=subprocess.PIPE, text=True)
            self.port_of_echo = self.echo.stdout.readline().strip()
        return self.port_of_echo

    def hold(self, connections):
        """So many connections that say nothing, until released."""
        process = subprocess.Popen(self.command('idle', self.daemon.port, connections), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if process.stdout.readline().strip() != 'holding':
            fail('idle connections were not let in')
        return process

    @staticmethod
    def release(process):
        process.stdin.close()
        process.wait()

    def stop(self):
        if self.echo is not None:
            end(self.echo)


class PgBench:
    """Inserts into a table with the daemon's own constraint, alone in a database of the daemon's PostgreSQL."""

    def __init__(self, daemon, folder, seconds):
        self.daemon, self.folder, self.seconds = daemon, folder, max(1, round(seconds))
        constraint = daemon.psql('mutuald', "select pg_get_constraintdef(oid) from pg_constraint where conname = 'allocation_overlap'")
        daemon.psql('postgres', 'create database bench')
        for sql in TABLES.format(constraint=constraint).split(';'):
            daemon.psql('bench', sql)

    def __call__(self, clients, script=ALLOCATION_ALONE, through=None):
        path, prefix = self.folder / 'insert.sql', self.folder / f'pgbench-{time.monotonic_ns()}'
        path.write_text(script)
        said = output_of([pg_program('pgbench'), '-n', '-M', 'prepared', '-c', clients, '-j', 1, '-T', self.seconds, '-f', path,
                          '-l', '--log-prefix', prefix, through or f'{self.daemon.database} dbname=bench'])
        failed = re.search(r'number of failed transactions: (\d+)', said)
        if failed and int(failed[1]):
            fail(f'pgbench failed transactions:\n{said}')
        logs = list(self.folder.glob(prefix.name + '*'))
        took = sorted(int(line.split()[2]) for log in logs for line in log.read_text().splitlines())
        for log in logs:
            log.unlink()
        return {'per_second': float(re.search(r'tps = ([0-9.]+)', said)[1]),
                'p50_ms': took[len(took) // 2] / 1000, 'p99_ms': took[len(took) * 99 // 100] / 1000}


class PgBouncer:
    """In front of that database, with TLS towards its clients. Sessions are pooled, for so statements stay prepared."""

    def __init__(self, daemon, folder):
        self.folder = folder / 'pgbouncer'
        self.folder.mkdir(exist_ok=True)
        for name in ('server.crt', 'server.key', 'ca.crt'):
            shutil.copy(daemon.state / 'tls' / name, self.folder / name)
        self.port = self.free_port()
        (self.folder / 'users').write_text('"postgres" ""\n')
        (self.folder / 'pgbouncer.ini').write_text(f'''[databases]
bench = host={daemon.state / 'pg'} user=postgres dbname=bench
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self.port}
unix_socket_dir =
auth_type = trust
auth_file = {self.folder / 'users'}
pool_mode = session
default_pool_size = 64
ignore_startup_parameters = extra_float_digits
client_tls_sslmode = require
client_tls_cert_file = {self.folder / 'server.crt'}
client_tls_key_file = {self.folder / 'server.key'}
''')
        as_user = {}
        if os.geteuid() == 0:
            for path in [self.folder, *self.folder.iterdir()]:
                shutil.chown(path, 'postgres', 'postgres')
            as_user = {'user': 'postgres', 'group': 'postgres', 'extra_groups': []}
        self.process = subprocess.Popen([shutil.which('pgbouncer', path='/usr/sbin:/usr/bin') or fail('no pgbouncer: install it'),
                                         self.folder / 'pgbouncer.ini'],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_user)
        self.conninfo = f'host=localhost hostaddr=127.0.0.1 port={self.port} user=postgres dbname=bench sslmode=require'
        until('PgBouncer', self.answers, self.process)

    @staticmethod
    def free_port():
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            return s.getsockname()[1]

    def answers(self):
        return subprocess.run([pg_program('psql'), '-XAtqc', 'select 1', self.conninfo], capture_output=True, check=False).returncode == 0

    def stop(self):
        end(self.process, signal.SIGINT)
