# SPDX-License-Identifier: GPL-3.0-or-later
"""The client's commands about rules, queues and what becomes of a booking, as a person and as a script use them."""
import csv
import datetime
import io
import re
import shlex
import unicodedata

import pytest

import regles
import running

DONE, REFUSED, USAGE, NETWORK, NOT_ALLOWED = range(5)
CODE = re.compile(r'\bB[0-9A-Z]{5,}\b')


@pytest.fixture(scope='module')
def pole():
    with running.short_folder() as folder:
        one = running.Daemon(folder, poles=regles.POLE).start()
        one.people = regles.people(one)
        yield one
        one.stop()


@pytest.fixture(scope='module')
def mutual(pole):
    with running.short_folder() as folder:
        made = running.Mutual(pole, folder)
        for name, _, _ in regles.PEOPLE:
            made.login(name, getattr(pole.people, name))
        yield made


@pytest.fixture
def day():
    return regles.new_day()


def code_of(text):
    found = CODE.search(text)
    assert found, text
    return found[0]


def refused(mutual, *arguments, code=REFUSED, **how):
    out = mutual.run(*arguments, **how)
    assert out.returncode == code, (arguments, out.stdout, out.stderr)
    return out.stderr


def commands_in(text):
    """What is there to paste, without the program's name."""
    return [shlex.split(line.split('#')[0])[1:] for line in text.splitlines() if line.strip().startswith('mutual ')]


def the_row(mutual, code, profile):
    return mutual.json('show', code, profile=profile)


def test_hold_and_confirm(mutual, day):
    said = mutual.ok('hold', 'one', day, '8:00', '2h', '--hold-for', '10m', profile='alice')
    code = code_of(said)
    assert said.startswith('Held for you: one, ') and re.search(r'\((9m|10m)[^)]* left\)', said)
    assert commands_in(said) == [['confirm', code], ['cancel', code]]
    assert re.search(rf"{code}.*held \(.*left\)", mutual.ok('list', profile='alice'))
    assert the_row(mutual, code, 'alice')['state'] == 'held'
    refused(mutual, 'book', 'one', day, '9:00', '2h', profile='bruno')
    said = mutual.ok('confirm', code, profile='alice')
    assert said.startswith('It is yours: one, ') and code in said
    said = refused(mutual, 'confirm', code, profile='alice')
    assert ['show', code] in commands_in(said)
    mutual.ok('cancel', code, profile='alice')


def test_hold_for_is_a_length(mutual, day):
    for length in ('20m', '1h30', '2 hours', '2j'):
        mutual.ok('hold', 'one', day, '8:00', '2h', '--hold-for', length, '--dry-run', profile='alice')
    refused(mutual, 'hold', 'one', day, '8:00', '2h', '--hold-for', 'soon', code=USAGE, profile='alice')


def test_a_refusal_says_how_to_wait_and_that_can_be_pasted(mutual, day):
    taken = code_of(mutual.ok('book', 'one', day, '8:00', '4h', profile='alice'))
    said = refused(mutual, 'book', 'one', day, '8:00', '4h', '--purpose', "l'été", profile='bruno')
    assert 'Or wait for it, as number 1 of 1:' in said
    wait = commands_in(said)[-1]
    assert wait[0] == 'wait' and "l'été" in wait
    said = mutual.ok(*wait, profile='bruno')
    mine = code_of(said)
    assert said.startswith('Waiting for: one, ') and 'Your place: 1 of 1.' in said and "is taken by L'Établi" in said
    assert [c[0] for c in commands_in(said)] == ['book'] * 3 and 'mutual offers' in said
    out = mutual.run('book', 'one', day, '8:00', '4h', '--json', profile='dora')
    assert out.returncode == REFUSED and '"next": "mutual wait one ' in out.stdout
    assert 'Or wait' in refused(mutual, 'find', 'one', day, '8:00', '4h', profile='dora')
    assert mutual.ok('list', profile='bruno').count('waiting 1/1') == 1
    mutual.ok('cancel', taken, profile='alice')
    said = mutual.ok('offers', profile='bruno')
    assert 'Offered to you:' in said and re.search(rf"{mine} .*\b(3h 59m|4h)\b", said)
    assert commands_in(said) == [['accept', mine], ['pass', mine]]
    (offer,) = mutual.json('offers', profile='bruno')['offers']
    assert offer['booking'] == mine and offer['state'] == 'held' and offer['due-at']
    (row,) = csv.DictReader(io.StringIO(mutual.ok('offers', '--csv', profile='bruno')))
    assert row['booking'] == mine and row['due-at'] == offer['due-at']
    assert mutual.ok('accept', mine, profile='bruno').startswith('It is yours: one, ')
    assert 'Nothing is offered' in mutual.ok('offers', profile='bruno')


def test_what_waiting_cannot_mend_is_not_told_to_wait(mutual, day):
    said = refused(mutual, 'book', 'club', day, '8:00', '1h', profile='bruno')
    assert 'wait' not in said
    assert 'mutual resources' in refused(mutual, 'book', 'clbu', day, '8:00', '1h', profile='bruno')


def test_the_queue_is_explained(mutual, day):
    taken = code_of(mutual.ok('book', 'one', day, '8:00', '4h', profile='tom'))
    small = code_of(mutual.ok('wait', 'one', day, '8:00', '4h', profile='dora'))
    first = mutual.ok('book', 'one', day, '8:00', '4h', '--wait', profile='alice')
    assert 'Your place: 1 of 2.' in first and 'Before you' not in first
    said = mutual.ok('wait', 'one', day, '8:00', '4h', '--lang', 'fr', profile='bruno')
    assert 'Votre rang : 2 sur 3.' in said and "  1. L'Établi avant La Remise : sa classe passe d'abord" in said
    row = mutual.json('wait', 'one', day, '8:00', '4h', profile='dora')
    assert row['state'] == 'waiting' and row['turn'] == 4 and row['of'] == 4
    assert [a['member'] for a in row['ahead']] == ['m01', 'm02', 'm04']
    said = mutual.ok('offers', 'one', profile='dora')
    assert f"Before {small}:" in said and said.count('its class comes first') >= 2
    waiting = {w['booking']: w for w in mutual.json('offers', profile='dora')['waiting']}
    assert [a['why'] for a in waiting[small]['ahead']] == ['class', 'class']
    assert 'Before you:' in mutual.ok('show', small, profile='dora')
    assert 'Before you' not in mutual.ok('show', code_of(first), profile='alice')
    mutual.ok('cancel', taken, profile='tom')
    for name in ('alice', 'bruno', 'dora', 'dora'):
        (offer,) = mutual.json('offers', 'one', profile=name)['offers']
        said = mutual.ok('pass', offer['booking'], profile=name)
        assert said.startswith('Turned down: one, ')


def test_any_time_of_a_window_and_pass_keep(mutual, day):
    taken = code_of(mutual.ok('book', 'one', day, '8:00', '10h', profile='alice'))
    said = mutual.ok('wait', 'one', '2h', '--within', f"{day} 8:00 - 18:00", profile='bruno')
    mine = code_of(said)
    assert '2h within ' in said
    assert '2h within ' in mutual.ok('list', profile='bruno') and '2h within ' in mutual.ok('offers', profile='bruno')
    mutual.ok('move', taken, '--from', f"{day} 10:00", '--to', f"{day} 18:00", profile='alice')
    said = mutual.ok('pass', mine, '--keep', profile='bruno')
    assert said.startswith('Turned down; still waiting for: one, ') and 'Your place: 1 of 1.' in said
    mutual.ok('pass', mine, profile='bruno')
    mutual.ok('cancel', taken, profile='alice')


def test_approval(mutual, day):
    said = mutual.ok('book', 'hall', day, '8:00', '4h', '--purpose', 'Assemblée', profile='alice')
    asked = code_of(said)
    assert said.startswith('Asked for: hall, ') and '(rule the hall is asked for, rules.yaml:' in said and 'Without an answer' in said
    refused(mutual, 'approve', asked, code=NOT_ALLOWED, profile='alice')
    assert asked in mutual.ok('list', '--all', '--state', 'requested', profile='max')
    said = mutual.ok('approve', asked, '--reason', 'Belle idée', profile='max')
    assert said.startswith('Approved: hall, ')
    said = mutual.ok('show', asked, profile='alice')
    assert re.search(r'^reason +Belle idée +Max Test', said, re.M) and 'Decided by' in said
    (note,) = the_row(mutual, asked, 'alice')['notes']
    assert (note['kind'], note['text'], note['by-name']) == ('reason', 'Belle idée', 'Max Test')
    said = mutual.ok('move', asked, day, '9:00', '--dry-run', profile='alice')
    assert re.search(r'Its former time, .* 08:00–12:00, is given up', said), said
    other = code_of(mutual.ok('book', 'hall', day, '14:00', '4h', profile='bruno'))
    assert 'former time' not in mutual.ok('move', other, day, '14:00', profile='bruno')
    assert mutual.ok('decline', other, '--reason', 'Toit en travaux', profile='max').startswith('Declined: hall, ')
    assert re.search(rf"{other}.*refusée", mutual.ok('list', '--state', 'declined', '--lang', 'fr', profile='bruno'))


def test_out_and_back(mutual, pole):
    code = code_of(mutual.ok('book', 'one', '+2m', '4h', profile='alice'))
    said = mutual.ok('out', code, '--meter', '84210.5', '--condition', 'rayure à gauche', '--person', pole.people.anne_code,
                     profile='alice')
    assert said.startswith('Taken out: one, ') and 'Due back: ' in said and commands_in(said) == [['back', code]]
    assert re.search(rf"{code}.* out ", mutual.ok('list', profile='alice'))
    assert '84210.5' in refused(mutual, 'back', code, '--meter', '84210', profile='alice')
    said = mutual.ok('back', code, '--meter', '84251', '--condition', 'propre', profile='alice')
    assert said.startswith('Brought back: one, ') and 'Free for others again: ' in said
    row = the_row(mutual, code, 'alice')
    assert (row['state'], row['meter-out'], row['meter-back'], row['used-by']) == ('done', 84210.5, 84251, pole.people.anne_code)
    assert {n['kind']: n['text'] for n in row['notes']} == {'condition-out': 'rayure à gauche', 'condition-back': 'propre'}


def test_a_late_return_is_told(start, folder):
    """Due back in an hour, brought back in three."""
    one = start(poles=regles.POLE, clock='+0')
    client = running.Mutual(one, folder)
    client.login('alice', one.person('Alice Test', 'm01')[0])
    code = code_of(client.ok('book', 'one', '+2m', '1h', profile='alice'))
    client.ok('out', code, profile='alice')
    one.set_clock('+3h')
    assert the_row(client, code, 'alice')['state'] == 'out'
    said = client.ok('back', code, profile='alice')
    assert 'It was due back ' in said and re.search(r': (1h 5\dm|2h)[^:]* late\.', said), said
    assert 'Free for others' not in said


def test_out_too_early(mutual, day):
    code = code_of(mutual.ok('book', 'one', day, '8:00', '1h', profile='alice'))
    said = refused(mutual, 'out', code, profile='alice')
    assert '07:00 on:' in said and commands_in(said) == [['out', code]]
    mutual.ok('cancel', code, profile='alice')


def test_what_a_late_cancellation_owes(mutual):
    near = (datetime.date.today() + datetime.timedelta(days=10)).isoformat()
    code = code_of(mutual.ok('book', 'pair', near, '8:00', '2h', profile='alice'))
    assert '50 % of the price is owed' in mutual.ok('cancel', code, profile='alice')
    assert '50 % of the price' in mutual.ok('show', code, profile='alice') and the_row(mutual, code, 'alice')['owes'] == 50


def test_swap(mutual):
    days = [regles.new_day() for _ in range(2)]
    hers = code_of(mutual.ok('book', 'one', days[0], '8:00', '2h', profile='alice'))
    his = code_of(mutual.ok('book', 'one', days[1], '8:00', '2h', profile='bruno'))
    refused(mutual, 'swap', hers, code=USAGE, profile='alice')
    refused(mutual, 'swap', hers, his, '--withdraw', code=USAGE, profile='alice')
    said = mutual.ok('swap', hers, his, profile='alice')
    assert said.startswith('Exchange proposed; you still have: ') and commands_in(said) == [['swap', his, hers]]
    assert the_row(mutual, hers, 'alice')['swap-with'] == his and his in mutual.ok('show', hers, profile='alice')
    assert mutual.ok('swap', hers, '--withdraw', profile='alice').startswith('Proposal taken back')
    mutual.ok('swap', hers, his, profile='alice')
    assert mutual.ok('swap', his, hers, profile='bruno').startswith('Exchanged; you have now: one, ')
    assert the_row(mutual, hers, 'alice')['from'].startswith(days[1])


def test_dispute(mutual, day):
    code = code_of(mutual.ok('book', 'one', day, '8:00', '1h', profile='alice'))
    refused(mutual, 'dispute', code, code=USAGE, profile='alice')
    assert mutual.ok('dispute', code, 'Le hayon était bloqué', profile='alice').startswith('Noted; a manager decides')
    refused(mutual, 'settle', code, 'perhaps', code=USAGE, profile='max')
    refused(mutual, 'settle', code, 'upheld', code=NOT_ALLOWED, profile='alice')
    said = mutual.ok('settle', code, 'fondée', 'Confirmé', '--lang', 'fr', profile='max')
    assert said.startswith('La contestation est fondée')
    said = mutual.ok('show', code, profile='alice')
    assert re.search(r'^Dispute +upheld', said, re.M) and 'Le hayon était bloqué' in said and 'Confirmé' in said


def test_outage_close_reopen(mutual, day):
    moved = code_of(mutual.ok('book', 'pair', day, '14:00', '4h', '--unit', 'pair-1', profile='alice'))
    mine = code_of(mutual.ok('book', 'pair', day, '8:00', '4h', '--unit', 'pair-1', profile='alice'))
    mutual.ok('book', 'pair', day, '8:00', '4h', profile='bruno')
    refused(mutual, 'outage', 'pair-1', day, '1d', code=NOT_ALLOWED, profile='alice')
    said = mutual.ok('outage', 'pair-1', day, '1d', '--reason', 'Pneu crevé', profile='max')
    number = re.match(r'Outage (\d+): pair-1 is out of service', said)[1]
    rows = {CODE.search(l)[0]: l for l in said.splitlines() if CODE.search(l)}
    assert 'found another' in rows[moved] and 'pair-2' in rows[moved] and 'suspended' in rows[mine]
    assert re.search(rf"{mine}.*suspended 1/1", mutual.ok('list', profile='alice'))
    assert re.search(r'^Outage +' + number, mutual.ok('show', mine, profile='alice'), re.M)
    (outage,) = [o for o in mutual.json('outages', profile='alice') if o['outage'] == number]
    assert (outage['kind'], outage['reason']) == ('outage', 'Pneu crevé') and 'Pneu crevé' in mutual.ok('outages', profile='alice')
    answer = mutual.json('reopen', number, profile='max')
    assert {c['booking']: c['cause'] for c in answer['concerned']}[mine] == 'restored'
    assert 'mutual outages' in refused(mutual, 'reopen', number, profile='max')
    said = mutual.ok('close', 'hall', day, '12:00', '2h', '--reason', 'Ménage', profile='max')
    number = re.match(r'Closure (\d+): hall is closed, ', said)[1]
    refused(mutual, 'close', 'hall', day, '12:00', code=USAGE, profile='max')
    refused(mutual, 'book', 'hall', day, '13:00', '4h', profile='alice')
    mutual.ok('reopen', number, profile='max')
    mutual.ok('book', 'hall', day, '13:00', '4h', '--dry-run', profile='alice')


def test_a_higher_right_moves_others_and_both_are_told(mutual):
    near = (datetime.date.today() + datetime.timedelta(days=2)).isoformat()
    theirs = code_of(mutual.ok('book', 'owned', near, '8:00', '2h', profile='bruno'))
    said = mutual.ok('book', 'owned', near, '8:00', '2h', profile='tom')
    assert 'Who made room for it:' in said and re.search(r'La Remise +owned, .* gave way to a higher right', said)
    assert theirs not in said
    assert 'displaced 1/1' in mutual.ok('list', profile='bruno') and 'Gave way to' in mutual.ok('show', theirs, profile='bruno')
    mutual.ok('cancel', code_of(said), profile='tom')
    assert the_row(mutual, theirs, 'bruno')['state'] == 'confirmed'
    answer = mutual.json('book', 'owned', near, '8:00', '2h', '--dry-run', profile='tom')
    assert [m['cause'] for m in answer['moved']] == ['displaced'] and answer['dry'] is True


def test_quota_kept_and_qualification_say_what_next(mutual, pole):
    day = regles.new_day()
    made = [code_of(mutual.ok('book', 'bike', day, f"{8 + i}:00", '1h', profile='alice')) for i in range(3)]
    said = refused(mutual, 'book', 'bike', day, '12:00', '1h', profile='anne')
    assert '3 of 3 bookings ahead; this would make 4' in ' '.join(said.split()) and 'rule three bikes ahead, rules.yaml:' in said
    assert commands_in(said)[-1] == ['list']
    for code in made:
        mutual.ok('cancel', code, profile='alice')
    monday = datetime.date.today() + datetime.timedelta(days=100)
    monday += datetime.timedelta(days=-monday.weekday())
    mutual.ok('book', 'laser', str(monday), '8:00', '5h', profile='alice')
    said = refused(mutual, 'book', 'laser', str(monday), '14:00', '2h', profile='alice')
    assert commands_in(said)[-1] == ['list', '--from', str(monday), '--to', str(monday + datetime.timedelta(days=6))]
    assert 'laser' in mutual.ok(*commands_in(said)[-1], profile='alice')
    day = regles.new_day()
    said = refused(mutual, 'book', 'owned', day, '8:00', '2h', profile='alice')
    released = datetime.date.fromisoformat(day) - datetime.timedelta(days=7)
    assert f"Ask again from {released:%a} {released.day} " in said
    assert commands_in(said)[-1][:2] == ['book', 'owned'] and f"{day}T08:00" in commands_in(said)[-1]
    said = refused(mutual, 'book', 'truck', day, '8:00', '2h', profile='alice')
    assert 'licence-c' in said and commands_in(said)[-1] == ['whoami']
    said = refused(mutual, 'book', 'truck', day, '8:00', '2h', profile='bruno')
    assert 'rule drivers' in said and "rule the truck is the founders'" in ' '.join(said.split())


def test_qualifications(mutual, pole, day):
    alice, until = pole.people.alice_code, (datetime.date.fromisoformat(day)).isoformat()
    refused(mutual, 'person', 'qualify', alice, 'licence-c', code=NOT_ALLOWED, profile='max')
    said = mutual.ok('person', 'qualify', alice, 'licence-c', '--until', until, '--issuer', 'm03', profile='carla')
    assert said.startswith(f"On record for {alice}: licence-c (m03, until ")
    mutual.ok('book', 'truck', day, '20:00', '4h', '--dry-run', profile='alice')  # to the end of that day
    next_day = (datetime.date.fromisoformat(day) + datetime.timedelta(days=1)).isoformat()
    refused(mutual, 'book', 'truck', next_day, '8:00', '2h', profile='alice')
    assert 'licence-c (m03, until ' in mutual.ok('whoami', profile='alice')
    assert [q['qualification'] for q in mutual.json('whoami', profile='alice')['qualifications']] == ['licence-c']
    rows = {p['person']: p for p in mutual.json('person', 'list', profile='carla')}
    assert rows[alice]['qualifications'][0]['issuer'] == 'm03' and rows[pole.people.bruno_code]['qualifications'] == []
    assert 'licence-c' in mutual.ok('person', 'list', profile='carla')
    assert 'Taken off' in mutual.ok('person', 'disqualify', alice, 'licence-c', profile='carla')
    refused(mutual, 'person', 'disqualify', alice, 'licence-c', profile='carla')


def test_the_same_key_again_is_the_same_request(mutual, pole):
    """What the client prints after an unknown outcome is read back to the very same request."""
    alice = pole.people.alice_code
    for _ in range(2):
        mutual.ok('person', 'qualify', alice, 'training', '--until', '2030-01-01T00:00', '--key', 'again', profile='carla')
    mutual.ok('person', 'disqualify', alice, 'training', profile='carla')


def test_what_holds_for_a_resource(mutual):
    said = mutual.ok('policy', 'show', '--effective', 'truck', profile='alice')
    assert re.search(r'^qualification +.*licence-c.* rules\.yaml:\d+ ', said, re.M)
    rows = mutual.json('policy', 'show', '--effective', 'truck', profile='alice')
    (row,) = [r for r in rows if r['key'] == 'qualification']
    assert row['rule'] == 'drivers' and row['place'].startswith('rules.yaml:')
    assert 'pour qui' in mutual.ok('policy', 'show', '--effective', 'truck', '--lang', 'fr', profile='alice')
    assert 'mutual resources' in refused(mutual, 'policy', 'show', '--effective', 'trukc', profile='alice')
    refused(mutual, 'policy', 'show', 'rules.yaml', '--effective', 'truck', code=USAGE, profile='alice')


def test_explain_a_request(mutual, day):
    said = mutual.ok('explain', 'bike', day, '8:00', '4h', profile='alice')
    assert said.startswith('It would be granted\n')
    assert re.search(r'✓ at most 3 bookings .*; 0 of 3 used, 1 more now', said) and '(rule three bikes ahead, rules.yaml:' in said
    assert said.count('✓ bike-') == 4 and said.count('(chosen)') == 1 and '✓ open then' in said
    assert mutual.ok('explain', 'hall', day, '8:00', '4h', profile='alice').startswith('It would have to be approved (rule the hall')
    said = mutual.ok('explain', 'truck', day, '8:00', '1h', '--lang', 'fr', profile='bruno')
    assert said.startswith('Ce serait refusé : ') and len(re.findall(r'^  ✗ .*$', said.split('Horaires')[0], re.M)) == 2
    said = mutual.ok('explain', 'hall', day, '8:00', '4h', '+', 'tent', '--qty', '2', profile='alice')
    assert re.search(r'✓ 1: hall: ', said) and re.search(r'✓ 2: tent-2: ', said)
    plain = mutual.ok('explain', 'truck', day, '8:00', '1h', profile='bruno', env={'LC_ALL': 'C'})
    assert plain.isascii() and '  x ' in plain and '  + ' in plain
    assert mutual.json('list', '--from', day, '--to', day, 'bike', profile='alice') == []  # nothing was asked for


def test_explain_why_not_and_the_queue(mutual, day):
    taken = code_of(mutual.ok('book', 'one', day, '8:00', '4h', profile='alice'))
    said = mutual.ok('explain', 'one', day, '9:00', '2h', profile='bruno')
    assert said.startswith('It would be refused: The only one is taken by ') and "✗ one: The only one is taken by L'Établi" in said
    assert 'What else could make room:' in said and 'wait=yes takes a place in the queue' in said
    assert [c[0] for c in commands_in(said)] == ['book'] * 3 + ['wait']
    mutual.ok(*commands_in(said)[-1], '--dry-run', profile='bruno')
    first = code_of(mutual.ok('wait', 'one', day, '8:00', '4h', profile='bruno'))
    mine = code_of(mutual.ok('wait', 'one', day, '8:00', '4h', profile='dora'))
    said = mutual.ok('explain', mine, profile='dora')
    assert said.startswith(f"{mine} is waiting 2/2\n")
    assert '  1. La Remise before Les Lutins: its class comes first' in said and re.search(r'  2\. Les Lutins \(you\)', said)
    assert first not in said
    answer = mutual.json('explain', mine, profile='dora')
    assert (answer['verdict'], answer['state'], answer['turn'], answer['of']) == ('waiting', 'waiting', 2, 2)
    assert [q['why'] for q in answer['queue'] if 'why' in q] == ['class'] and answer['units'][0]['fit'] == 'no'
    answer = mutual.json('explain', 'one', day, '8:00', '4h', profile='tom')
    assert answer['verdict'] == 'refused' and answer['next'].startswith('mutual wait one ') and answer['alternatives'][0]['command']
    rows = list(csv.DictReader(io.StringIO(mutual.ok('explain', mine, '--csv', profile='dora'))))
    assert [r['member'] for r in rows if r['kind'] == 'queue'] == ['m02', 'm04']
    refused(mutual, 'explain', 'B7K3QF', profile='dora')
    refused(mutual, 'explain', 'one', code=USAGE, profile='dora')  # a thing without a time
    for code, name in ((first, 'bruno'), (mine, 'dora')):
        mutual.ok('pass', code, profile=name)
    mutual.ok('cancel', taken, profile='alice')


def width(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in line)


@pytest.mark.parametrize('language', ['en', 'fr'])
def test_nothing_is_wider_than_the_terminal(mutual, day, language):
    """But commands to paste and codes, which may not be broken."""
    env = {'COLUMNS': '80'}
    waiting = []

    def look(*arguments, profile='dora', anyhow=False):
        out = mutual.run(*arguments, '--lang', language, profile=profile, env=env)
        assert anyhow or out.returncode in (DONE, REFUSED), out
        for line in (out.stdout + out.stderr).splitlines():
            assert width(line) <= 80 or 'mutual ' in line or '`' in line, line
        return out.stdout
    taken = code_of(mutual.ok('book', 'one', day, '8:00', '4h', '--purpose', 'Un marché des plus longs qui soient', profile='alice'))
    waiting.append(code_of(look('wait', 'one', day, '8:00', '4h', '--purpose', 'Livraison des paniers de la semaine')))
    look('book', 'one', day, '8:00', '4h', profile='bruno')
    waiting.append(code_of(look('wait', 'one', '3h', '--within', f"{day} 8:00 - 12:00", profile='dora')))
    look('explain', 'one', day, '8:00', '4h', profile='tom')
    for command in (['offers'], ['list'], ['explain', waiting[0]], ['show', waiting[0]], ['outages'], ['policy', 'show', '--effective', 'hall']):
        look(*command)
    held = code_of(look('hold', 'one', day, '14:00', '1h', '--hold-for', '4h'))
    look('list')
    look('show', held)
    look('cancel', held)
    look('person', 'list', profile='carla')
    for code in waiting:
        look('pass', code)
    look('cancel', taken, profile='alice')


@pytest.mark.parametrize('command', ['hold', 'confirm', 'wait', 'offers', 'explain', 'watch', 'accept', 'pass', 'approve', 'decline', 'settle', 'out', 'back',
                                     'swap', 'dispute', 'close', 'reopen', 'outage', 'person qualify', 'person disqualify'])
@pytest.mark.parametrize('language', ['en', 'fr'])
def test_help_teaches(mutual, command, language):
    out = mutual.run(*command.split(), '--help', '--lang', language)
    assert out.returncode == DONE and f"mutual {command}" in out.stdout
    assert ('Examples:' if language == 'en' else 'Exemples :') in out.stdout
    assert all(width(line) <= 80 for line in out.stdout.splitlines() if not line.startswith('  ')), out.stdout


@pytest.mark.parametrize('line, expected', [
    ('settle B7K3QF', {'upheld', 'dismissed'}), ('swap B7K3QF', {'@codes', '--withdraw'}), ('accept', {'@codes'}),
    ('wait', {'@resources', '--distance'}), ('hold', {'--hold-for'}), ('list --state', {'no-show', 'requested'}),
    ('policy show --effective', {'@resources'}), ('person', {'qualify', 'disqualify'}), ('', {'offers', 'approve', 'settle'}),
])
def test_completion_knows_them(mutual, line, expected):
    assert expected <= set(mutual.ok('help', '--words', '--', *line.split()).split('\n'))
