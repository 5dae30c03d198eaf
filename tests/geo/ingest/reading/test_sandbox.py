"""What a child may no longer do once it is in the sandbox; each tried in a process of its own."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from geo.ingest.reading import landlock

ROOT = Path(__file__).resolve().parents[4]
HEAD = """
import ctypes, os, socket, sys
from pathlib import Path
from geo.ingest.reading import landlock, sandbox
from geo.ingest.reading.model import Limits
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(38, 1, 0, 0, 0)
def outcome(act):
    try:
        act()
    except OSError as error:
        return type(error).__name__
    return "done"
"""


def said_by(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", HEAD + code, *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()


@pytest.fixture
def listener():
    """A port of this machine where somebody listens."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        callers = []

        def answer():
            try:
                while True:
                    callers.append(server.accept())
            except OSError:
                pass

        threading.Thread(target=answer, daemon=True).start()
        yield server.getsockname()[1], callers


CALL = "print(outcome(lambda: socket.create_connection(('127.0.0.1', int(sys.argv[1])), 2)))"


def test_without_the_sandbox_the_port_answers(listener):
    assert said_by(CALL, listener[0]) == ["done"]


def test_an_own_network_namespace_reaches_nothing(listener):
    port, callers = listener
    assert said_by(f"print(sandbox.own_network(libc))\n{CALL}", port) == ["True", "OSError"]
    assert not callers


def test_the_filter_refuses_sockets_of_every_kind_and_new_programs(listener):
    port, callers = listener
    code = (
        f"print(sandbox.refuse_sockets(libc))\n{CALL}\nprint(outcome(lambda: socket.socket(socket.AF_UNIX)))\n"
        "print(outcome(lambda: os.execv(sys.executable, [sys.executable, '-V'])))"
    )
    assert said_by(code, port) == ["True", "PermissionError", "PermissionError", "PermissionError"]
    assert not callers


@pytest.mark.parametrize("left", ["own_network", "refuse_sockets"])
def test_one_of_the_two_is_enough_and_none_is_refused(left, listener):
    other = {"own_network": "refuse_sockets", "refuse_sockets": "own_network"}[left]
    port, callers = listener
    assert said_by(f"sandbox.{other} = lambda libc: False\nprint(sandbox.enter(Limits()))\n{CALL}", port)[0] == "True"
    assert said_by(f"sandbox.{other} = sandbox.{left} = lambda libc: False\nprint(sandbox.enter(Limits()))") == ["False"]
    assert not callers


def test_other_files_are_closed(tmp_path):
    for name in ("mine", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "given").write_text("x")
    (tmp_path / "secret").write_text("x")
    code = (
        "t = Path(sys.argv[1])\n"
        "if not landlock.restrict(libc, readable=[t / 'given'], writable=[t / 'mine']): print('absent'); sys.exit()\n"
        "for act in (lambda: (t / 'given').read_text(), lambda: (t / 'secret').read_text(), lambda: os.listdir(t),\n"
        "            lambda: (t / 'given').write_text('y'), lambda: (t / 'mine' / 'a').write_text('y'),\n"
        "            lambda: (t / 'other' / 'a').write_text('y'), lambda: Path('/etc/passwd').read_text()):\n"
        "    print(outcome(act))"
    )
    said = said_by(code, tmp_path)
    if said == ["absent"]:
        pytest.skip("this kernel has no Landlock")
    no = "PermissionError"
    assert said == ["done", no, no, no, "done", no, no]


def test_a_kernel_without_landlock_closes_nothing_and_says_so():
    class Old:
        @staticmethod
        def syscall(*_arguments):
            return -1

    assert landlock.restrict(Old, readable=[], writable=[]) is False


def test_the_limits_hold(tmp_path):
    code = (
        "import resource\nsandbox.enter(Limits(cpu_seconds=7, memory_bytes=3_000_000_000))\n"
        "for each in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_CORE): print(resource.getrlimit(each)[0])"
    )
    assert said_by(code) == ["7", "3000000000", "0"]
