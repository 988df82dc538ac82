# SPDX-License-Identifier: GPL-3.0-or-later
"""The transcripts of proto/GRAMMAR.md, as they are written there; section 8 says what the placeholders stand for."""
import pathlib
import re

GRAMMAR = pathlib.Path(__file__).resolve().parents[2] / 'proto' / 'GRAMMAR.md'


def blocks():
    return [found.strip().split('\n') for found in re.findall(r'^```transcript\n(.*?)^```$', GRAMMAR.read_text(), re.M | re.S)]


def filled(text, stands):
    """With what each placeholder stands for in its place."""
    for placeholder, value in stands.items():
        text = text.replace(placeholder, value)
    return text
