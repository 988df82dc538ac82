# SPDX-License-Identifier: GPL-3.0-or-later
"""Random recurrence rules, put to the program `recur`, to a slow oracle, and to python3-dateutil.

usage: test_recur.py RECUR [RULES [SEED]]

The slow oracle follows RFC 5545 word by word: it looks at every day (or hour, minute, second) of a few years and asks whether each
BY part has it. dateutil is asked where it means the same; where not, and why:
- it does not give DTSTART where the rule does not; DTSTART, COUNT and UNTIL are applied here, to what it gives;
- BYWEEKNO without a part that names days: it takes all seven days; it is told DTSTART's weekday;
- BYWEEKNO with INTERVAL or BYSETPOS: its years end on 31 December, in the middle of a week: not asked;
- BYDAY with and without numbers at once (MO,2TU): it takes what is both, the RFC what is either: not asked;
- BYWEEKNO with 52, 53 or negative numbers: it counts the weeks of the year before wrongly (with WKST=TH the 2nd of January 2030 is
  in week 52 of 2029, and it finds none), and for negative numbers other than -1 not at all: not asked;
- WEEKLY with BYSETPOS: its first week begins on DTSTART, not on WKST: compared from the second week on;
- SECONDLY and its like with BYSETPOS: it repeats itself: not asked.
"""
import datetime
import itertools
import random
import subprocess
import sys
import zoneinfo

try:
    from dateutil import rrule
except ImportError:
    print('python3-dateutil is not installed')
    sys.exit(77)

FREQS = ['SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']
DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
UNIT = {'SECONDLY': 1, 'MINUTELY': 60, 'HOURLY': 3600}
ZONES = ['Europe/Paris', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC', None]
# About these moments clocks change, years end, and leap days are near.
CORNERS = [(2027, 3, 26), (2027, 10, 29), (2026, 12, 29), (2028, 2, 27), (2020, 12, 28), (2011, 12, 28), (2024, 12, 30), (2015, 12, 30)]
EPOCH = datetime.datetime(1970, 1, 1)
LIMIT = 40


def week_year(day, wkst):
    """(year, week, weeks of that year) of a date; the first week has four days in the year."""
    def first(year):
        fourth = datetime.date(year, 1, 4)
        return fourth - datetime.timedelta((fourth.weekday() - wkst) % 7)
    year = day.year + 1
    while first(year) > day:
        year -= 1
    return year, (day - first(year)).days // 7 + 1, (first(year + 1) - first(year)).days // 7


def numbered(names, value, length):
    return value in names or value - length - 1 in names


class Rule:
    """freq, interval, wkst, by: {'BYDAY': [(0 or n, weekday)…], 'BYMONTH': [n…]…}, start: naive local time."""

    def text(self):
        parts = [f'FREQ={self.freq}']
        if self.interval != 1:
            parts.append(f'INTERVAL={self.interval}')
        if self.wkst is not None:
            parts.append(f'WKST={DAYS[self.wkst]}')
        for name, values in self.by.items():
            if name == 'BYDAY':
                values = [(str(n) if n else '') + DAYS[d] for n, d in values]
            parts.append(name + '=' + ','.join(map(str, values)))
        return ';'.join(parts)

    def day_parts(self):
        """The parts of days with what DTSTART adds."""
        by = dict(self.by)
        named = by.keys() & {'BYDAY', 'BYMONTHDAY', 'BYYEARDAY'}
        if self.freq == 'WEEKLY':
            by.setdefault('BYDAY', [(0, self.start.weekday())])
        elif self.freq == 'MONTHLY' and not named:
            by['BYMONTHDAY'] = [self.start.day]
        elif self.freq == 'YEARLY' and not named and 'BYWEEKNO' in by:
            by['BYDAY'] = [(0, self.start.weekday())]
        elif self.freq == 'YEARLY' and not named:
            by['BYMONTHDAY'] = [self.start.day]
            by.setdefault('BYMONTH', [self.start.month])
        return by

    def allows(self, day, by):
        wkst = self.wkst or 0
        month_end = (day.replace(day=28) + datetime.timedelta(4)).replace(day=1) - datetime.timedelta(1)
        yearday, year_days = day.timetuple().tm_yday, datetime.date(day.year, 12, 31).timetuple().tm_yday
        if 'BYMONTH' in by and day.month not in by['BYMONTH']:
            return False
        if 'BYMONTHDAY' in by and not numbered(by['BYMONTHDAY'], day.day, month_end.day):
            return False
        if 'BYYEARDAY' in by and not numbered(by['BYYEARDAY'], yearday, year_days):
            return False
        if 'BYWEEKNO' in by:
            _, week, weeks = week_year(day, wkst)
            if not numbered(by['BYWEEKNO'], week, weeks):
                return False
        if 'BYDAY' not in by:
            return True
        of_month = self.freq == 'MONTHLY' or 'BYMONTH' in by
        n, length = (day.day, month_end.day) if of_month else (yearday, year_days)
        nth, back = (n - 1) // 7 + 1, -((length - n) // 7 + 1)
        return any(d == day.weekday() and n in (0, nth, back) for n, d in by['BYDAY'])

    def period(self, t):
        if self.freq in UNIT:
            return int((t - EPOCH).total_seconds()) // UNIT[self.freq]
        day = t.date()
        if self.freq == 'DAILY':
            return day.toordinal()
        if self.freq == 'WEEKLY':
            return (day.toordinal() - 1 - (self.wkst or 0)) // 7
        if self.freq == 'MONTHLY':
            return day.year * 12 + day.month
        return week_year(day, self.wkst or 0)[0] if 'BYWEEKNO' in self.by else day.year

    def times(self):
        """The times of an interval: of each of its days, or of the hour, minute or second that it is."""
        rank = FREQS.index(self.freq)
        hours = self.by.get('BYHOUR', [self.start.hour]) if rank >= 3 else [0]
        minutes = self.by.get('BYMINUTE', [self.start.minute]) if rank >= 2 else [0]
        seconds = self.by.get('BYSECOND', [self.start.second]) if rank >= 1 else [0]
        return sorted({h * 3600 + m * 60 + s for h in hours for m in minutes for s in seconds})

    def begins(self, until):
        """What intervals are made of: days, or single hours, minutes, seconds."""
        by = self.day_parts()
        if self.freq in UNIT:
            unit = UNIT[self.freq]
            limits = [('BYHOUR', 'hour', 3600), ('BYMINUTE', 'minute', 60), ('BYSECOND', 'second', 1)]
            limits = [(self.by[name], field) for name, field, size in limits if name in self.by and unit <= size]
            at = EPOCH + datetime.timedelta(seconds=self.period(self.start) * unit)
            step = datetime.timedelta(seconds=unit * self.interval)
            day, allowed = None, False
            while at < until:
                if at.date() != day:
                    day, allowed = at.date(), self.allows(at.date(), by)
                if allowed and all(getattr(at, field) in values for values, field in limits):
                    yield at
                at += step
            return
        at = datetime.datetime.combine(self.start.date() - datetime.timedelta(380), datetime.time())
        first = self.period(self.start)
        while at < until:
            period = self.period(at)
            if period >= first and (period - first) % self.interval == 0 and self.allows(at.date(), by):
                yield at
            at += datetime.timedelta(1)

    def slow(self, horizon):
        """All local times that the rule gives before `horizon`, whole intervals included."""
        found = []
        for _, begins in itertools.groupby(self.begins(horizon + datetime.timedelta(380 if self.freq not in UNIT else 1)), self.period):
            times = [b + datetime.timedelta(seconds=s) for b in begins for s in self.times()]
            if 'BYSETPOS' in self.by:
                n = len(times)
                times = [times[i] for i in sorted({p - 1 if p > 0 else n + p for p in self.by['BYSETPOS']}) if 0 <= i < n]
            found += [t for t in times if self.start < t < horizon]
            if len(found) > (3700 if self.freq in UNIT else 8 * LIMIT):
                return found, found[-1]
        return found, horizon

    def dateutil(self):
        """dateutil's iterator and the first time from which on it may be compared; None where it means something else."""
        by, from_ = self.by, self.start
        if 'BYWEEKNO' in by and (self.interval > 1 or 'BYSETPOS' in by or min(by['BYWEEKNO']) < 0 or max(by['BYWEEKNO']) > 51):
            return None
        if len({bool(n) for n, _ in by.get('BYDAY', [])}) == 2:
            return None
        if 'BYSETPOS' in by and self.freq in UNIT:
            return None
        if self.freq == 'WEEKLY' and 'BYSETPOS' in by:
            from_ = datetime.datetime.combine(self.start.date(), datetime.time()) + datetime.timedelta(7)
            from_ -= datetime.timedelta((self.start.weekday() - (self.wkst or 0)) % 7)
        arguments = {name.lower(): values for name, values in by.items() if name != 'BYDAY'}
        if 'BYDAY' in by:
            arguments['byweekday'] = [rrule.weekday(d, n) if n else rrule.weekday(d) for n, d in by['BYDAY']]
        elif 'BYWEEKNO' in by and not by.keys() & {'BYMONTHDAY', 'BYYEARDAY'}:
            arguments['byweekday'] = [self.start.weekday()]
        try:
            return rrule.rrule(getattr(rrule, self.freq), dtstart=self.start, interval=self.interval, wkst=self.wkst or 0, **arguments), from_
        except ValueError:  # its word for a rule that gives nothing
            return [], from_


def signed(rng, most, n):
    return sorted({rng.choice([1, 1, -1]) * rng.randint(1, most) for _ in range(rng.randint(1, n))})


def some(rng, low, high, n):
    return sorted({rng.randint(low, high) for _ in range(rng.randint(1, n))})


def random_rule(rng, zone):
    r = Rule()
    r.freq = rng.choice((FREQS if zone else []) + 2 * FREQS[3:])
    r.interval = rng.choice([1, 1, 1, 1, 2, 3, rng.randint(4, 90 if r.freq in ('DAILY', *UNIT) else 5)])
    r.wkst = rng.choice([None, 0, 6, rng.randint(0, 6)])
    date = datetime.date(*rng.choice(CORNERS)) if rng.random() < .6 else datetime.date(2000, 1, 1) + datetime.timedelta(rng.randint(0, 12000))
    date += datetime.timedelta(rng.randint(0, 4))
    r.start = datetime.datetime.combine(date, datetime.time())
    if zone:
        r.start += datetime.timedelta(seconds=rng.choice([9 * 3600, 7200, 9000, 18 * 3600, rng.randint(0, 86399)]))
    by, chance = {}, rng.choice([.05, .1, .3])
    if rng.random() < chance:
        by['BYMONTH'] = some(rng, 1, 12, 5)
    if r.freq == 'YEARLY' and rng.random() < .4:
        by['BYWEEKNO'] = some(rng, 50, 53, 2) + [1] if rng.random() < .3 else signed(rng, 53, 4)
    if r.freq in ('YEARLY', *UNIT) and rng.random() < chance / 2:
        by['BYYEARDAY'] = signed(rng, 366, 20)
    if r.freq != 'WEEKLY' and rng.random() < chance:
        by['BYMONTHDAY'] = signed(rng, 31, 10)
    if rng.random() < .5:
        most = 5 if r.freq == 'MONTHLY' or 'BYMONTH' in by else 53
        number = r.freq in ('MONTHLY', 'YEARLY') and 'BYWEEKNO' not in by and rng.random() < .6
        days = [(rng.choice(signed(rng, most, 2)) if number and rng.random() < .9 else 0, rng.randint(0, 6)) for _ in range(rng.randint(1, 4))]
        by['BYDAY'] = sorted(set(days))
    if zone:
        by |= {name: some(rng, 0, most, 3) for name, most in (('BYHOUR', 23), ('BYMINUTE', 59), ('BYSECOND', 59)) if rng.random() < chance / 2}
        if rng.random() < .05:
            by['BYHOUR'], by['BYMINUTE'] = [1, 2, 3], [0, 15, 30]
    if by and rng.random() < .35:
        by['BYSETPOS'] = signed(rng, 3 if r.freq in UNIT else rng.choice([2, 3, 5, 20, 366]), 3)
    r.by = by
    return r


def instant(t, zone):
    return t.replace(tzinfo=zoneinfo.ZoneInfo(zone) if zone else datetime.timezone.utc).astimezone(datetime.timezone.utc)


def case(rng):
    zone = rng.choice(ZONES)
    r = random_rule(rng, zone)
    local, horizon = r.slow(r.start + datetime.timedelta(days={'SECONDLY': 1.5, 'MINUTELY': 4, 'HOURLY': 70}.get(r.freq, 1300)))
    checked = r.dateutil()
    wrong = None
    if checked and local:
        mine = [t for t in local if t >= checked[1]][:LIMIT]
        theirs = itertools.islice((t for t in checked[0] if t > r.start and t >= checked[1]), len(mine))
        theirs = list(theirs)
        if theirs != mine:
            wrong = (mine, theirs)
    times = sorted({instant(t, zone) for t in [r.start] + local})
    times = [t for t in times if t >= instant(r.start, zone)]
    end = instant(horizon, zone) - datetime.timedelta(2 if zone not in (None, 'UTC') else 0)
    stamp = '%Y%m%dT%H%M%SZ' if zone else '%Y%m%d'
    tail, how = '', rng.random()
    if how < .25:
        count = rng.randint(1, 60)
        tail, times = f';COUNT={count}', times[:count]
    elif how < .5:
        until = rng.choice(times[:90])
        tail, times = ';UNTIL=' + until.strftime(stamp), [t for t in times if t <= until]
    lines = ['RRULE:' + r.text() + tail]
    kind = ';VALUE=DATE' if zone is None else ''
    if rng.random() < .2:
        gone = rng.sample(times[:20], min(len(times), rng.randint(1, 4)))
        more = [times[0] + datetime.timedelta(rng.randint(-5, 40)) for _ in range(2)] + [times[-1]]
        lines += [f'EXDATE{kind}:' + ','.join(t.strftime(stamp) for t in gone), f'RDATE{kind}:' + ','.join(t.strftime(stamp) for t in more)]
        times = sorted((set(times) | set(more)) - set(gone))
    start = {None: ';VALUE=DATE', 'UTC': ''}.get(zone, f';TZID={zone}')
    lines.insert(0, f'DTSTART{start}:' + r.start.strftime({None: '%Y%m%d', 'UTC': '%Y%m%dT%H%M%SZ'}.get(zone, '%Y%m%dT%H%M%S')))
    shown = []
    for t in times[:LIMIT]:
        t = t.astimezone(zoneinfo.ZoneInfo(zone or 'UTC'))
        shown.append(t.isoformat() if zone else t.date().isoformat())
    return '\n'.join(lines), shown, end, wrong, checked is not None and bool(local)


def before(shown, end):
    if shown and shown[-1].startswith('error'):
        return shown
    moments = [(datetime.datetime.fromisoformat(s) if 'T' in s else datetime.datetime.fromisoformat(s + 'T00:00:00+00:00'), s) for s in shown]
    return [s for t, s in moments if t < end]


def main():
    recur, n, seed = sys.argv[1], int((sys.argv[2:] or [2000])[0]), int((sys.argv[3:] or [5545])[0])
    rng = random.Random(seed)
    cases = [case(rng) for _ in range(n)]
    asked = '\n\n'.join(text for text, *_ in cases) + '\n'
    out = subprocess.run([recur, str(LIMIT)], input=asked, capture_output=True, text=True, check=True).stdout
    # A block may print nothing, so they cannot be told apart by splitting at empty lines: each is "lines", then an empty one.
    blocks, lines = [[]], out.split('\n')[:-1]
    for line in lines:
        if line:
            blocks[-1].append(line)
        else:
            blocks.append([])
    failures = 0 if len(blocks) == n else 1
    n_theirs, n_times = 0, 0
    for (text, shown, end, wrong, theirs), got in zip(cases, blocks):
        n_theirs += theirs
        n_times += len(shown)
        if wrong:
            print(f'the slow oracle and dateutil differ:\n{text}\n  slow {wrong[0][:6]}\n  dateutil {wrong[1][:6]}')
        if before(shown, end) != before(got, end):
            at = next((i for i, (a, b) in enumerate(itertools.zip_longest(shown, got)) if a != b), 0)
            print(f'recur differs from the slow oracle at {at}:\n{text}\n  slow {shown[at:at + 4]}\n  recur {got[at:at + 4]}')
            failures += 1
        failures += bool(wrong)
        if failures > 5:
            break
    print(f'{len(blocks)} of {n} rules answered, {n_times} occurrences, {n_theirs} rules with dateutil, {failures} differ')
    sys.exit(failures != 0)


if __name__ == '__main__':
    main()
