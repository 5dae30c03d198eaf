"""How long work tells how far it is, and how it is stopped."""

from collections.abc import Callable

Progress = Callable[[float], None]
"""Called with the share done, 0 to 1, rising. It may raise :class:`Cancelled` to stop the work."""


class Cancelled(Exception):
    """The person who started the work asked to stop it; nothing was saved."""


def no_progress(share: float) -> None:
    """Ignore progress."""


def part_of(progress: Progress, start_share: float, end_share: float) -> Progress:
    """Return a progress for one step that fills ``start_share`` to ``end_share`` of the whole."""
    return lambda share: progress(start_share + share * (end_share - start_share))
