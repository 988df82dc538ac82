# SPDX-License-Identifier: GPL-3.0-or-later
"""What is broken: one to three daemons on one PostgreSQL, which is the first daemon's own or stands apart."""
import json
import os
import pathlib
import signal
import subprocess

import pole
import running
from chronicle import ROWS

START_S = 120


class Apart:
    """A PostgreSQL that is nobody's: killed, it is started again by us."""
    embedded = False

    def __init__(self, folder):
        self.server = running.Postgres(folder)
        self.server.start()
        self.server.psql('create role pole_owner login createrole')
        self.server.psql('create database pole owner pole_owner')

    def conninfo(self, _):
        return self.server.conninfo('pole', 'pole_owner')

    def psql(self, sql):
        return self.server.psql(sql, 'pole')

    def postmaster(self):
        try:
            pid = int((self.server.folder / 'data' / 'postmaster.pid').read_text().split('\n', 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        return pid if running.is_alive(pid) else None

    def revive(self):
        """Backends that outlive their postmaster for a moment keep a new one from starting."""
        def started():
            try:
                self.server.start()
            except AssertionError:
                return False
            return True
        if not self.postmaster():
            running.until('PostgreSQL starts again', started, START_S, 0.2)

    def stop(self):
        self.server.stop('immediate')


class Embedded:
    """That of the first daemon, which watches it and starts it again; the others connect to its socket."""
    embedded = True

    def __init__(self):
        self.daemon = None

    def conninfo(self, first):
        return None if first else f"host={self.daemon.state / 'pg'} dbname=mutuald user=mutuald"

    def psql(self, sql):
        return self.daemon.psql(sql)

    def postmaster(self):
        return self.daemon.postmaster()

    def revive(self):
        running.until('PostgreSQL runs again', self.answers, START_S, 0.1)

    def answers(self):
        try:
            return self.psql('select 1')
        except AssertionError:
            return False

    def stop(self):
        pass


class Stage:
    def __init__(self, folder, n_daemons, embedded):
        self.database = Embedded() if embedded else Apart(folder)
        self.daemons = {}
        policy = pole.write(pathlib.Path(folder) / 'crash')
        for name in 'abc'[:n_daemons]:
            one = running.Daemon(folder, poles=policy, database=self.database.conninfo(not self.daemons), name=name,
                                 arguments=['--max-connections-per-address', '500'])
            if embedded and not self.daemons:
                self.database.daemon = one
            self.daemons[name] = one

    def start(self):
        for one in self.daemons.values():
            one.start()
        return self

    @property
    def first(self):
        return self.daemons['a']

    def people(self, n_writers, n_readers):
        """(token, number, member) of each, known to every daemon."""
        rows = [(f"Writer {n}", pole.MEMBERS[n % len(pole.MEMBERS)], None) for n in range(n_writers)]
        rows += [(f"Reader {n}", None, 'coordinator') for n in range(n_readers)]
        made = []
        with self.first.connect(self.first.admin_token()) as admin:
            for name, member, roles in rows:
                token, code = self.first.person(name, member, roles, admin=Lasting(admin))
                made.append((token, int(code[1:]), member or ''))
        for one in self.daemons.values():
            running.until('everybody is known everywhere', lambda one=one: self.knows(one, made[-1][0]), START_S)
        return made

    @staticmethod
    def knows(one, token):
        with one.connect() as c:
            return c.call('AUTH', token=token).ok

    def backends(self):
        """Those of the daemons' connections."""
        rows = self.database.psql("select pid from pg_stat_activity where application_name in ('commits-1', 'reads', 'reports', 'feed')")
        return [int(r[0]) for r in rows]

    def rows(self):
        return [json.loads(r[0]) for r in self.database.psql(ROWS)]

    def overlaps(self):
        return self.database.psql(running.OVERLAPS)

    def audit(self, *what):
        """mutuald --verify, or --replay: (exit code, report)."""
        out = subprocess.run(self.first.command(*what), capture_output=True, text=True, timeout=600, check=False,
                             env={**running.SANITIZERS, **os.environ})
        return out.returncode, out.stdout + out.stderr

    def died(self):
        """Daemons that ended although nobody ended them."""
        return [f"daemon {name} ended with {one.process.returncode}: {one.log()[-4000:]}" for name, one in self.daemons.items()
                if one.process and one.process.poll() is not None]

    def stop(self):
        """The daemons, in order; what one says against it (a leak, an assertion) is an error."""
        problems = []
        for one in reversed(list(self.daemons.values())):
            try:
                one.stop()
            except RuntimeError as e:
                problems.append(str(e))
        return problems

    def abandon(self):
        """Whatever still runs is ended."""
        for one in self.daemons.values():
            if one.process and one.process.poll() is None:
                one.process.send_signal(signal.SIGCONT)
                one.process.terminate()
                try:
                    one.process.wait(30)
                except subprocess.TimeoutExpired:
                    one.kill()
        self.database.stop()


class Lasting:
    """A connection that `with` leaves open."""

    def __init__(self, connection):
        self.connection = connection

    def __enter__(self):
        return self.connection

    def __exit__(self, *_):
        pass
