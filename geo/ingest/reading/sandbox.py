"""What the child gives up before it opens a file of a user: the network, other files, time and memory without end."""

import ctypes
import os
import platform
import resource
import signal
import socket
from collections.abc import Sequence
from pathlib import Path

from geo.ingest.reading import landlock
from geo.ingest.reading.model import Limits

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER_MODE = 38, 22, 2
_MAX_OPEN_FILES = 256
_MAX_WRITTEN_BYTES = 4_000_000_000

_MACHINES = {
    "x86_64": (0xC000003E, (41, 42, 59, 101, 322, 425)),
    "aarch64": (0xC00000B7, (198, 203, 221, 117, 281, 425)),
}
"""Machine → its audit number, and its numbers of socket, connect, execve, ptrace, execveat and io_uring_setup (Linux)."""
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _MACHINE_AT = 0, 4
_OTHER_ABI = 0x40000000
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050001
"""Answers of a filter: go on, end the process, and "operation not permitted" (EPERM)."""


def enter(limits: Limits, *, readable: Sequence[Path] = (), writable: Sequence[Path] = ()) -> bool:
    """Give up what reading does not need; return whether the network is out of reach.

    The network is taken away twice: an empty network namespace, and a filter of system calls that refuses sockets (those on
    disk too, which a namespace leaves) and new programs; one of them must hold. Where the kernel can, files other than
    ``readable``, ``writable`` and the libraries are closed as well, if any are named.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
    alone = own_network(libc)
    _limit(limits)
    if readable or writable:
        landlock.restrict(libc, readable=readable, writable=writable)
    silent = refuse_sockets(libc)
    return (alone or silent) and not _reaches_anything()


def own_network(libc: ctypes.CDLL) -> bool:
    """Move into an empty network namespace; return whether that was possible."""
    return any(libc.unshare(flags) == 0 for flags in (_CLONE_NEWUSER | _CLONE_NEWNET, _CLONE_NEWNET))


def refuse_sockets(libc: ctypes.CDLL) -> bool:
    """Let the kernel refuse sockets and new programs from here on; return whether that was possible."""
    if platform.machine() not in _MACHINES:
        return False
    program = _filter(*_MACHINES[platform.machine()])
    code = ctypes.create_string_buffer(b"".join(program), 8 * len(program))
    head = (ctypes.c_uint64 * 2)(len(program), ctypes.addressof(code))
    return bool(libc.prctl(_SET_SECCOMP, _FILTER_MODE, ctypes.byref(head), 0, 0) == 0)


def _filter(machine: int, refused: tuple[int, ...]) -> list[bytes]:
    """Return a classic BPF program: another machine's calls end the process, those in ``refused`` are not permitted."""
    count = len(refused)
    steps = [
        _step(_LOAD, _MACHINE_AT), _step(_EQUAL, machine, yes=1), _step(_RETURN, _KILL), _step(_LOAD, _NUMBER_AT),
        _step(_AT_LEAST, _OTHER_ABI, yes=count + 1),
    ]  # fmt: skip
    steps += [_step(_EQUAL, number, yes=count - i) for i, number in enumerate(refused)]
    return [*steps, _step(_RETURN, _ALLOW), _step(_RETURN, _REFUSE)]


def _step(code: int, value: int, *, yes: int = 0) -> bytes:
    return code.to_bytes(2, "little") + bytes((yes, 0)) + value.to_bytes(4, "little")


def _limit(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_WRITTEN_BYTES, _MAX_WRITTEN_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MAX_OPEN_FILES, _MAX_OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    os.nice(5)


def _reaches_anything() -> bool:
    """Say whether a packet could leave: no socket can be made, or no route leads to any address, not even our own."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))
    except OSError:
        return False
    return True
