# SPDX-License-Identifier: GPL-3.0-or-later
"""The transcripts of proto/GRAMMAR.md, played against a real daemon. Section 8 there says what the placeholders stand for."""
import collections
import datetime
import re
import types
import zoneinfo

import pytest

import running
import transcript
import wire

TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?[+-]\d\d:\d\d$')
CODE = re.compile(r'<(code|kept)(-\d+)?>')


def days():
    first = datetime.date.today() + datetime.timedelta(days=7)
    tuesday = first + datetime.timedelta(days=(1 - first.weekday()) % 7)
    noon = datetime.datetime.combine(tuesday, datetime.time(12), zoneinfo.ZoneInfo('Europe/Paris'))
    return {'<tuesday>': tuesday.isoformat(), '<wednesday>': (tuesday + datetime.timedelta(days=1)).isoformat(),
            '<offset>': noon.isoformat()[-6:]}


@pytest.fixture(scope='module')
def stage():
    """A fresh daemon, and what the placeholders stand for in every block."""
    with running.short_folder() as folder:
        one = running.Daemon(folder).start()
        stands = days()
        for name, member, roles in [('alice', 'm01', None), ('bruno', 'm02', None), ('carla', None, 'coordinator')]:
            stands[f"<token:{name}>"] = one.person(f"{name.title()} Test", member, roles)[0]
        yield types.SimpleNamespace(daemon=one, stands=stands)
        one.stop()


def value_fits(shown, value, stands):
    """Whether it does; a code that comes for the first time is kept: for this block, or for those that follow, too."""
    if CODE.fullmatch(shown) and re.fullmatch('B[0-9A-Z]{5,}', value):
        (stands.maps[-1] if shown.startswith('<kept') else stands)[shown] = value
        return True
    return shown in ('<any>', value) or (shown == '<time>' and bool(TIME.match(value)))


def fits(shown, line, stands):
    more = shown.endswith(' …')
    expected = wire.Line(transcript.filled(shown[:-2] if more else shown, stands).rstrip())
    rest = list(line.args)
    if expected.words != line.words:
        return False
    for key, value in expected.args:
        at = next((i for i, (k, v) in enumerate(rest) if k == key and value_fits(value, v, stands)), None)
        if at is None:
            return False
        del rest[at]
    return more or not rest


def expect(connection, shown, skipping, stands):
    while True:
        line = connection.read_line()
        if fits(shown, line, stands):
            return
        assert skipping, f"\nexpected {transcript.filled(shown, stands)}\n     got {line}"


def play(connection, lines, stands):
    skipping = False
    for shown in lines:
        side, text = shown[:3], shown[3:].rstrip()
        if side == 'C: ':
            connection.write(f"{transcript.filled(text, stands)}\n".encode())
        elif text == '…':
            skipping = True
        else:
            assert side == 'S: ', f"neither C: nor S: in {shown!r}"
            expect(connection, text, skipping, stands)
            skipping = False


def test_there_are_transcripts():
    assert len(transcript.blocks()) >= 6


@pytest.mark.parametrize('number', range(len(transcript.blocks())))
def test_transcript(stage, number):
    with stage.daemon.connect(greet=False) as connection:
        play(connection, transcript.blocks()[number], collections.ChainMap({}, stage.stands))


@pytest.mark.parametrize('shown, got, same', [
    ('1 OK a=1 b=2', '1 OK b=2 a=1', True),
    ('1 OK a=1', '1 OK a=1 b=2', False),
    ('1 OK a=1 …', '1 OK b=2 a=1', True),
    ('1 OK a=1 a=1', '1 OK a=1', False),
    ('1 OK a=<time>', '1 OK a=2026-12-05T08:00+01:00', True),
    ('1 OK a=<time>', '1 OK a=2026-12-05', False),
    ('1 OK a=<any>', '1 OK', False),
    ('1 OK booking=<code>', '1 OK booking=B00001', False),
    ('1 OK', '1 NO x', False),
])
def test_the_player_can_fail(shown, got, same):
    assert fits(shown, wire.Line(got), {'<code>': 'B12345'}) == same
