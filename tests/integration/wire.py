# SPDX-License-Identifier: GPL-3.0-or-later
"""MUTUAL/1 as a test speaks it: one TLS connection, requests out, replies in.

Written from proto/GRAMMAR.md and from nothing else, so that a slip shared by the daemon and its own client is seen here.
"""
import re
import socket
import ssl
import time

ANSWER_S = 60  # the sanitized daemon on a busy machine is slow; a lost reply is caught all the same


BY_RULE = {'too-short', 'too-long', 'step', 'start-grid', 'lead', 'horizon', 'slots', 'opens', 'quota', 'who', 'kept',
           'qualification', 'recurrence'}  # what only a rule of the policy refuses
END_OF_TIME = '1 Jan 2199'  # no rule sets it, the calendar ends there
PLACE = re.compile(r'[^:]+\.yaml:[1-9]\d*:[1-9]\d*')


class Broken(Exception):
    """The server ended the connection."""


class Line:
    """words, then key=value; a repeated key is a list."""

    def __init__(self, text):
        self.text = text
        self.words, self.args = parse(text)

    def get(self, key, otherwise=None):
        return next((v for k, v in self.args if k == key), otherwise)

    def all(self, key):
        return [v for k, v in self.args if k == key]

    def __contains__(self, key):
        return any(k == key for k, _ in self.args)

    def __getitem__(self, key):
        value = self.get(key)
        if value is None:
            raise KeyError(f"{key} in {self.text!r}")
        return value

    def __repr__(self):
        return self.text


def parse(text):
    words, args, at = [], [], 0
    while at < len(text):
        end = at
        while end < len(text) and text[end] not in ' =':
            end += 1
        if end == len(text) or text[end] == ' ':
            assert not args, f"a word after the arguments: {text!r}"
            words.append(text[at:end])
            at = end + 1
            continue
        value, after = parse_value(text, end + 1)
        args.append((text[at:end], value))
        assert after == len(text) or text[after] == ' ', f"no space after a value: {text!r}"
        at = after + 1
    return words, args


def parse_value(text, at):
    if at >= len(text) or text[at] != '"':
        end = text.find(' ', at)
        end = len(text) if end < 0 else end
        return text[at:end], end
    out, at = [], at + 1
    while text[at] != '"':
        at += text[at] == '\\'
        out.append(text[at])
        at += 1
    return ''.join(out), at + 1


def quote(value):
    value = str(value)
    if value and not any(c in ' "\\' or ord(c) < 32 for c in value):
        return value
    return '"' + value.replace('\\', '\\\\').replace('"', '\\"') + '"'


def request(verb, args):
    """`from_` stands for from, `for_` for for; a list repeats its key; None leaves it out."""
    out = [verb]
    for key, value in args.items():
        key = key.rstrip('_').replace('_', '-')
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if one is not None:
                out.append(f"{key}={quote(one)}")
    return ' '.join(out)


class Reply:
    def __init__(self, data, final):
        self.data, self.final = data, final

    @property
    def ok(self):
        return self.final.words[1] == 'OK'

    @property
    def outcome(self):
        """`OK`, `NO conflict`, `BAD unknown-key` ..."""
        return ' '.join(self.final.words[1:])

    def of(self, kind):
        return [l for l in self.data if l.words[2] == kind]

    def __getitem__(self, key):
        return self.final[key]

    def get(self, key, otherwise=None):
        return self.final.get(key, otherwise)

    def __contains__(self, key):
        return key in self.final

    def __repr__(self):
        return '\n'.join(l.text for l in [*self.data, self.final])


def check_named(line, code):
    """Where a rule refuses, it is named, with its place."""
    assert line.get('text'), f"a refusal without text: {line}"
    if code in BY_RULE and not (code == 'horizon' and END_OF_TIME in line['text']):
        assert line.get('rule') and PLACE.fullmatch(line.get('place', '')), f"a refusal without its rule or place: {line}"


def check_refusal(reply):
    """Every answer that a test gets goes through this: no refusal without a reason, none by a rule without that rule."""
    kind, *code = reply.final.words[1:]
    assert kind == 'OK' or (kind in ('NO', 'BAD', 'ERR') and len(code) == 1), f"an outcome without its code: {reply.final}"
    for line in reply.of('reason'):
        assert line.get('code'), f"a reason without a code: {line}"
        check_named(line, line['code'])
    for line in [*reply.of('occurrence'), *reply.of('misfit')]:
        if line.get('outcome') in ('refused', 'skipped', None):
            check_named(line, line['reason'])
    if kind != 'OK':
        check_named(reply.final, code[0])


_contexts = {}


def context(ca):
    if ca not in _contexts:
        _contexts[ca] = ssl.create_default_context(cafile=ca and str(ca))
    return _contexts[ca]


class Connection:
    def __init__(self, port, ca, token=None, lang=None, greet=True, timeout_s=ANSWER_S, receive_bytes=None):
        plain = socket.socket()
        if receive_bytes:  # counts from before the connection on only
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        plain.settimeout(timeout_s)
        try:
            plain.connect(('127.0.0.1', port))
        except BaseException:
            plain.close()
            raise
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.socket = context(ca).wrap_socket(plain, server_hostname='localhost')
        except BaseException:
            plain.close()
            raise
        self.input, self.serial, self.events = bytearray(), 0, []
        self.timeout_s = timeout_s
        if greet:
            self.greeting = self.read_line()
        if token:
            self.whoami = self.expect('AUTH', token=token, lang=lang)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def write(self, raw):
        self.socket.sendall(raw)

    def read_raw_line(self):
        end = time.monotonic() + self.timeout_s
        while (at := self.input.find(b'\n')) < 0:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError('no line from the server')
            self.socket.settimeout(left)
            try:
                got = self.socket.recv(65536)
            except (ConnectionError, ssl.SSLError) as e:
                raise Broken(str(e)) from e
            if not got:
                raise Broken('end of stream')
            self.input += got
        line = bytes(self.input[:at])
        del self.input[:at + 1]
        return line

    def read_line(self):
        return Line(self.read_raw_line().decode('utf-8'))

    def send(self, verb, /, **args):
        self.serial += 1
        tag = f"t{self.serial}"
        self.write(f"{tag} {request(verb, args)}\n".encode())
        return tag

    def receive(self, tag):
        data = []
        while True:
            line = self.read_line()
            if line.words[0] == '*':
                self.events.append(line)
                continue
            assert line.words[0] == tag, f"reply out of order: expected {tag}, got {line}"
            if line.words[1] != '-':
                reply = Reply(data, line)
                check_refusal(reply)
                return reply
            data.append(line)

    def call(self, verb, /, **args):
        return self.receive(self.send(verb, **args))

    def expect(self, verb, /, **args):
        """A call that must be granted."""
        reply = self.call(verb, **args)
        assert reply.ok, f"{request(verb, args)} -> {reply}"
        return reply

    def refused(self, outcome, verb, /, **args):
        """A call that must end so: `NO conflict`."""
        reply = self.call(verb, **args)
        assert reply.outcome == outcome, f"{request(verb, args)} -> {reply}"
        assert reply['text'], f"a refusal without text: {reply}"
        return reply

    def until_closed(self):
        """Every line up to the end of the stream."""
        lines = []
        try:
            while True:
                lines.append(self.read_raw_line().decode('utf-8'))
        except Broken:
            return lines
