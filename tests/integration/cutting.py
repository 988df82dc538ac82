# SPDX-License-Identifier: GPL-3.0-or-later
"""A relay between a client and a server that ends a connection after so many bytes, and one more session of PostgreSQL's."""
import contextlib
import selectors
import socket
import subprocess
import threading

import running

UP, DOWN = 'up', 'down'  # from the client, to the client


class Pair:
    def __init__(self, client, server):
        self.sides = {client: (server, UP), server: (client, DOWN)}
        self.wanted = None  # not known before the client has said something


class Cutter(threading.Thread):
    """`server`: a port of 127.0.0.1, or the path of a unix socket. `wanted`: tells from the first bytes whether this is the connection."""

    def __init__(self, server, wanted=lambda first: True):
        super().__init__(daemon=True)
        self.server, self.wanted = server, wanted
        self.listening = socket.create_server(('127.0.0.1', 0))
        self.port = self.listening.getsockname()[1]
        self.selector, self.lock = selectors.DefaultSelector(), threading.RLock()
        self.selector.register(self.listening, selectors.EVENT_READ)
        self.direction, self.left, self.was_cut, self.over = None, 0, False, False
        self.passed = {UP: 0, DOWN: 0}
        self.pairs = set()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.join()
        self.end_all()
        self.listening.close()
        self.selector.close()

    def arm(self, direction, n):
        """From now on: that many bytes in that direction pass, then their connection ends, once."""
        with self.lock:
            self.direction, self.left, self.was_cut = direction, n, False
            self.passed = {UP: 0, DOWN: 0}

    def end_all(self):
        with self.lock:
            for pair in list(self.pairs):
                self.end(pair)

    def run(self):
        while not self.over:
            for key, _ in self.selector.select(0.05):
                with self.lock:
                    if key.fileobj is self.listening:
                        self.begin()
                    elif key.data in self.pairs:
                        self.relay(key.fileobj, key.data)

    def begin(self):
        client, _ = self.listening.accept()
        server = socket.socket(socket.AF_INET if isinstance(self.server, int) else socket.AF_UNIX)
        try:
            server.connect(('127.0.0.1', self.server) if isinstance(self.server, int) else str(self.server))
        except OSError:
            client.close()
            server.close()
            return
        pair = Pair(client, server)
        self.pairs.add(pair)
        for side in pair.sides:
            self.selector.register(side, selectors.EVENT_READ, pair)

    def end(self, pair):
        self.pairs.discard(pair)
        for side in pair.sides:
            self.selector.unregister(side)
            side.close()

    def relay(self, side, pair):
        other, direction = pair.sides[side]
        try:
            data = side.recv(65536)
            if pair.wanted is None and data:
                pair.wanted = self.wanted(data)
            ends = not data or (pair.wanted and self.ends_in(direction, len(data)))
            other.sendall(data[:self.left] if ends else data)
        except OSError:
            ends = True
        if ends:
            self.end(pair)

    def ends_in(self, direction, n):
        """Whether the cut falls into these bytes: then `left` of them still pass."""
        self.passed[direction] += n
        if direction != self.direction:
            return False
        if n < self.left:
            self.left -= n
            return False
        self.direction, self.was_cut = None, True
        return True


class Session:
    """A session beside the daemon's: holds locks for as long as it likes."""

    def __init__(self, conninfo, user):
        self.process = subprocess.Popen(
            running.as_user(user, [str(running.postgres_bin() / 'psql'), '-XAtq', '-d', conninfo]), cwd='/', text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()

    def run(self, sql):
        """Everything that it prints."""
        self.process.stdin.write(sql + ';\n\\echo :done:\n')
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line == ':done:\n':
                break
            lines.append(line.rstrip('\n'))
        return lines
