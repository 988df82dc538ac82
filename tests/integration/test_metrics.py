# SPDX-License-Identifier: GPL-3.0-or-later
"""What the daemon counts of itself: /metrics as Prometheus reads it, STATUS for administrators, the log with --verbose."""
import re
import socket
import urllib.error
import urllib.request

import pytest

import running
import wire

pytestmark = pytest.mark.long

NAME = r'[a-zA-Z_:][a-zA-Z0-9_:]*'
SAMPLE = re.compile(rf'({NAME})(?:\{{(.*)\}})? (\S+)')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')
TYPES = 'counter', 'gauge', 'histogram'


def parse(text):
    """Exposition format 0.0.4, strictly: HELP, TYPE, then that metric's samples, none twice. {(name, labels): value}, {name: type}."""
    samples, types, helped = {}, {}, None
    assert text.endswith('\n')
    for line in text[:-1].split('\n'):
        if line.startswith('# HELP '):
            helped, said = line[7:].split(' ', 1)
            assert said and helped not in types, line
        elif line.startswith('# TYPE '):
            name, kind = line[7:].split(' ')
            assert name == helped and kind in TYPES, line
            assert name.startswith('mutuald_') and (kind == 'counter') == name.endswith('_total'), line
            types[name] = kind
        else:
            name, labels, value = SAMPLE.fullmatch(line).groups()
            family = re.sub(r'_(bucket|sum|count)$', '', name) if types[helped] == 'histogram' else name
            assert family == helped, line
            found = LABEL.findall(labels or '')
            assert ','.join(f'{k}="{v}"' for k, v in found) == (labels or ''), line
            key = name, tuple(found)
            assert key not in samples and float(value) >= 0, line
            samples[key] = float(value)
    for name in (n for n, t in types.items() if t == 'histogram'):
        buckets = [(k, v) for k, v in samples.items() if k[0] == name + '_bucket']
        bounds = [float(dict(k[1])['le']) for k, _ in buckets]
        assert bounds == sorted(bounds) and bounds[-1] == float('inf'), name
        assert [v for _, v in buckets] == sorted(v for _, v in buckets), name
        assert buckets[-1][1] == samples[name + '_count', ()], name
    return samples, types


@pytest.fixture
def measured(start):
    return start(arguments=['--metrics', '127.0.0.1:0', '--verbose'])


def port(one):
    return int(re.search(r'metrics on port (\d+)', one.log())[1])


def scrape(one):
    with urllib.request.urlopen(f"http://127.0.0.1:{port(one)}/metrics", timeout=20) as reply:
        assert reply.headers['Content-Type'] == 'text/plain; version=0.0.4; charset=utf-8'
        return parse(reply.read().decode())[0]


def raw(one, request, end=True):
    with socket.create_connection(('127.0.0.1', port(one)), timeout=20) as s:
        s.sendall(request)
        if end:
            s.shutdown(socket.SHUT_WR)
        out = b''
        while True:
            try:
                more = s.recv(65536)
            except ConnectionResetError:
                more = b''
            if not more:
                return out
            out += more


def requests(samples, verb, outcome='OK'):
    return samples.get(('mutuald_requests_total', (('verb', verb), ('outcome', outcome))), 0)


def test_values_move(measured, day):
    token, _ = measured.person('Zébulon Secret', 'm01')
    before = scrape(measured)
    with measured.connect(token) as c:
        ask = {'what': 'van', 'from_': f"{day}T08:00", 'for_': '2h'}
        replies = [c.call('BOOK', **ask) for _ in range(40)]
        c.call('NOSUCH')
        during = scrape(measured)
    granted = sum(r.ok for r in replies)
    assert 0 < granted < 40
    after = running.until('it is gone', lambda: (s := scrape(measured))['mutuald_connections', ()] == 0 and s)
    assert during['mutuald_connections', ()] == 1
    assert requests(after, 'BOOK') - requests(before, 'BOOK') == granted
    assert requests(after, 'BOOK', 'NO') - requests(before, 'BOOK', 'NO') == 40 - granted
    assert requests(after, 'none', 'BAD') == 1
    codes = {dict(k[1])['code']: v for k, v in after.items() if k[0] == 'mutuald_refusals_total'}
    assert codes['unknown-verb'] == 1 and sum(codes.values()) == 41 - granted, codes
    pole = (('pole', 'essai'),)
    assert after['mutuald_pole_bookings', pole] == granted
    assert after['mutuald_pole_version', pole] - before['mutuald_pole_version', pole] == granted
    assert after['mutuald_pole_lag_versions', pole] == 0 and after['mutuald_pole_waiting_commands', pole] == 0
    for name in ('mutuald_request_duration_seconds', 'mutuald_decide_duration_seconds', 'mutuald_commit_duration_seconds',
                 'mutuald_group_commands'):
        assert after[name + '_count', ()] - before[name + '_count', ()] >= granted, name
        assert after[name + '_sum', ()] > before[name + '_sum', ()], name
    assert after['mutuald_commit_duration_seconds_sum', ()] < 60 and after['mutuald_resident_memory_bytes', ()] > 1e6
    for name in ('mutuald_received_bytes_total', 'mutuald_sent_bytes_total'):
        assert after[name, ()] - before[name, ()] > 1000, name
    assert after['mutuald_database_up', ()] == 1 and after['mutuald_database_link_up', (('link', 'feed'),)] == 1


def test_failures_are_counted(measured):
    before = scrape(measured)
    for said in b'GET / HTTP/1.1\r\n\r\n', b'POST / HTTP/1.1\r\n\r\n', b'220 mail.example.org ESMTP\r\n':
        with socket.create_connection(('127.0.0.1', measured.port)) as s:
            s.sendall(said)
            s.recv(100)
    measured.psql("select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('commits-1', 'feed')")

    def again():
        now = scrape(measured)
        return all(now['mutuald_database_connects_total', (('link', n),)] == 2 for n in ('commits-1', 'feed')) and now
    after = running.until('the links are there again', again)
    assert after['mutuald_tls_failures_total', ()] - before['mutuald_tls_failures_total', ()] == 1
    assert after['mutuald_status_questions_total', ()] - before['mutuald_status_questions_total', ()] == 2
    with measured.admin() as c:
        status = c.expect('STATUS')
    assert (int(status['tls-failures']), int(status['status-questions'])) == tuple(
        after[f"mutuald_{name}_total", ()] for name in ('tls_failures', 'status_questions'))


def test_no_names(measured):
    token, code = measured.person('Zébulon Secret', 'm01')
    with measured.connect(token) as c:
        c.call('BOOK', what='van', from_='2099-01-01T08:00', for_='2h', purpose='Chose cachée')
        c.call('HELLO', lang='Zébulon')
    text = raw(measured, b'GET /metrics HTTP/1.1\r\n\r\n').decode()
    for name in ('bulon', 'Secret', 'm01', f'"{code}"', 'cach'):
        assert name not in text
        assert name in ('m01',) or name not in measured.log().replace(f"person={code}", ''), name


BAD = [
    (b'GET / HTTP/1.1\r\n\r\n', 404), (b'GET /metricsx HTTP/1.1\r\n\r\n', 404), (b'POST /metrics HTTP/1.1\r\n\r\n', 405),
    (b'GET /metrics\r\n\r\n', 400), (b'\r\n\r\n', 400), (b'GET\0/metrics HTTP/1.1\r\n\r\n', 400),
    (b'GET /metrics HTTP/1.1\r\nX: ' + b'x' * 5000, 431), (b'x' * 100000, 431), (b'GET /metrics HTTP/2\r\n\r\n', 400),
    (b'GET /metrics?x=y HTTP/1.0\r\n\r\n', 200), (b'HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n', 200),
    (b'GET /metrics HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\nabc', 200),
]


def test_what_is_not_asked_for(measured):
    for request, status in BAD:
        assert raw(measured, request).startswith(f"HTTP/1.1 {status} ".encode()), request
    assert raw(measured, b'HEAD /metrics HTTP/1.1\r\n\r\n').endswith(b'\r\n\r\n')
    held = [socket.create_connection(('127.0.0.1', port(measured))) for _ in range(40)]  # silent ones keep others out for 5 s
    for s in held:
        s.settimeout(20)
        assert s.recv(10) == b''
        s.close()
    assert scrape(measured)['mutuald_info', (('version', '0.1'),)] == 1
    before = measured.descriptors()
    for _ in range(50):
        scrape(measured)
    running.until('none is left open', lambda: measured.descriptors() <= before)


def test_status_of_an_administrator(measured):
    token, _ = measured.person('Alice', 'm01')
    with measured.connect(token) as c, measured.admin() as admin:
        told, inside = c.expect('STATUS'), admin.expect('STATUS')
        assert 'memory-bytes' not in told and 'commit-us' not in told
        assert int(inside['memory-bytes']) > 1e6 and int(inside['commit-us']) > 0 and inside['lag-versions'] == '0'
        assert int(admin.expect('STATUS')['received-bytes']) > int(inside['received-bytes'])


def test_each_decision_is_logged(measured, day):
    token, code = measured.person('Alice', 'm01')
    with measured.connect(token) as c:
        c.expect('BOOK', what='van', from_=f"{day}T08:00", for_='2h')
        c.call('BOOK', what='nothing', from_=f"{day}T08:00", for_='2h')
        tags = [t for t in re.findall(r'debug: pole=essai conn=\d+ tag=(\S+) person=' + code + ' verb=BOOK', measured.log())]
        assert len(tags) == len(set(tags)) == 2, measured.log()
    pattern = rf'debug: pole=essai conn=\d+ tag=\S+ person={code} verb=BOOK outcome=(\w+) code=(\S+) version=(\d+) us=\d+\n'
    (ok, none, version), (no, why, same) = re.findall(pattern, measured.log())
    assert (ok, none, no, why) == ('OK', '-', 'NO', 'unknown-resource') and int(version) > 0 and same == version


def test_quiet_by_default(start, day):
    one = start()
    token, _ = one.person('Alice', 'm01')
    before = one.log()
    with one.connect(token) as c:
        c.expect('BOOK', what='van', from_=f"{day}T08:00", for_='2h')
        c.call('NOSUCH')
    assert one.log() == before and 'metrics' not in before
    with pytest.raises((wire.Broken, urllib.error.URLError, OSError)):
        urllib.request.urlopen('http://127.0.0.1:9823/metrics', timeout=2)
