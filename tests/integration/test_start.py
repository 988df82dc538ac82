# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting, checking, stopping, and what a first start leaves behind."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest

import running

pytestmark = pytest.mark.long


def run(one, *arguments):
    return subprocess.run(one.command(*arguments), capture_output=True, text=True, timeout=60, check=False,
                          env={**running.SANITIZERS, **os.environ})


def test_check_only_checks(folder):
    one = running.Daemon(folder)
    good = run(one, '--check')
    assert good.returncode == 0, good.stderr
    assert not one.state.exists()
    path = one.policies / 'essai' / 'rules.yaml'
    path.write_text(path.read_text().replace('duration:', 'duraton:'))
    bad = run(one, '--check')
    assert bad.returncode != 0 and 'rules.yaml:' in bad.stderr and 'duration' in bad.stderr, bad.stderr


@pytest.mark.parametrize('arguments', [
    ['--frobnicate'], ['--listen', 'nowhere'], ['--listen', '127.0.0.1:70000'], ['--auth-timeout', 'soon'],
    ['--policy-dir', '/nonexistent/poles'], ['--config', '/nonexistent.yaml'],
])
def test_bad_settings(folder, arguments):
    out = run(running.Daemon(folder), *arguments)
    assert out.returncode not in (0, 99) and out.returncode > 0 and out.stderr.strip(), out


def test_help_and_version(folder):
    one = running.Daemon(folder)
    out = run(one, '--help')
    assert out.returncode == 0
    for option in ('--state-dir', '--policy-dir', '--listen', '--database', '--config', '--check'):
        assert option in out.stdout
    assert 'mutuald' in run(one, '--version').stdout


def test_a_settings_file_and_the_command_line(folder, start):
    one = running.Daemon(folder, name='d')
    file = folder / 'mutuald.yaml'
    file.write_text(f"listen: 127.0.0.1:1\nstate-dir: {one.state}\npolicy-dir: {one.policies}\n")
    out = run(one, '--config', str(file), '--check')
    assert out.returncode == 0, out.stderr
    file.write_text(f"listn: 127.0.0.1:1\nstate-dir: {one.state}\n")
    out = run(one, '--config', str(file), '--check')
    assert out.returncode != 0 and f"{file}:1:" in out.stderr and '"listen"' in out.stderr, out.stderr
    file.write_text(f"listen: 127.0.0.1:1\nstate-dir: {one.state}\n")
    started = start(arguments=['--config', str(file)])  # the command line says port 0
    assert started.port > 1024


def test_what_a_first_start_makes(start):
    one = start(prepared=False)
    assert (one.state / 'admin.token').stat().st_mode & 0o777 == 0o600
    for secret in ('ca.key', 'server.key'):
        assert (one.state / 'tls' / secret).stat().st_mode & 0o077 == 0
    token, ca = one.admin_token(), one.ca.read_bytes()
    one.stop()
    assert one.postmaster() is None
    one.start()
    assert one.admin_token() == token and one.ca.read_bytes() == ca
    with one.admin() as c:
        assert 'administrator' in c.whoami['roles']


@pytest.mark.parametrize('sig', [signal.SIGTERM, signal.SIGINT])
def test_ends_in_order(start, sig, day):
    one = start()
    pid = one.postmaster()
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c:
        tags = [c.send('BOOK', what='clock', from_=f"{day}T{h:02}:00", for_='1h') for h in range(20)]
        first = c.receive(tags[0])
        one.process.send_signal(sig)
        lines = c.until_closed()
    assert one.process.wait(60) == 0, one.log()
    one.process = None
    assert not running.is_alive(pid)
    assert first.ok and lines[-1].startswith('* BYE'), lines
    answered = 1 + sum(l.split()[1] == 'OK' for l in lines if not l.startswith('*'))
    one.start()
    with one.connect(token) as c:
        kept = c.expect('LIST', from_=f"{day}T00:00", to=f"{day}T24:00", what='clock').of('booking')
        assert len(kept) == answered


def test_an_orphaned_postgres_is_taken_over(start, day):
    one = start()
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c:
        code = c.expect('BOOK', what='bench', from_=f"{day}T08:00", for_='1h')['booking']
    orphan = one.postmaster()
    one.kill()
    assert running.is_alive(orphan)
    one.start()
    with one.connect(token) as c:
        assert c.expect('SHOW', booking=code).of('booking')[0]['state'] == 'confirmed'
    mine = one.postmaster()
    one.stop()
    assert one.postmaster() is None and not running.is_alive(mine)


def test_both_killed(start, day):
    one = start()
    token, _ = one.person('Alice Test', 'm01')
    with one.connect(token) as c:
        code = c.expect('BOOK', what='bench', from_=f"{day}T08:00", for_='1h')['booking']
    os.kill(one.postmaster(), signal.SIGKILL)
    one.kill()
    one.start()
    with one.connect(token) as c:
        assert c.expect('SHOW', booking=code).of('booking')


def test_a_second_daemon_on_the_same_state_is_refused(start, folder):
    one = start()
    second = subprocess.run(one.command(), capture_output=True, text=True, timeout=60, check=False,
                            env={**running.SANITIZERS, **os.environ})
    assert second.returncode > 0 and second.returncode != 99 and second.stderr.strip()
    with one.admin() as c:
        c.expect('NOOP')


def test_a_port_in_use(folder):
    with socket.create_server(('127.0.0.1', 0)) as taken:
        one = running.Daemon(folder)
        out = run(one, '--listen', f"127.0.0.1:{taken.getsockname()[1]}")
        assert out.returncode > 0 and out.returncode != 99 and str(taken.getsockname()[1]) in out.stderr
        assert one.postmaster() is None


def test_a_path_too_long_for_a_socket_is_explained(folder):
    one = running.Daemon(folder)
    one.state = folder / ('x' * 60) / ('y' * 60)
    one.state.parent.mkdir()
    out = run(one)
    assert out.returncode > 0 and out.returncode != 99 and 'socket' in out.stderr, out.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason='only root can become another user')
def test_as_root_it_becomes_the_named_user(start):
    one = start(arguments=['--user', 'nobody'], prepared=False)
    status = pathlib.Path(f"/proc/{one.pid}/status").read_text()
    import pwd
    uid = str(pwd.getpwnam('nobody').pw_uid)
    assert [l for l in status.split('\n') if l.startswith('Uid:')][0].split()[1:] == [uid] * 4
    with one.admin() as c:
        c.expect('PERSON ADD', name='Alice Test', member='m01')


def notify_socket(folder):
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(str(folder / 'notify'))
    (folder / 'notify').chmod(0o777)
    listening.settimeout(60)
    return listening


def test_systemd_is_told(folder):
    """Type=notify, the watchdog, and RELOADING around SIGHUP, as systemd would hear them."""
    with notify_socket(folder) as told:
        one = running.Daemon(folder)
        os.environ.update(NOTIFY_SOCKET=str(folder / 'notify'), WATCHDOG_USEC='1000000')
        try:
            one.start()
        finally:
            del os.environ['NOTIFY_SOCKET'], os.environ['WATCHDOG_USEC']
        heard = []

        def hear(word):
            while not any(word in h for h in heard):
                heard.append(told.recv(4096).decode())
            heard.clear()
        hear('READY=1')
        hear('WATCHDOG=1')
        hear('WATCHDOG=1')
        one.process.send_signal(signal.SIGHUP)
        hear('RELOADING=1')
        hear('READY=1')
        one.process.send_signal(signal.SIGTERM)
        hear('STOPPING=1')
        assert one.process.wait(60) == 0
    shutil.rmtree(folder / 'd', ignore_errors=True)


def test_socket_activation(folder):
    """systemd's way: descriptor 3, LISTEN_FDS, LISTEN_PID; set between fork and exec by a shell, which keeps the pid."""
    one = running.Daemon(folder)
    with socket.create_server(('127.0.0.1', 0)) as listening:
        port = listening.getsockname()[1]
        script = 'exec 3<&0 0< /dev/null; LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=mutual exec "$@"'
        with open(one.log_path, 'wb') as log:
            process = subprocess.Popen(['sh', '-c', script, 'sh', *one.command()], stdout=log, stderr=log, stdin=listening,
                                       env={**running.SANITIZERS, **os.environ})
        try:
            one.process, one.port = process, port
            running.until('ready', lambda: 'ready on' in one.log() or process.poll() is not None, 120)
            with one.admin() as c:
                c.expect('NOOP')
        finally:
            one.stop()


def test_state_survives_a_move_of_the_folder(start, day):
    one = start()
    token, _ = one.person('Alice Test', 'm01')
    one.stop()
    moved = pathlib.Path(tempfile.mkdtemp(prefix='mu-', dir=one.folder))
    moved.chmod(0o755)
    shutil.move(one.state, moved / 's')
    one.state = moved / 's'
    one.start()
    with one.connect(token) as c:
        c.expect('BOOK', what='bench', from_=f"{day}T08:00", for_='1h')


def test_a_second_signal_ends_it_at_once(start):
    """With everyone still connected; so many that letting them all go outlasts its next look at who is left."""
    one = start(arguments=['--max-connections-per-address', '500', '--max-connections', '500'])
    token = one.admin_token()
    connections = [one.connect(token) for _ in range(450)]
    try:
        one.process.send_signal(signal.SIGTERM)
        running.until('it is stopping', lambda: 'stopping' in one.log())
        one.stop(signal.SIGINT)
        for c in connections:
            c.until_closed()
    finally:
        for c in connections:
            c.close()
