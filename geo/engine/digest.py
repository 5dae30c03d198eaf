"""Digests: the same inputs have the same name, everywhere and always."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

_DIGEST_BYTES = 16


def digest_of(parts: Mapping[str, "npt.NDArray[Any] | object"]) -> str:
    """Return the hex digest (32 characters) of named arrays and JSON values.

    The order of ``parts`` does not matter; dtype, shape and content of arrays do. Values other than arrays are written as
    canonical JSON, so they must be JSON types. BLAKE2b, 128 bits.
    """
    state = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for name in sorted(parts):
        part = parts[name]
        state.update(name.encode() + b"\0")
        if isinstance(part, np.ndarray):
            state.update(f"{part.dtype.str}{part.shape}".encode())
            state.update(_bytes_of(part))
        else:
            state.update(json.dumps(part, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode())
    return state.hexdigest()


def _bytes_of(array: "npt.NDArray[Any]") -> bytes:
    if array.dtype.kind in "OUS":
        return "\0".join(map(str, array.ravel().tolist())).encode()
    return np.ascontiguousarray(array).tobytes() if array.size else b""


def short(digest: str) -> str:
    """Return the first eight characters, as pages show them."""
    return digest[:8]


def join_digests(digests: Iterable[str]) -> str:
    """Return the digest of several digests, in the order given."""
    return digest_of({"digests": list(digests)})
