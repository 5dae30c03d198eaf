"""Landlock of the Linux kernel (from 5.13): a process closes all files to itself but a few. Without it nothing happens."""

import ctypes
import os
import sys
from collections.abc import Sequence
from pathlib import Path

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_ALL_RIGHTS = (1 << 13) - 1
"""The rights of its first version: execute, write, read a file, read a folder, remove and make of each kind."""
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_BENEATH = 1
_ROOT = Path(__file__).resolve().parents[3]
_LIBRARIES = (
    Path(sys.prefix), Path(sys.base_prefix), _ROOT / "geo", Path("/usr/lib"), Path("/usr/share"), Path("/lib"), Path("/lib64"),
    Path("/etc/ld.so.cache"), Path("/etc/localtime"), Path("/dev/null"), Path("/dev/urandom"), Path("/proc/meminfo"),
    Path("/proc/cpuinfo"), Path("/sys/devices/system/cpu"),
)  # fmt: skip
"""What a library may still load or look up while it works."""


def restrict(libc: ctypes.CDLL, *, readable: Sequence[Path], writable: Sequence[Path]) -> bool:
    """Close every file to this process but ``readable``, ``writable`` and the libraries; return whether that was possible."""
    handled = ctypes.c_uint64(_ALL_RIGHTS)
    ruleset = libc.syscall(_CREATE, ctypes.byref(handled), ctypes.c_size_t(8), 0)
    if ruleset < 0:
        return False
    for path in (*readable, *_LIBRARIES):
        _allow(libc, ruleset, path, _READ_FILE | _READ_FOLDER)
    for path in writable:
        _allow(libc, ruleset, path, _ALL_RIGHTS)
    done = libc.syscall(_RESTRICT, ruleset, 0) == 0
    os.close(ruleset)
    return bool(done)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    """Add a rule for a file, or for all beneath a folder; one that is not there needs none."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    allowed = rights if path.is_dir() else rights & ~_READ_FOLDER
    rule = allowed.to_bytes(8, sys.byteorder) + handle.to_bytes(4, sys.byteorder)
    libc.syscall(_ADD_RULE, ruleset, _BENEATH, rule, 0)
    os.close(handle)
