# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies: checked whole, planned before they are applied, applied by administrators or SIGHUP; a bad file changes nothing."""
import datetime
import re
import signal

import pytest

import regles
import running

pytestmark = pytest.mark.long


@pytest.fixture
def one(start):
    return start()


def stage(c, folder):
    """What `mutual policy …` does: the files, line by line."""
    c.expect('POLICY RESET')
    for path in sorted(folder.glob('*.yaml')):
        lines = path.read_text().splitlines()
        for at in range(0, len(lines), 500):
            c.expect('POLICY PUT', file=path.name, line=lines[at:at + 500])


def edit(one, file, old, new):
    path = one.policies / 'essai' / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def running_policy(c):
    reply = c.expect('POLICY SHOW')
    return reply['version'], reply['hash']


def test_the_running_policy_is_shown_as_written(one):
    with one.admin() as c:
        for path in (one.policies / 'essai').glob('*.yaml'):
            shown = c.expect('POLICY SHOW', file=path.name).of('line')
            assert '\n'.join(l['text'] for l in shown).rstrip('\n') == path.read_text().rstrip('\n')
        c.refused('NO policy-empty', 'POLICY CHECK')
        stage(c, one.policies / 'essai')
        assert c.expect('POLICY CHECK')['count'] == '0'
        c.refused('NO policy-same', 'POLICY APPLY')


def test_all_problems_at_once_with_their_places(one):
    edit(one, 'resources.yaml', 'duration: 1h..3d', 'duratoin: 1h..3d')
    edit(one, 'resources.yaml', 'owner: m02', 'owner: m92')
    edit(one, 'rules.yaml', 'for: van', 'for: vna')
    with one.admin() as c:
        before = running_policy(c)
        stage(c, one.policies / 'essai')
        no = c.call('POLICY CHECK')
        assert no.outcome == 'NO policy-invalid', no
        problems = [(p['file'], int(p['line']), p['text']) for p in no.of('problem')]
        assert len(problems) == 3 == int(no['count']), problems
        lines = (one.policies / 'essai' / 'resources.yaml').read_text().split('\n')
        (typo,) = [p for p in problems if 'duratoin' in p[2]]
        assert 'duratoin' in lines[typo[1] - 1] and '"duration"' in typo[2]
        assert any(p[0] == 'rules.yaml' and 'vna' in p[2] and 'van' in p[2].replace('vna', '') for p in problems)
        assert any('m92' in p[2] for p in problems)
        c.refused('NO policy-invalid', 'POLICY APPLY')
        assert running_policy(c) == before


@pytest.mark.parametrize('bad', [
    'pole: essai\npole: essai\n',
    'pole: &a essai\nname: *a\n',
    'pole: !!str essai\n',
    '--- {pole: essai}\n--- {pole: essai}\n',
    'pole: [essai\n',
    '\t',
    '{' * 200,
])
def test_yaml_that_is_refused(one, bad):
    with one.admin() as c:
        c.expect('POLICY PUT', file='pole.yaml', line=bad.rstrip('\n').split('\n'))
        no = c.call('POLICY CHECK')
        assert no.outcome == 'NO policy-invalid' and no.of('problem'), no


def test_limits_of_what_is_staged(one):
    with one.admin() as c:
        reply = None
        for _ in range(2000):
            reply = c.call('POLICY PUT', file='pole.yaml', line='#' + 'x' * 900)
            if not reply.ok:
                break
        assert reply.outcome == 'NO too-large', reply
        c.expect('POLICY RESET')
        for name in ('../pole.yaml', '/etc/passwd', 'a/b.yaml', 'pole.txt'):
            reply = c.call('POLICY PUT', file=name, line='pole: x')
            refused = not reply.ok
            assert refused or not c.call('POLICY CHECK').ok, name
            c.expect('POLICY RESET')


def test_plan_then_apply(one):
    day = (datetime.date.today() + datetime.timedelta(days=6)).isoformat()
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as alice, one.admin() as c:
        booked = alice.expect('BOOK', what='van', from_=f"{day}T08:00", for_='2d')['booking']
        edit(one, 'resources.yaml', 'duration: 1h..3d', 'duration: 1h..1d')
        stage(c, one.policies / 'essai')
        before = running_policy(c)
        plan = c.expect('POLICY PLAN')
        assert any(d['how'] == 'changed' and 'van' in d['name'] for d in plan.of('differs')), plan
        (misfit,) = plan.of('misfit')
        assert misfit['booking'] == booked and misfit['reason'] == 'too-long' and misfit['text']
        assert running_policy(c) == before
        assert c.expect('POLICY APPLY', dry='yes')['dry'] == 'yes'
        assert running_policy(c) == before
        applied = c.expect('POLICY APPLY', reason='One day is enough')
        assert running_policy(c) == (applied['version'], applied['hash']) != before
        assert alice.expect('SHOW', booking=booked).of('booking')[0]['state'] == 'confirmed'
        alice.refused('NO too-long', 'BOOK', what='van', from_=f"{day}T08:00", for_='2d')
        newest, *older = c.expect('POLICY HISTORY').of('policy')
        assert newest['reason'] == 'One day is enough' and newest['hash'] == applied['hash'] and newest['by'] and older
    one.stop()
    one.start()
    with one.admin() as c:
        assert running_policy(c)[1] == applied['hash']


def test_queues_whose_order_changes(start):
    one = start(poles=regles.POLE)
    people = regles.people(one)
    ask = {'what': 'one', 'from_': f"{regles.new_day()}T08:00", 'for_': '2h'}
    with one.connect(people.bruno) as bruno, one.connect(people.dora) as dora, one.connect(people.alice) as alice, one.admin() as c:
        bruno.expect('BOOK', **ask)
        small = dora.expect('BOOK', **ask, wait='yes')['booking']
        founder = alice.expect('BOOK', **ask, wait='yes')
        assert (founder['turn'], founder['of']) == ('1', '2')  # founders go first
        dora.expect('BOOK', **{**ask, 'for_': '30m', 'what': 'bike'})
        rules = one.policies / 'regles' / 'rules.yaml'
        rules.write_text(rules.read_text().replace('classes: [founder, partner, small]', 'classes: [small, partner, founder]'))
        stage(c, rules.parent)
        plan = c.expect('POLICY PLAN')
        turns = {l['booking']: (l['member'], l['turn'], l['of'], l['was-turn'], l['was-of']) for l in plan.of('queue')}
        assert turns == {small: ('m04', '1', '2', '2', '2'), founder['booking']: ('m01', '2', '2', '1', '2')}
        assert plan['count'] == str(len(plan.of('differs')) + len(plan.of('misfit')) + 2)
        assert c.expect('POLICY APPLY', dry='yes').of('queue') and not c.expect('POLICY PLAN').of('misfit')
        mutual = running.Mutual(one, one.folder)
        mutual.login('administration', one.admin_token())
        told = mutual.ok('policy', 'plan', str(rules.parent), profile='administration')
        assert f"{small}  " in told and '1 of 2 instead of 2 of 2' in told
        assert len(mutual.json('policy', 'plan', str(rules.parent), profile='administration')['queues']) == 2
        assert {l['booking'] for l in c.expect('POLICY APPLY').of('queue')} == set(turns)
        assert [(l['turn'], l['of']) for l in dora.expect('OFFERS').of('waiting')] == [('1', '2')]
        rules.write_text(rules.read_text().replace('offer-holds: 4h', 'offer-holds: 5h'))
        stage(c, rules.parent)
        assert not c.expect('POLICY PLAN').of('queue')  # nobody's turn changes


def test_a_unit_that_goes_keeps_its_past(one):
    day = (datetime.date.today() + datetime.timedelta(days=6)).isoformat()
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as alice, one.admin() as c:
        booked = alice.expect('BOOK', what='van', unit='van-3', from_=f"{day}T08:00", for_='2h')['booking']
        edit(one, 'resources.yaml', '      van-3: {site: farm, seats: 3, hitch: true}\n', '')
        stage(c, one.policies / 'essai')
        assert [m['booking'] for m in c.expect('POLICY PLAN').of('misfit')] == [booked]
        c.expect('POLICY APPLY')
        assert alice.expect('SHOW', booking=booked).of('booking')[0]['unit'] == 'van-3'
        found = alice.expect('FIND', what='van', from_=f"{day}T08:00", for_='2h').of('free')
        assert {f['unit'] for f in found} == {'van-1', 'van-2'}
        alice.expect('CANCEL', booking=booked)


def test_a_resource_that_goes_keeps_its_agenda(one):
    day = (datetime.date.today() + datetime.timedelta(days=6)).isoformat()
    token, _ = one.person('Alice Test', 'm01')
    ask = {'from_': day, 'for_': '1d'}
    with one.connect(token) as alice, one.admin() as c:
        codes = [alice.expect('BOOK', what=what, from_=f"{day}T08:00", for_='2h')['booking'] for what in ('four-3', 'clock', 'bench')]
        before = alice.expect('AGENDA', what=['four', 'clock', 'bench'], **ask)
        text = (one.policies / 'essai' / 'resources.yaml').read_text()
        for what in ('four', 'clock', 'bench'):
            text = re.sub(rf"  {what}:.*?\n(?=  \w)", '', text, flags=re.S)
        (one.policies / 'essai' / 'resources.yaml').write_text(text)
        stage(c, one.policies / 'essai')
        c.expect('POLICY APPLY')
        alice.refused('NO unknown-resource', 'BOOK', what='clock', from_=f"{day}T12:00", for_='1h')
        alice.refused('NO unknown-resource', 'AGENDA', what='clocks', **ask)
        for reply in (alice.expect('AGENDA', what=['four', 'clock', 'bench'], profile='yes', **ask),
                      alice.expect('AGENDA', what=['four', 'clock', 'bench', 'van'], **ask)):
            assert [l.text.split(' ', 3)[3] for l in reply.of('taken')] == [l.text.split(' ', 3)[3] for l in before.of('taken')]
            assert [l['name'] for l in reply.of('resource') if l.get('gone')] == ['four', 'clock', 'bench']
            assert [l.get('unit') for l in reply.of('lane') if l['resource'] == 'four'] == ['four-1', 'four-2', 'four-3', 'four-4']
            assert [l.get('unit') for l in reply.of('lane') if l['resource'] == 'clock'] == [None]
            assert {l['resource'] for l in reply.of('open')} <= {'van'} and not reply.of('busy')
        for what, code in zip(('four', 'clock', 'bench'), codes):
            assert [l['booking'] for l in alice.expect('LIST', what=what).of('booking')] == [code]
            assert 'unit' not in alice.expect('SHOW', booking=codes[1]).of('booking')[0]
        assert alice.expect('AGENDA', what='four', from_='2020-01-01', for_='1d')['count'] == '0'  # from the database


def test_sighup(one):
    with one.admin() as c:
        before = running_policy(c)
        edit(one, 'resources.yaml', 'name: Minibus', 'name: [Minibus')
        length = len(one.log())
        one.process.send_signal(signal.SIGHUP)
        running.until('the problem is logged', lambda: 'resources.yaml:' in one.log()[length:])
        assert running_policy(c) == before
        edit(one, 'resources.yaml', 'name: [Minibus', 'name: Grand minibus')
        one.process.send_signal(signal.SIGHUP)
        running.until('the policy is applied', lambda: running_policy(c) != before)
        assert c.expect('RESOURCES', what='minibus').of('resource')[0]['title'] == 'Grand minibus'


def test_a_resource_that_goes_keeps_its_bookings(one):
    day = (datetime.date.today() + datetime.timedelta(days=6)).isoformat()
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as alice, one.admin() as c:
        gone = alice.expect('BOOK', what='clock', from_=f"{day}T08:00", for_='2h')['booking']
        kept = alice.expect('BOOK', what='bench', from_=f"{day}T09:00", for_='2h')['booking']
        path = one.policies / 'essai' / 'resources.yaml'
        path.write_text(re.sub(r"  clock:.*?\n(?=  \w)", '', path.read_text(), flags=re.S))
        stage(c, one.policies / 'essai')
        c.expect('POLICY APPLY')
        for asker, args in [(alice, {}), (alice, {'all': 'yes'}), (c, {'all': 'yes'}), (alice, {'state': 'confirmed'})]:
            rows = asker.expect('LIST', **args).of('booking')
            assert [(b['booking'], b['resource']) for b in rows] == [(gone, 'clock'), (kept, 'bench')], args
        assert [b['booking'] for b in alice.expect('LIST', what='clock').of('booking')] == [gone]
        alice.refused('NO unknown-resource', 'BOOK', what='clock', from_=f"{day}T12:00", for_='2h')
        alice.expect('CANCEL', booking=gone)
