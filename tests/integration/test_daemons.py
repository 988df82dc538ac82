# SPDX-License-Identifier: GPL-3.0-or-later
"""Any number of daemons on one database: together they decide as one, each shows soon what the others did, none decides on what is stale,
and they may be restarted one after the other under those who book."""
import contextlib
import os
import signal
import socket
import subprocess
import threading
import time

import pytest

import running
import several

pytestmark = pytest.mark.long

SOON_S = 1  # within which every daemon shows a commit


@pytest.fixture
def daemons(start, own, folder):
    """daemons(2): so many on one database, and Alice's token, whom all of them know."""
    def begin(n, **how):
        how = {'database': own.conninfo('pole', 'pole_owner'), 'arguments': several.MANY, **how}
        made = several.start_all(start, folder, ['a', 'b', 'c'][:n], **how)
        token, _ = made[0].person('Alice Test', 'm01')
        several.know(made, token)
        return made, token
    return begin


def verify(one):
    done = subprocess.run(one.command('--verify'), capture_output=True, text=True, timeout=120, check=False,
                          env={**running.SANITIZERS, **os.environ})
    assert done.returncode == 0 and 'everything is as it should be' in done.stdout, done.stdout + done.stderr


def agree(made, token, own, **args):
    """All of them show the same, which is what the database has."""
    (version,) = own.psql('select version from pole', 'pole')

    def there(one):
        with one.connect(token) as c:
            return [c.expect('STATUS')['version']] == version
    for one in made:
        running.until('the daemon has all', lambda one=one: there(one), 10)
    first, *others = [several.bookings(one, token, **args) for one in made]
    for other in others:
        assert other == first
    assert own.psql(running.OVERLAPS, 'pole') == []
    return first


SLOTS = [f"2031-{1 + n // 24:02}-01T{n % 24:02}:00" for n in range(30)]


def book_everything(caller):
    """Each slot once, in an order of one's own; a third of them once more, under the same key, of another daemon."""
    granted, twice = {}, 0
    for at in caller.random.sample(SLOTS, len(SLOTS)):
        ask = {'what': 'four', 'from_': at, 'for_': '1h', 'key': caller.key()}
        reply = caller.ask('BOOK', **ask)
        assert reply.outcome in ('OK', 'NO conflict'), reply
        if reply.ok:
            granted[at] = reply['booking']
        if caller.random.random() < 0.3:
            caller.drop()
            caller.at = caller.random.randrange(len(caller.daemons))
            again = caller.ask('BOOK', **ask)
            assert again.outcome == reply.outcome and again.get('booking') == reply.get('booking'), (reply, again)
            twice += 1
    return granted, twice


def test_many_clients_on_three_daemons(daemons, own):
    """Sixteen want each of the places: four get it, whichever daemon they ask, and nobody gets it twice."""
    made, token = daemons(3)
    callers = [several.Caller(made, token, n) for n in range(16)]
    results = several.together(callers, book_everything)
    for at in SLOTS:
        assert sum(at in granted for granted, _ in results) == 4, at
    assert sum(twice for _, twice in results) > 16
    codes = sorted(code for granted, _ in results for code in granted.values())
    assert [row[0] for row in agree(made, token, own, from_='2031-01-01', to='2031-12-31')] == codes
    verify(made[0])


def test_two_daemons_are_one(daemons, own):
    """The same, small: what one grants the other refuses, at once."""
    made, token = daemons(2)
    with made[0].connect(token) as a, made[1].connect(token) as b:
        for n, at in enumerate(SLOTS[:10]):
            first, second = (a, b) if n % 2 else (b, a)
            code = first.expect('BOOK', what='one', from_=at, for_='1h')['booking']
            second.refused('NO conflict', 'BOOK', what='one', from_=at, for_='1h')
            second.expect('CANCEL', booking=code)
            first.expect('BOOK', what='one', from_=at, for_='1h')
    agree(made, token, own, from_='2031-01-01', to='2031-12-31')


# Seen by others


def delay(writer, reader, n):
    """How long after it was granted by one daemon the other one lists a booking."""
    at = {'what': 'clock', 'from_': f"2032-{1 + n // 24:02}-01T{n % 24:02}:00"}
    writer.expect('BOOK', for_='1h', **at)
    granted = time.monotonic()
    running.until('it is listed', lambda: reader.expect('LIST', **at, to=at['from_'][:11] + f"{n % 24:02}:30").of('booking'), 30, 0.001)
    return time.monotonic() - granted


def tell(capsys, what, seen):
    with capsys.disabled():
        print(f"\n  {what}: {several.in_ms(seen)} ", end='')


def test_a_commit_is_seen_soon(daemons, capsys):
    made, token = daemons(2)
    with made[0].connect(token) as a, made[1].connect(token) as b:
        seen = [delay(a, b, n) for n in range(30)]
    tell(capsys, 'seen by the other daemon', seen)
    assert several.quantile(seen, 0.5) < SOON_S


def without_notify(own):
    """The database no longer says anything by itself: what happens to a session behind a pool, or to one whose LISTEN was lost."""
    ((source,),) = own.psql("select encode(convert_to(pg_get_functiondef(oid), 'UTF8'), 'hex') from pg_proc where proname = 'pole_announce'",
                            'pole')
    text = bytes.fromhex(source).decode()
    assert text.count("pg_notify('mutuald',") == 1
    own.psql(text.replace("pg_notify('mutuald',", "concat('mutuald',"), 'pole')


def test_it_is_seen_without_a_notification(daemons, own, capsys):
    """The log is what is trusted: a notification that is lost costs less than a second."""
    made, token = daemons(2)
    without_notify(own)
    with made[0].connect(token) as a, made[1].connect(token) as b:
        seen = [delay(a, b, n) for n in range(8)]
    tell(capsys, 'seen without NOTIFY', seen)
    assert several.quantile(seen, 0.5) < SOON_S


def test_it_is_seen_when_the_feed_is_ended(daemons, own, capsys):
    made, token = daemons(2)
    seen = []
    with made[0].connect(token) as a, made[1].connect(token) as b:
        for n in range(8):
            own.psql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'feed'")
            seen.append(delay(a, b, n))
    tell(capsys, 'seen after the feed was ended', seen)
    assert several.quantile(seen, 0.5) < SOON_S


def last_feed(own):
    """The process that serves the feed of the daemon that was started last."""
    rows = own.psql("select pid from pg_stat_activity where application_name = 'feed' order by backend_start", 'pole')
    return int(rows[-1][0])


def test_what_is_not_sure_to_be_new_says_so(daemons, own):
    """A feed that says nothing at all: until another is made, whatever may be older than a second says of when it is."""
    made, token = daemons(2)
    with made[0].connect(token) as a, made[1].connect(token) as b, running.frozen(last_feed(own)):
        code = a.expect('BOOK', what='one', from_='2033-02-01T08:00', for_='1h')['booking']
        granted, old, marked = time.monotonic(), 0, 0
        while True:
            asked = time.monotonic()
            reply = b.expect('LIST', from_='2033-02-01', to='2033-02-02')
            if code in [r['booking'] for r in reply.of('booking')]:
                break
            assert asked - granted < 60, 'it is never seen'
            if asked - granted > SOON_S + 1:  # as-of is in whole seconds
                old += 1
                assert 'as-of' in reply, f"{asked - granted:.1f} s old, and does not say so"
            marked += 'as-of' in reply
            time.sleep(0.05)
        b.refused('NO conflict', 'BOOK', what='one', from_='2033-02-01T08:00', for_='1h')
    assert old == 0 or marked > 0


# Stopped for a while


def sleep_over(made, token, rounds, asleep_s):
    """B sleeps while A gives away what was free and frees what was taken; what B is asked as it wakes it answers as things are."""
    a_daemon, b_daemon = made
    soon = []
    with a_daemon.connect(token) as a, contextlib.ExitStack() as stack:
        waiting = [stack.enter_context(b_daemon.connect(token)) for _ in range(6)]
        for n in range(rounds):
            day = f"2034-{1 + n:02}"
            freed = a.expect('BOOK', what='one', from_=f"{day}-01T08:00", for_='2h')['booking']
            running.until('B has it', lambda freed=freed: waiting[0].call('SHOW', booking=freed).ok, 10)
            with running.frozen(b_daemon.pid):
                a.expect('CANCEL', booking=freed)
                taken = a.expect('BOOK', what='one', from_=f"{day}-02T08:00", for_='2h', key=f"over-{n}")['booking']
                for i in range(6):
                    a.expect('BOOK', what='clock', from_=f"{day}-03T{i:02}:00", for_='1h')
                time.sleep(asleep_s)  # it is to sleep that long, whatever happens
                asks = [('NO conflict', {'what': 'one', 'from_': f"{day}-02T09:00", 'for_': '2h'}),
                        ('OK', {'what': 'one', 'from_': f"{day}-01T08:00", 'for_': '2h'}),
                        ('OK', {'what': 'one', 'from_': f"{day}-02T08:00", 'for_': '2h', 'key': f"over-{n}"}),
                        ('NO conflict', {'what': 'clock', 'from_': f"{day}-03T05:30", 'for_': '1h', 'key': f"new-{n}"}),
                        ('OK', {'what': 'clock', 'from_': f"{day}-03T22:00", 'for_': '1h'})]
                tags = [c.send('BOOK', **ask) for c, (_, ask) in zip(waiting, asks)]
                ask = {'from_': f"{day}-01", 'to': f"{day}-03", 'what': 'one'}
                read = waiting[5].send('LIST', **ask)
            replies = [c.receive(tag) for c, tag in zip(waiting, tags)]
            assert [r.outcome for r in replies] == [outcome for outcome, _ in asks], replies
            assert replies[2]['booking'] == taken
            right = [replies[1]['booking'], taken]
            awake = time.monotonic()
            listed = waiting[5].receive(read)
            if asleep_s > SOON_S + 1:
                assert [r['booking'] for r in listed.of('booking')] in ([taken], right) or 'as-of' in listed, listed
            running.until('reads are right', lambda right=right, ask=ask: [
                r['booking'] for r in waiting[0].expect('LIST', **ask).of('booking')] == right, 30)
            soon.append(time.monotonic() - awake)
    return soon


def test_a_daemon_that_slept_decides_on_nothing_stale(daemons, own):
    made, token = daemons(2)
    soon = sleep_over(made, token, 2, 0.2)
    assert several.quantile(soon, 0.5) < SOON_S
    agree(made, token, own, from_='2034-01-01', to='2034-12-31')


def test_a_daemon_that_slept_for_long(daemons, own):
    """As long as MUTUALD_SLEEP_S says; a minute by hand."""
    made, token = daemons(2)
    sleep_over(made, token, 1, float(os.environ.get('MUTUALD_SLEEP_S', '6')))
    agree(made, token, own, from_='2034-01-01', to='2034-12-31')


def test_a_token_that_was_withdrawn_meanwhile_opens_nothing(daemons, own):
    """Who may ask is decided on the newest state, too: B has not heard of it when it is asked."""
    made, _ = daemons(2)
    a, b = made
    token, person = a.person('Bruno Test', 'm02')
    several.know(made, token)
    with a.connect(a.admin_token()) as admin, b.connect(token) as bruno:
        bruno.expect('BOOK', what='one', from_='2034-01-01T08:00', for_='1h')
        with running.frozen(b.pid):
            new = admin.expect('PERSON TOKEN', person=person)['token']
            tag = bruno.send('BOOK', what='one', from_='2034-01-01T10:00', for_='1h')
            time.sleep(0.2)  # it is there when B wakes
        assert bruno.receive(tag).outcome == 'NO auth-needed'
    several.know(made, new)
    agree(made, new, own, from_='2034-01-01', to='2034-12-31')
    assert own.psql('select count(*) from booking', 'pole') == [['1']]


def test_a_token_that_memory_does_not_know_yet(daemons, own):
    """The database knows whose it is: that B has not heard of the person is no reason to say that it opens nothing."""
    made, token = daemons(2)
    a, b = made
    with b.connect(token), running.frozen(last_feed(own)):
        new, _ = a.person('Nadia Test', 'm02')
        with b.connect() as c:
            assert c.call('AUTH', token='nobody' * 8).outcome == 'NO auth'
            reply = c.call('AUTH', token=new)
            assert reply.outcome == 'ERR unavailable' and reply['retry'], reply
    several.know(made, new)


# Restarted one by one


class Booking:
    """Callers who book one slot after the other, each its own: none has a reason to be refused."""

    def __init__(self, made, token, n):
        self.callers = [several.Caller(made, token, i) for i in range(n)]
        self.over, self.granted = threading.Event(), []
        self.thread = threading.Thread(target=self.run)
        self.error = None

    def run(self):
        try:
            self.granted = several.together(self.callers, self.work)
        except BaseException as e:  # pylint: disable=broad-except
            self.error = e

    def work(self, caller):
        codes = []
        while not self.over.is_set():
            n = len(codes)
            reply = caller.ask('BOOK', what='bench', from_=f"{2040 + caller.seed}-{1 + n // 600:02}-{1 + n // 24 % 25:02}T{n % 24:02}:00",
                               for_='1h', key=caller.key())
            assert reply.ok, reply
            codes.append(reply['booking'])
        return codes

    def done(self):
        return sum(c.serial for c in self.callers)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        if self.error:
            raise self.error

    def go_on(self, n=20):
        """Until there were so many more."""
        enough = self.done() + n
        running.until('more bookings', lambda: self.error or self.done() >= enough, 60)


def restart(one):
    port = one.port
    one.stop()
    one.arguments = [*several.MANY, '--listen', f"127.0.0.1:{port}"]
    one.start()
    assert one.port == port


def test_restarted_one_by_one(daemons, own, capsys):
    """Nobody who books meanwhile is refused, nothing is lost and nothing is there twice."""
    made, token = daemons(2)
    with Booking(made, token, 8) as booking:
        for one in [*made, *made]:
            booking.go_on()
            restart(one)
        booking.go_on()
    codes = sorted(code for some in booking.granted for code in some)
    assert len(set(codes)) == len(codes)
    assert own.psql('select count(*) from booking', 'pole') == [[str(len(codes))]]
    for one in made:
        running.until('it has all', lambda one=one: int(status(one, token)['bookings']) == len(codes), 10)
    verify(made[0])
    with capsys.disabled():
        print(f"\n  {len(codes)} bookings, {sum(c.again for c in booking.callers)} requests asked again, the slowest answered within "
              f"{max(c.slowest_s for c in booking.callers):.1f} s ", end='')


def status(one, token):
    with one.connect(token) as c:
        return c.expect('STATUS')


def test_the_client_goes_on_at_the_other(daemons, own, folder, capsys):
    """`mutual` itself, one command after the other, while both daemons are restarted."""
    made, token = daemons(2)
    mutual = running.Mutual(made[0], folder)
    mutual.login(None, token, ','.join(f"localhost:{one.port}" for one in made))
    failed, slowest, over, done = [], 0, threading.Event(), []

    def book(seed):
        nonlocal slowest
        n = 0
        while not over.is_set():
            begun = time.monotonic()
            out = mutual.run('book', 'bench', f"{2050 + seed}-01-{1 + n // 24:02}T{n % 24:02}:00", '1h', '--json')
            slowest = max(slowest, time.monotonic() - begun)
            (done if out.returncode == 0 else failed).append(out)
            n += 1
    threads = [threading.Thread(target=book, args=(seed,)) for seed in range(2)]
    for t in threads:
        t.start()
    for one in made:
        enough = len(done) + 3
        running.until('some are booked', lambda enough=enough: failed or len(done) >= enough, 60)
        restart(one)
    over.set()
    for t in threads:
        t.join()
    assert not failed, (failed[0].stdout, failed[0].stderr)
    assert not [out.stderr for out in done if out.stderr]  # nothing is said of it, but on a terminal
    assert own.psql('select count(*) from booking', 'pole') == [[str(len(done))]]
    with capsys.disabled():
        print(f"\n  {len(done)} commands, the slowest within {slowest:.1f} s ", end='')


REWRITE = """begin;
    alter table policy disable trigger append_only;
    update policy set files = replace(files::text, '{}', '{}')::jsonb where version = (select max(version) from policy);
    alter table policy enable trigger append_only;
    commit"""


def test_a_policy_that_does_not_load_is_not_read_for_ever(daemons, own):
    """As one of a later daemon's: this one says so, tries again less and less often, and at once when there is something new."""
    (a, b), token = daemons(2)
    rules = next(a.policies.glob('*/rules.yaml'))
    before = own.psql('select max(version) from policy', 'pole')
    with running.frozen(b.pid):
        rules.write_text(rules.read_text() + '# again\n')
        a.process.send_signal(signal.SIGHUP)
        running.until('the policy is applied', lambda: own.psql('select max(version) from policy', 'pole') != before)
        own.psql(REWRITE.format('# again', 'later: 1'), 'pole')
    running.until('it does not load', lambda: 'does not load here' in b.log())

    def book(one, day):
        with one.connect(token) as c:
            return c.call('BOOK', what='bench', from_=f"2050-01-{day}T08:00", for_='1h')
    begun = time.monotonic()
    running.until('15 seconds have passed', lambda: book(b, '02').outcome == 'ERR unavailable' and time.monotonic() - begun > 15, pause_s=0.5)
    assert 2 <= b.log().count('loading anew: ') <= 4  # after 2 s, 4, 8
    own.psql(REWRITE.format('later: 1', '# again'), 'pole')
    assert book(a, '03').ok
    running.until('it loads', lambda: book(b, '04').ok, 5, 0.2)


class Activated(running.Daemon):
    """Given its listening socket, as systemd does."""

    def __init__(self, folder, listening, **how):
        super().__init__(folder, **how)
        self.listening, self.port = listening, listening.getsockname()[1]

    def start(self):
        before = len(self.log())
        script = 'exec 3<&0 0< /dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"'
        with open(self.log_path, 'ab') as log:
            self.process = subprocess.Popen(['sh', '-c', script, 'sh', *self.command()], stdout=log, stderr=log, stdin=self.listening,
                                            env=self.environment(), start_new_session=True)
        running.until('mutuald is ready', lambda: 'ready on' in self.log()[before:] or self.process.poll() is not None, running.START_S)
        assert self.process.poll() is None, self.log()[before:]
        return self


def test_restarted_with_its_socket_held(own, folder, capsys):
    """One daemon alone, whose socket systemd holds meanwhile: those who come wait a moment, and none is turned away."""
    with socket.create_server(('127.0.0.1', 0), backlog=200) as listening:
        one = Activated(folder, listening, database=own.conninfo('pole', 'pole_owner'), arguments=several.MANY)
        one.start()
        try:
            token, _ = one.person('Alice Test', 'm01')
            with Booking([one], token, 6) as booking:
                for _ in range(2):
                    booking.go_on()
                    one.stop()
                    with socket.create_connection(('127.0.0.1', one.port)):  # it is there, although nobody is
                        one.start()
                booking.go_on()
            codes = [code for some in booking.granted for code in some]
            assert len(set(codes)) == len(codes)
            assert own.psql('select count(*) from booking', 'pole') == [[str(len(codes))]]
        finally:
            one.stop()
    with capsys.disabled():
        print(f"\n  {len(codes)} bookings, {sum(c.again for c in booking.callers)} requests asked again ", end='')
