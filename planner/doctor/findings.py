"""A finding: what was looked at, how it is, and what to do about it."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing is."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the doctor. ``cure`` says what to do, Chinese first; empty when all is well."""

    name: str
    state: State
    said: str
    cure_zh: str = ""
    cure_en: str = ""

    def line(self) -> str:
        """Say it on one line, with the cure on a second."""
        first = f"{self.state.value:<5}{self.name}: {self.said}"
        return f"{first}\n     → {self.cure_zh} / {self.cure_en}" if self.cure_en else first

    def as_json(self) -> dict[str, str]:
        """Return it for machines."""
        return asdict(self)
