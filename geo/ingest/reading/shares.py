"""How far a child is: it writes whole per cents to a pipe, each larger than the last: 101 bytes are all it ever writes."""

import os
from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
_EVERY = 1_000
"""Items between two looks at the share."""
_WHOLE = 100


class _Teller:
    """The end of the pipe that this process writes to, if it has one."""

    pipe: int | None = None
    told = -1


def tell_on(pipe: int | None) -> None:
    """Let this process tell its shares on ``pipe``; nobody is told for None."""
    _Teller.pipe, _Teller.told = pipe, -1


def tell(share: float) -> None:
    """Tell the share done, 0 to 1; what is not farther than the last one is not told."""
    percent = min(_WHOLE, max(0, int(share * _WHOLE)))
    if _Teller.pipe is not None and percent > _Teller.told:
        _Teller.told = percent
        os.write(_Teller.pipe, bytes((percent,)))


def telling(items: Sequence[Item], start_share: float, end_share: float) -> Iterator[Item]:
    """Yield ``items`` and tell how many of them were taken, from ``start_share`` to ``end_share``."""
    for number, item in enumerate(items):
        if number % _EVERY == 0:
            tell(start_share + (end_share - start_share) * number / len(items))
        yield item


def heard(pipe: int, share: float) -> float:
    """Return the largest share, 0 to 1, that a child told on ``pipe`` since it was at ``share``; never waits for one."""
    try:
        said = os.read(pipe, 4 * _WHOLE)
    except BlockingIOError:
        return share
    return max(share, min(_WHOLE, max(said, default=0)) / _WHOLE)
