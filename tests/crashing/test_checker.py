#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checker itself: a good history passes, and each kind of lie is found in one made by hand."""
import hashlib
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import checker  # noqa: E402
from chronicle import Chronicle  # noqa: E402
from history import Attempt, Fault  # noqa: E402

DAY = '2030-01-07'
DAY_TEXT = f"{DAY}T00:00Z"


def at(hour):
    return f"{DAY}T{hour:02}:00Z"


class Story:
    """A log and the attempts that made it. Commands take one second of one client each, unless said otherwise."""

    def __init__(self):
        self.rows, self.attempts, self.clock, self.n_keys = [], [], 100.0, 0
        self.version, self.seq = 0, 0

    def change(self, code, state='confirmed', resource='one', member='m1', start=8, end=10, lanes='1', cause='booked', due=''):
        return (f"booking code={code} cause={cause} state={state} resource={resource} member={member} person=p1 by=p1 from={at(start)} "
                f"to={at(end)} made-at={at(0)}{f' due-at={due}' if due else ''} alloc={resource}/{lanes}/{at(start)}/{at(end)}")

    def log(self, *changes, request, key=None, actor=1, same_version=False, batch=None):
        if not same_version:
            self.version, self.seq = self.version + 1, 0
        for n, change in enumerate(changes):
            self.seq += 1
            head = self.rows[-1]['hash'] if self.rows else ''
            row = {'version': self.version, 'seq': self.seq, 'at': 1000 + self.version, 'batch': batch or self.version, 'actor': actor,
                   'key': key, 'kind': change.split()[0], 'change': change, 'request': None if n else request}
            text = f"{head}\n{row['version']} {row['seq']} {row['at']} {actor}\n{key or ''}\n{change}"
            row['hash'] = hashlib.sha256((text if n else f"{text}\n{request}").encode()).hexdigest()
            self.rows.append(row)

    def attempt(self, verb, args, outcome='OK', final='', data=(), key='', daemon='a', actor=1, member='m1', times=None):
        invoked, answered = times or (self.clock, self.clock + 0.5)
        self.clock = max(self.clock + 1, (answered or invoked) + 0.5)
        made = Attempt(f"client {actor}", actor, member, verb, args, key, daemon, invoked, answered, outcome,
                       final or outcome, list(data))
        self.attempts.append(made)
        return made

    def key(self):
        self.n_keys += 1
        return f"k{self.n_keys}"

    def book(self, code, start=8, end=10, resource='one', lanes='1', logged=True, outcome='OK', key=None, state='confirmed', extra=(),
             actor=1, member='m1', times=None, daemon='a', qty='', same_version=False, verb='BOOK', data=()):
        key = key or self.key()
        args = {'what': resource, 'from': at(start), 'for': f"{end - start}h", **({'qty': qty} if qty else {})}
        if state == 'waiting':
            args['wait'] = 'yes'
        request = f"{verb} " + ' '.join(f"{k}={v}" for k, v in args.items())
        if logged:
            self.log(self.change(code, state, resource, member, start, end, lanes), *extra, request=request, key=key, actor=actor,
                     same_version=same_version)
        final = f"OK booking={code} state={state} resource={resource} from={at(start)} to={at(end)} member={member}" \
            if outcome == 'OK' else outcome
        if outcome.startswith('NO') and not data:
            data = [f"- reason code={outcome.split()[1]} resource={resource} text=x"]
        return self.attempt(verb, args, outcome, final, data, key, daemon, actor, member, times)

    def cancel(self, code, start=8, end=10, resource='one', lanes='1', extra=(), times=None, actor=1, member='m1', daemon='a', outcome='OK'):
        key, args = self.key(), {'booking': code}
        if outcome == 'OK':
            self.log(self.change(code, 'cancelled', resource, member, start, end, lanes, 'cancelled'), *extra, request=f"CANCEL booking={code}",
                     key=key, actor=actor)
        final = f"OK booking={code} state=cancelled resource={resource} from={at(start)} to={at(end)} member={member}"
        return self.attempt('CANCEL', args, outcome, final if outcome == 'OK' else outcome, (), key, daemon, actor, member, times)

    def list(self, *rows, times=None, daemon='a'):
        """Rows: (code, start, end)."""
        data = [f"- booking booking={c} state=confirmed resource=one from={at(s)} to={at(e)} member=m1" for c, s, e in rows]
        return self.attempt('LIST', {'what': 'one', 'from': DAY_TEXT, 'to': DAY_TEXT, 'all': 'yes'}, data=data, daemon=daemon, actor=9,
                            member='', times=times)

    def verdict(self, faults=()):
        return checker.check(self.attempts, Chronicle(self.rows), faults)


class Case(unittest.TestCase):
    def setUp(self):
        self.story = Story()

    def right(self, **how):
        verdict = self.story.verdict(**how)
        self.assertEqual([], verdict.violations)
        return verdict

    def wrong(self, *kinds, **how):
        found = {v.split(':')[0] for v in self.story.verdict(**how).violations}
        self.assertEqual(set(kinds), found)


class Once(Case):
    def test_a_plain_history(self):
        s = self.story
        s.book('B1')
        s.book('B2', outcome='NO conflict', logged=False)
        s.list(('B1', 8, 10))
        s.cancel('B1')
        s.list()
        s.book('B3')
        verdict = self.right()
        self.assertEqual((3, 1, 2), tuple(verdict.counts[k] for k in ('commands', 'refusals', 'reads')))

    def test_acknowledged_and_lost(self):
        self.story.book('B1', logged=False)
        self.wrong('acknowledged and lost')

    def test_done_twice(self):
        self.story.book('B1', key='k')
        self.story.log(self.story.change('B2', start=12, end=13), request=f"BOOK what=one from={at(8)} for=2h", key='k')
        self.wrong('done twice')

    def test_nobody_asked(self):
        self.story.book('B1')
        self.story.log(self.story.change('B2', start=12, end=13), request=f"BOOK what=one from={at(12)} for=1h", key='other')
        self.wrong('nobody asked')

    def test_another_request(self):
        self.story.book('B1')
        self.story.rows.clear()
        self.story.version = 0
        self.story.log(self.story.change('B1'), request=f"BOOK what=one from={at(8)} for=3h", key='k1')
        self.wrong('another request')

    def test_another_answer(self):
        self.story.book('B1').final = f"OK booking=B1 state=confirmed resource=one from={at(9)} to={at(10)} member=m1"
        self.wrong('another answer')

    def test_two_answers_for_one_key(self):
        first = self.story.book('B1', key='k')
        again = self.story.book('B1', key='k', logged=False)
        self.right()
        again.final = first.final + ' as=other'
        self.wrong('another answer')

    def test_refused_and_done(self):
        self.story.book('B1', outcome='ERR unavailable')
        self.wrong('refused and done')

    def test_unknown_may_be_done_or_not(self):
        self.story.book('B1', outcome='lost', times=(10, None))
        self.story.book('B2', start=12, end=13, outcome='ERR unknown-outcome', logged=False)
        self.right()

    def test_unknown_and_then_nothing_done(self):
        """The first attempt may have been done, whatever the second was told."""
        self.story.book('B1', outcome='lost', times=(10, None), key='k')
        self.story.book('B1', outcome='ERR unavailable', logged=False, key='k')
        self.right()

    def test_a_fault_in_the_server(self):
        self.story.book('B1', outcome='ERR internal', logged=False)
        self.wrong('a fault in the server')


class Order(Case):
    def test_against_real_time(self):
        s = self.story
        s.book('B1', times=(20, 21))
        s.book('B2', start=12, end=13, times=(10, 11))
        self.wrong('against real time')

    def test_at_once_in_any_order(self):
        self.story.book('B1', times=(20, 22))
        self.story.book('B2', start=12, end=13, times=(19, 21))
        self.right()

    def test_answered_before_yet_in_one_version(self):
        self.story.book('B1', times=(10, 11))
        self.story.book('B2', start=12, end=13, times=(12, 13), same_version=True)
        self.wrong('against real time')

    def test_an_unknown_one_is_not_done_before_it_is_asked(self):
        self.story.book('B1', outcome='lost', times=(20, None))
        self.story.book('B2', start=12, end=13, times=(10, 11))
        self.wrong('against real time')

    def test_an_unknown_one_may_be_done_late(self):
        self.story.book('B2', start=12, end=13, times=(10, 11))
        self.story.book('B1', outcome='lost', times=(5, None))
        self.right()

    def test_a_refusal_between(self):
        """Only if the refusal was before the cancellation, and it was asked after that was answered."""
        s = self.story
        s.book('B1', times=(10, 11))
        s.cancel('B1', times=(12, 13))
        late = s.book('B2', outcome='NO conflict', logged=False, times=(14, 15))
        self.wrong('refused without cause')
        late.invoked = 12.5
        self.right()

    def test_a_refusal_of_the_future(self):
        s = self.story
        s.book('B2', outcome='NO conflict', logged=False, times=(10, 11))
        s.book('B1', times=(12, 13))
        self.wrong('refused without cause')

    def test_refusals_hold_each_other(self):
        """The first was refused after B1, so the second cannot be refused for what was before B1."""
        s = self.story
        s.book('B0', times=(1, 2))
        s.log(s.change('B0', 'cancelled', cause='cancelled'), s.change('B1', start=12, end=13), request='TICK', actor=0)
        s.book('B3', start=12, end=13, outcome='NO conflict', logged=False, times=(10, 11))
        last = s.book('B2', outcome='NO conflict', logged=False, times=(12, 13))
        self.wrong('refused without cause')
        last.invoked = 9
        self.right()


class Refusals(Case):
    def test_capacity(self):
        s = self.story
        s.book('B1', resource='seats', lanes='1-4', qty='4')
        s.book('B2', resource='seats', qty='3', outcome='NO conflict', logged=False)
        self.right()
        s.book('B3', resource='seats', qty='2', outcome='NO conflict', logged=False)
        self.wrong('refused without cause')

    def test_a_peak_is_no_sum(self):
        s = self.story
        s.book('B1', 8, 9, resource='seats', lanes='1-4', qty='4')
        s.book('B2', 9, 10, resource='seats', lanes='1-4', qty='4')
        s.book('B3', 8, 10, resource='seats', qty='2', outcome='NO conflict', logged=False)
        self.wrong('refused without cause')

    def test_quota(self):
        s = self.story
        for n in range(5):
            s.book(f"B{n}", resource='few', lanes=str(n + 1))
        s.book('B9', resource='few', outcome='NO quota', logged=False)
        s.book('B9', resource='few', lanes='6', actor=2, member='m2')
        self.right()
        s.book('B8', resource='few', outcome='NO quota', logged=False, actor=2, member='m2')
        self.wrong('refused without cause')

    def test_quota_exceeded(self):
        for n in range(6):
            self.story.book(f"B{n}", resource='few', lanes=str(n + 1))
        self.wrong('quota exceeded')

    def test_state(self):
        s = self.story
        s.book('B1')
        s.cancel('B1')
        s.cancel('B1', outcome='NO state')
        self.right()
        s.book('B2')
        s.cancel('B2', outcome='NO state')
        self.wrong('refused without cause')

    def test_a_booking_that_there_is(self):
        self.story.book('B1')
        self.story.cancel('B1', outcome='NO unknown-booking')
        self.wrong('refused without cause')

    def test_another_reason(self):
        self.story.book('B1', outcome='NO closed', logged=False)
        self.wrong('an unexpected refusal')

    def test_every_reason_must_hold(self):
        s = self.story
        s.book('B1', resource='few')
        s.book('B2', resource='few', outcome='NO quota', logged=False, data=['- reason code=quota', '- reason code=conflict'])
        self.wrong('refused without cause')

    def test_moved_to_where_it_stood(self):
        s = self.story
        s.book('B1')
        same = f"OK booking=B1 state=confirmed resource=one from={at(8)} to={at(10)} member=m1 was-from={at(8)} was-to={at(10)}"
        s.attempt('MOVE', {'booking': 'B1', 'from': at(8)}, final=same, key='m')
        self.right()
        s.cancel('B1')
        s.attempt('MOVE', {'booking': 'B1', 'from': at(8)}, final=same, key='n')
        self.wrong('acknowledged and lost')

    def test_a_move_in_the_way_of_itself_alone(self):
        s = self.story
        s.book('B1')
        s.attempt('MOVE', {'booking': 'B1', 'from': at(9)}, 'NO conflict', data=['- reason code=conflict'], key='m')
        self.wrong('refused without cause')


class States(Case):
    def test_overlap(self):
        self.story.book('B1')
        self.story.book('B2', 9, 11)
        self.wrong('overlap')

    def test_no_such_place(self):
        self.story.book('B1', lanes='2')
        self.wrong('no such place')

    def test_expired_early(self):
        s = self.story
        s.book('B1', resource='tent', state='held', verb='HOLD').final += ' unit=tent-1'
        s.rows.clear()
        s.version = 0
        s.log(s.change('B1', 'held', 'tent', due='2030-01-01T00:00Z'), request=f"HOLD what=tent from={at(8)} for=2h", key='k1')
        s.log(s.change('B1', 'expired', 'tent', cause='expired'), request='TICK', actor=0)
        self.wrong('expired early')

    def test_waits_for_what_is_free(self):
        self.story.book('B1', resource='turn', start=8, end=9, state='waiting')
        self.wrong('waits for what is free')

    def test_queue_jumped(self):
        s = self.story
        s.book('B1', 8, 9, resource='turn')
        s.book('B2', 8, 9, resource='turn', state='waiting')
        s.book('B3', 8, 9, resource='turn', state='waiting')
        offered = s.change('B3', 'held', 'turn', start=8, end=9, cause='offered')
        s.cancel('B1', 8, 9, 'turn', extra=[offered])
        self.wrong('queue jumped')

    def test_the_first_is_offered_it(self):
        s = self.story
        s.book('B1', 8, 9, resource='turn')
        s.book('B2', 8, 9, resource='turn', state='waiting')
        s.book('B3', 8, 9, resource='turn', state='waiting')
        s.cancel('B1', 8, 9, 'turn', extra=[s.change('B2', 'held', 'turn', start=8, end=9, cause='offered')])
        self.right()


class Reads(Case):
    def test_what_never_was(self):
        self.story.book('B1')
        self.story.list(('B1', 8, 11))
        self.wrong('read what never was')

    def test_half_of_a_version(self):
        s = self.story
        s.book('B1')
        s.cancel('B1', extra=[s.change('B2', start=12, end=13)])
        s.list(('B1', 8, 10), ('B2', 12, 13))
        self.wrong('read what never was')

    def test_the_future(self):
        self.story.list(('B1', 8, 10), times=(10, 11))
        self.story.book('B1', times=(12, 13))
        self.wrong('read what never was')

    def test_backwards(self):
        """Its daemon had answered from later."""
        s = self.story
        s.book('B1')
        s.list(('B1', 8, 10))
        s.list()
        self.wrong('read what never was')

    def test_behind_another_daemon_for_a_moment(self):
        s = self.story
        s.book('B1', times=(10, 11))
        s.list(times=(11.5, 11.6), daemon='b')
        verdict = self.right()
        self.assertAlmostEqual(0.5, verdict.stalest_s)

    def test_stale(self):
        s = self.story
        s.book('B1', times=(10, 11))
        s.list(times=(13, 14), daemon='b')
        self.wrong('stale')
        self.right(faults=[Fault('freeze-daemon', 'b', 9, 9.5)])
        self.wrong('stale', faults=[Fault('freeze-daemon', 'a', 9, 9.5)])

    def test_find(self):
        s = self.story
        s.book('B1')
        ask = {'what': 'one', 'from': at(9), 'for': '1h'}
        s.attempt('FIND', ask, actor=9, member='')
        self.right()
        s.attempt('FIND', ask, data=['- free resource=one'], actor=9, member='')
        self.wrong('read what never was')

    def test_agenda(self):
        s = self.story
        s.book('B1', resource='seats', lanes='2-3', qty='2')
        taken = [f"- taken resource=seats lane={n} from={at(8)} to={at(10)} booking=B1" for n in (2, 3)]
        ask = {'what': 'seats', 'from': DAY_TEXT, 'for': '1d'}
        s.attempt('AGENDA', ask, data=taken, actor=9, member='')
        self.right()
        s.attempt('AGENDA', ask, data=taken[:1], actor=9, member='')
        self.wrong('read what never was')


class Log(Case):
    def setUp(self):
        super().setUp()
        for n in range(3):
            self.story.book(f"B{n}", 8 + n, 9 + n)

    def test_as_it_is(self):
        self.right()

    def test_altered(self):
        self.story.rows[1]['change'] += ' series=1'
        self.wrong('broken log')

    def test_a_row_is_missing(self):
        del self.story.rows[1]
        self.assertIn('broken log', {v.split(':')[0] for v in self.story.verdict().violations})

    def test_a_batch_twice(self):
        self.story.rows[2]['batch'] = self.story.rows[1]['batch']
        self.wrong('broken log')

    def test_earlier_than_the_row_before(self):
        self.story.rows[2]['at'] = 1
        self.wrong('broken log')


if __name__ == '__main__':
    unittest.main()
