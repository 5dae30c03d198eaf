"""Errors a user can act on: a code, where it is, and one sentence in Chinese and in English."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh-hans", "en"]
MAX_PROBLEMS_SHOWN = 100

_MESSAGES: dict[str, tuple[str, str]] = {}


def register_messages(messages: Mapping[str, tuple[str, str]]) -> None:
    """Add sentence templates to the catalogue.

    ``messages`` maps a code to ``(zh, en)``. Templates may use ``{value}`` and any key of :attr:`Problem.details`. Raises
    ``ValueError`` if a code is taken by another sentence.
    """
    for code, pair in messages.items():
        if _MESSAGES.setdefault(code, pair) != pair:
            raise ValueError(f"message code {code!r} is registered twice")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong in what the user gave.

    ``row`` counts as the user's program shows it: the header is row 1, the first record row 2. ``details`` fill the sentence.
    """

    code: str
    file: str = ""
    row: int | None = None
    field: str = ""
    value: str = ""
    details: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def sentence(self, language: Language = "zh-hans") -> str:
        """Say it in one sentence with file, row, field and value, in ``language``."""
        chinese = language == "zh-hans"
        template = _MESSAGES[self.code][0 if chinese else 1]
        said = template.format(value=self.value, field=self.field, **self.details)
        return self._place(chinese) + said

    def _place(self, chinese: bool) -> str:
        parts = [self.file] if self.file else []
        if self.row is not None:
            parts.append(f"第 {self.row} 行" if chinese else f"row {self.row}")
        if self.field:
            parts.append(f"“{self.field}”")
        if not parts:
            return ""
        return ("，".join(parts) + "：") if chinese else (", ".join(parts) + ": ")

    def as_json(self) -> dict[str, object]:
        """Return the problem for machines: place, code, value and both sentences."""
        return {
            "code": self.code, "file": self.file, "row": self.row, "field": self.field, "value": self.value,
            "zh": self.sentence("zh-hans"), "en": self.sentence("en"),
        }  # fmt: skip


class GigshedError(Exception):
    """Base of every error whose cause the user can mend; carries one or more problems.

    ``code``: that of the first problem, for programs; the sentence is ``str(error)`` in English, or ``problem.sentence()``.
    """

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.code = self.problems[0].code if self.problems else ""
        super().__init__("; ".join(problem.sentence("en") for problem in self.problems))


class InputError(GigshedError):
    """What the user gave cannot be used: exit code 2 on the command line, a 4xx answer on the web."""


class NetworkError(InputError):
    """The streets cannot be used: no file, no usable ways, a mode the network does not have."""


class SitingError(InputError):
    """The demands on a plan contradict each other or the data."""


register_messages(
    {
        "file.missing": ("找不到文件；请检查路径。", "the file does not exist; check the path."),
        "file.empty": ("文件是空的。", "the file is empty."),
        "mode.unknown": ("没有名为“{value}”的出行方式；可用：{known}。", "there is no mode named “{value}”; known: {known}."),
    }
)
