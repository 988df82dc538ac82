# SPDX-License-Identifier: GPL-3.0-or-later
"""Series over the wire: booked, refused, skipping, taking alternatives, moved and cancelled, and still there after a restart."""
import datetime
import itertools

import pytest

import running

_years = itertools.count(datetime.date.today().year + 4)


@pytest.fixture
def year():
    """A year that no other test books `clock` in."""
    return next(_years)


def dates(reply):
    return [(d['from'][:16], d['outcome']) for d in reply.of('occurrence')]


def test_a_series_keeps_its_local_time(as_person, year):
    c = as_person('alice')
    reply = c.expect('BOOK', what='clock', from_=f"{year}-03-01T18:00", for_='2h', rule='FREQ=WEEKLY;COUNT=10')
    assert reply['count'] == '10' and reply['skipped'] == '0' and 'until' not in reply
    found = reply.of('occurrence')
    assert {d['from'][10:16] for d in found} == {'T18:00'} and {d['from'][16:] for d in found} == {'+01:00', '+02:00'}
    assert {d['outcome'] for d in found} == {'booked'}
    for d in found:
        (shown,) = c.expect('SHOW', booking=d['booking']).of('booking')
        assert shown['from'] == d['from'] == shown['occurrence'] and shown['series'] == reply['series']
    listed = c.expect('LIST', what='clock', from_=f"{year}-03-01", to=f"{year}-06-01").of('booking')
    assert [b['booking'] for b in listed] == [d['booking'] for d in found]
    other = as_person('bruno').expect('LIST', what='clock', all='yes', from_=f"{year}-03-01", to=f"{year}-06-01")
    assert other.of('booking') and all('series' not in b and 'occurrence' not in b for b in other.of('booking'))


def test_conflicts(as_person, year):
    alice, bruno = as_person('alice'), as_person('bruno')
    bruno.expect('BOOK', what='clock', from_=f"{year}-05-03T10:00", for_='2h')
    bruno.expect('BOOK', what='clock', from_=f"{year}-05-05T00:00", for_='1d')
    ask = dict(what='clock', from_=f"{year}-05-02T09:00", for_='2h', rule='FREQ=DAILY;COUNT=4')
    no = alice.refused('NO conflict', 'BOOK', **ask)
    assert dates(no) == [(f"{year}-05-02T09:00", 'free'), (f"{year}-05-03T09:00", 'refused'),
                         (f"{year}-05-04T09:00", 'free'), (f"{year}-05-05T09:00", 'refused')]
    assert no['count'] == '4' and no['refused'] == '2' and 'booking' not in no.of('occurrence')[0]
    assert [d.get('reason') for d in no.of('occurrence')] == [None, 'conflict', None, 'conflict']
    dry = alice.expect('BOOK', conflicts='skip', dry='yes', **ask)
    assert dry['count'] == '2' and 'series' not in dry and all('booking' not in d for d in dry.of('occurrence'))
    took = alice.expect('BOOK', conflicts='alternative', **ask)
    assert dates(took) == [(f"{year}-05-02T09:00", 'booked'), (f"{year}-05-03T08:00", 'moved'),
                           (f"{year}-05-04T09:00", 'booked'), (f"{year}-05-05T09:00", 'skipped')]
    assert took['count'] == '3' and took['skipped'] == '1'
    skipped = alice.expect('BOOK', **{**ask, 'from_': f"{year}-05-02T11:00", 'conflicts': 'skip'})
    assert [o for _, o in dates(skipped)] == ['booked', 'skipped', 'booked', 'skipped']


def test_dates_out_and_in(as_person, year):
    reply = as_person('alice').expect(
        'BOOK', what='clock', from_=f"{year}-06-01T08:00", for_='1h', rule=f"FREQ=DAILY;UNTIL={year}0605",
        except_=[f"{year}-06-02", f"{year}-06-04T08:00", f"{year}-06-03T09:00"],
        also=[f"{year}-07-01", f"{year}-07-02T20:00"])
    assert dates(reply) == [(f"{year}-{d}", 'booked') for d in
                            ('06-01T08:00', '06-03T08:00', '06-05T08:00', '07-01T08:00', '07-02T20:00')]


def test_one_following_all(as_person, year):
    c = as_person('alice')
    codes = [d['booking'] for d in c.expect('BOOK', what='clock', from_=f"{year}-09-01T09:00", for_='1h',
                                            rule='FREQ=DAILY;COUNT=6').of('occurrence')]
    c.expect('MOVE', booking=codes[3], from_=f"{year}-09-04T15:00", scope='one')
    c.expect('CANCEL', booking=codes[4])
    moved = c.expect('MOVE', booking=codes[2], from_=f"{year}-09-03T10:30", scope='following')
    assert dates(moved) == [(f"{year}-09-03T10:30", 'moved'), (f"{year}-09-04T15:00", 'kept'), (f"{year}-09-06T10:30", 'moved')]
    assert moved['count'] == '2' and moved['kept'] == '1' and moved['series'] == codes[0]
    longer = c.expect('EXTEND', booking=codes[0], by='30m', scope='all')
    assert longer['count'] == '4' and [d['to'][11:16] for d in longer.of('occurrence')] == ['10:30', '10:30', '12:00', '16:00', '12:00']
    c.refused('NO conflict', 'MOVE', booking=codes[1], from_=f"{year}-09-01T09:00", scope='one')
    as_person('bruno').refused('NO forbidden', 'CANCEL', booking=codes[0], scope='all')
    as_person('anne').expect('CANCEL', booking=codes[2], scope='following', dry='yes')
    gone = as_person('anne').expect('CANCEL', booking=codes[2], scope='following')
    assert [o for _, o in dates(gone)] == ['cancelled'] * 3
    left = c.expect('LIST', what='clock', from_=f"{year}-09-01", to=f"{year}-10-01").of('booking')
    assert [b['booking'] for b in left] == codes[:2]
    alone = c.expect('BOOK', what='clock', from_=f"{year}-10-01T09:00", for_='1h')['booking']
    assert dates(c.expect('CANCEL', booking=alone, scope='all')) == [(f"{year}-10-01T09:00", 'cancelled')]


def test_of_several_things(as_person, year):
    c = as_person('alice')
    things = [f"what=clock from={year}-03-20T08:00 for=2h", f"what=bench qty=3 from={year}-03-20T14:00 for=2h"]
    as_person('bruno').expect('BOOK', what='bench', qty=2, from_=f"{year}-04-03T15:00", for_='3h')
    no = c.refused('NO conflict', 'BOOK', item=things, rule='FREQ=WEEKLY;COUNT=4')
    assert [o for _, o in dates(no)] == ['free', 'free', 'refused', 'free'] and no['item'] == '2'
    made = c.expect('BOOK', item=things, rule='FREQ=WEEKLY;COUNT=4', conflicts='skip', except_=f"{year}-03-27", also=f"{year}-04-12")
    assert dates(made) == [(f"{year}-03-20T08:00", 'booked'), (f"{year}-04-03T08:00", 'skipped'), (f"{year}-04-10T08:00", 'booked'),
                           (f"{year}-04-12T08:00", 'booked')]
    summer = c.expect('SHOW', booking=made.of('occurrence')[2]['booking'])
    assert [(l['resource'], l['qty'], l['from']) for l in summer.of('item')] == \
        [('clock', '1', f"{year}-04-10T08:00+02:00"), ('bench', '3', f"{year}-04-10T14:00+02:00")]
    moved = c.expect('MOVE', booking=made['series'], from_=f"{year}-03-20T09:00", scope='all')
    assert moved['count'] == '3' and {d['from'][10:16] for d in moved.of('occurrence')} == {'T09:00'}
    assert c.expect('SHOW', booking=made['series']).of('item')[1]['from'][:16] == f"{year}-03-20T15:00"
    instead = c.expect('BOOK', item=[things[1].replace('03-20', '04-03')], rule='FREQ=DAILY;COUNT=1', conflicts='alternative')
    assert dates(instead)[0][1] == 'moved'


def test_within_windows(as_person, year):
    c = as_person('alice')
    as_person('bruno').expect('BOOK', what='clock', from_=f"{year}-03-10T09:00", for_='1h')
    ask = dict(what='clock', within=f"{year}-03-03T08:00/{year}-03-03T12:00", for_='3h', rule='FREQ=WEEKLY;COUNT=2')
    assert dates(c.refused('NO conflict', 'BOOK', **ask)) == [(f"{year}-03-03T08:00", 'free'), (f"{year}-03-10T08:00", 'refused')]
    made = c.expect('BOOK', **{**ask, 'for_': '2h'})
    assert dates(made) == [(f"{year}-03-03T08:00", 'booked'), (f"{year}-03-10T10:00", 'booked')]


def shown(reply):
    return [(b['booking'], b['from'][:16], b['state']) for b in reply.of('booking')]


def test_all_of_it_is_shown(as_person, year):
    c = as_person('alice')
    codes = [d['booking'] for d in c.expect('BOOK', what='clock', from_=f"{year}-03-26T09:00", for_='1h',
                                            rule='FREQ=DAILY;COUNT=4').of('occurrence')]
    c.expect('CANCEL', booking=codes[1])
    c.expect('MOVE', booking=codes[2], from_=f"{year}-03-25T20:00")
    alone = c.expect('BOOK', what='clock', from_=f"{year}-03-30T09:00", for_='1h')['booking']
    first = [(codes[2], f"{year}-03-25T20:00", 'confirmed')]
    rest = [(codes[0], f"{year}-03-26T09:00", 'confirmed'), (codes[1], f"{year}-03-27T09:00", 'cancelled'),
            (codes[3], f"{year}-03-29T09:00", 'confirmed')]
    for code in codes:
        whole = c.expect('SHOW', booking=code, scope='all')
        assert shown(whole) == first + rest and whole['series'] == codes[0] and whole['count'] == '4'
    assert shown(c.expect('SHOW', booking=codes[1], scope='following')) == first + rest[1:]
    assert shown(c.expect('SHOW', booking=codes[3], scope='following')) == rest[2:]
    assert shown(c.expect('SHOW', booking=codes[3], scope='one')) == rest[2:]
    one = c.expect('SHOW', booking=alone, scope='all')
    assert len(one.of('booking')) == 1 and one['count'] == '1' and 'series' not in one
    other = as_person('bruno').expect('SHOW', booking=codes[0], scope='all')  # that they belong together is not his to know
    assert len(other.of('booking')) == 1 and 'series' not in other and 'booking' not in other.of('booking')[0]


def test_what_memory_has_forgotten_is_shown(start):
    """Dates long past, read from the database; the named one may be among them."""
    first = start(name='p', clock='-300d')
    token, _ = first.person('Alice Test', 'm01')
    past = datetime.date.today() - datetime.timedelta(days=299)
    with first.connect(token) as c:
        codes = [d['booking'] for d in c.expect('BOOK', what='clock', from_=f"{past}T09:00", for_='1h',
                                                rule='FREQ=WEEKLY;INTERVAL=3;COUNT=4').of('occurrence')]
    first.stop()
    first.set_clock('+0')
    first.start()
    with first.connect(token) as c:
        for code in codes:
            assert [b for b, _, _ in shown(c.expect('SHOW', booking=code, scope='all'))] == codes
        assert [b for b, _, _ in shown(c.expect('SHOW', booking=codes[1], scope='following'))] == codes[1:]


def test_as_far_as_it_may_go(as_person, year, day):
    c = as_person('alice')
    endless = c.expect('BOOK', what='van', from_=f"{day}T09:00", for_='1h', rule='FREQ=WEEKLY', conflicts='skip', dry='yes')
    assert endless['until'] and 1 <= len(endless.of('occurrence')) <= 9  # the horizon is 60 days from now
    c.refused('NO many-dates', 'BOOK', what='clock', from_=f"{year}-01-01", for_='1m', rule='FREQ=MINUTELY;COUNT=401')
    c.refused('NO no-dates', 'BOOK', what='clock', from_=f"{year}-01-01", for_='1h', rule='FREQ=DAILY;COUNT=1', except_=f"{year}-01-01")
    c.refused('NO recurrence', 'BOOK', what='shed', from_=f"{year}-01-01T08:00", for_='1h', rule='FREQ=WEEKLY;COUNT=14')
    no = c.call('BOOK', what='shed', from_=f"{year}-01-01T08:00", for_='1h', rule='FREQ=WEEKLY;COUNT=14', lang=None)
    assert no['rule'] == 'shed recurrence' and no['place'].startswith('resources.yaml:') and no.of('reason')[0]['latest']
    club = c.expect('BOOK', what='club', from_=f"{year}-01-01T08:00", for_='1h', rule='FREQ=WEEKLY;COUNT=50')
    assert club['count'] == '13' and club['reconfirm'] == 'yes' and club['until'] == club.of('occurrence')[-1]['to']


def test_how_far_is_said(as_person):
    shed, club = (as_person('alice').expect('RESOURCES', what=what).of('resource')[0] for what in ('shed', 'club'))
    assert shed['recurrence'] == club['recurrence'] == '13w' and club['reconfirm'] == 'yes' and 'reconfirm' not in shed
    assert 'recurrence' not in as_person('alice').expect('RESOURCES', what='clock').of('resource')[0]


@pytest.mark.parametrize('rule', ['FREQ=OFTEN', 'COUNT=3', '', 'FREQ=DAILY;COUNT=2;UNTIL=20300101'])
def test_a_bad_rule(as_person, year, rule):
    bad = as_person('alice').refused('BAD bad-value', 'BOOK', what='clock', from_=f"{year}-01-01", for_='1h', rule=rule)
    assert bad['key'] == 'rule' and bad['why']


def test_conflicts_without_a_rule(as_person, year):
    as_person('alice').refused('BAD missing-key', 'BOOK', what='clock', from_=f"{year}-01-01", for_='1h', conflicts='skip')


def test_four_hundred_at_once_and_again(as_person, year):
    """The answer is kept for its key though it is long."""
    c = as_person('alice')
    ask = dict(what='clock', from_=f"{year}-01-01T05:00", for_='30m', rule='FREQ=DAILY;COUNT=400', key=f"long-{year}")
    once, again = c.expect('BOOK', **ask), c.expect('BOOK', **ask)
    assert once['count'] == '400' and [l.text[3:] for l in once.of('occurrence')] == [l.text[3:] for l in again.of('occurrence')]
    assert c.expect('CANCEL', booking=once['series'], scope='all')['count'] == '400'


def test_after_a_restart(start, year):
    first = start(name='a')
    token, _ = first.person('Alice Test', 'm01')
    with first.connect(token) as c:
        booked = c.expect('BOOK', what='clock', from_=f"{year}-01-01T05:00", for_='1h', rule='FREQ=WEEKLY;COUNT=3')
        c.expect('MOVE', booking=booked['series'], from_=f"{year}-01-02T05:00", scope='all')
    first.stop()
    first.start()
    with first.connect(token) as c:
        for d in booked.of('occurrence'):
            (shown,) = c.expect('SHOW', booking=d['booking']).of('booking')
            assert shown['series'] == booked['series'] and shown['occurrence'] == shown['from'] > d['from']
        assert c.expect('CANCEL', booking=booked['series'], scope='all')['count'] == '3'


@pytest.fixture(scope='module')
def mutual(daemon, people):
    with running.short_folder() as folder:
        made = running.Mutual(daemon, folder)
        made.login('alice', people.alice)
        yield made


def test_the_client(mutual, as_person, year):
    as_person('bruno').expect('BOOK', what='clock', from_=f"{year}-03-16T18:00", for_='1h')
    ask = ['book', 'clock', f"{year}-03-02", '18:00', '2h', '--every', 'week', '--until', f"{year}-04-06"]
    no = mutual.run(*ask, profile='alice')
    assert no.returncode == 1 and 'refused' in no.stdout and 'taken' in no.stderr
    assert len(mutual.json(*ask, '--skip-conflicts', '--dry-run', profile='alice')) == 6
    out = mutual.ok(*ask, '--skip-conflicts', '--except', f"{year}-03-30", profile='alice')
    assert out.count('18:00–20:00') == 5 and out.count('skipped') >= 1 and '4 done, 1 skipped' in out
    codes = [row['booking'] for row in mutual.json('list', 'clock', '--from', f"{year}-03-01", '--to', f"{year}-04-30", profile='alice') if row['booking']]
    assert len(codes) == 4
    moved = mutual.json('move', codes[1], '19:00', '--following', profile='alice')
    assert [d['from'][11:16] for d in moved] == ['19:00'] * 3
    assert 'annulée' in mutual.ok('cancel', codes[0], '--all', '--lang', 'fr', profile='alice')
    for wrong in (['--every', 'moon'], ['--every', 'week', '--times', '0'], ['--times', '3'],
                  ['--every', 'week', '--times', '3', '--until', f"{year}-04-06"]):
        assert mutual.run('book', 'clock', f"{year}-03-02", '18:00', '2h', *wrong, profile='alice').returncode == 2
    also = mutual.json('book', 'clock', f"{year}-06-01", '18:00', '2h', '--also', f"{year}-06-03", '--also', f"{year}-06-05 8:00", profile='alice')
    assert [d['from'][:16] for d in also] == [f"{year}-06-01T18:00", f"{year}-06-03T18:00", f"{year}-06-05T08:00"]
    series = mutual.json('show', also[1]['booking'], '--series', profile='alice')
    assert [b['booking'] for b in series] == [d['booking'] for d in also] and {b['series'] for b in series} == {also[0]['booking']}
    assert mutual.ok('show', also[2]['booking'], '--series', profile='alice').count('clock') == 3
    assert mutual.json('show', also[2]['booking'], profile='alice')['occurrence'] == also[2]['from']
    two = mutual.json('book', 'clock', f"{year}-05-01", '18:00', '2h', '--every', '2 weeks', '--times', '2', '--dry-run', profile='alice')
    assert 'confirmed again' in mutual.ok('resources', 'club', profile='alice')
    assert 'au plus 13 sem' in mutual.ok('resources', 'shed', '--lang', 'fr', profile='alice')
    (row,) = mutual.json('resources', 'club', profile='alice')
    assert row['recurrence'] == '13w' and row['reconfirm'] is True
    assert [d['from'][:10] for d in two] == [f"{year}-05-01", f"{year}-05-15"]
