"""Modes of travel and the speed table: kilometres per hour by highway class, seconds lost at signals and crossings.

The table is ``speeds.csv`` beside this module: one row a highway class, one column a mode; an empty field closes the class to
the mode. Two more rows give the delays. A file of the same form may take its place (``load_network --speeds FILE``). The
figures are the product's draft: walking 1.1 m/s, e-bikes 15 km/h door to door on ordinary streets; ``docs/streets.md``
explains each.
"""

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from geo.engine.errors import NetworkError, Problem, register_messages
from geo.engine.network.streets import CROSSING, SIGNALS

MODES = ("walk", "ebike", "car")
DEFAULT_SPEEDS = Path(__file__).with_name("speeds.csv")
MAX_SPEED_KPH = 200.0
MAX_DELAY_SECONDS = 600.0
_DELAY_ROWS = {"signals_delay_seconds": int(SIGNALS), "crossing_delay_seconds": int(CROSSING)}

register_messages(
    {
        "speeds.columns": ("表头应为 {expected}，现为“{value}”。", "the header must be {expected}, not “{value}”."),
        "speeds.number": ("“{value}”不是 {low} 到 {high} 之间的数。", "“{value}” is not a number from {low} to {high}."),
        "speeds.fields": (
            "此行有 {count} 个字段，应有 {expected} 个。",
            "the row has {count} fields, it must have {expected}.",
        ),
        "speeds.repeated": ("类别“{value}”出现了两次。", "the class “{value}” stands twice."),
        "speeds.missing": ("缺少一行“{value}”。", "the row “{value}” is missing."),
        "speeds.unknown_class": (
            "路网含有速度表中没有的类别“{value}”；请在速度表中补上。",
            "the streets have a class “{value}” that the speed table lacks; add it there.",
        ),
        "speeds.encoding": ("不是 UTF-8 文本。", "is not UTF-8 text."),
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class SpeedTable:
    """Speeds by class and mode, delays by control and mode.

    kph: class name → M speeds in km/h, 0 where the mode may not go; delay_seconds: (3, M) float32, rows NO_DELAY, SIGNALS,
    CROSSING; modes: the M columns.
    """

    modes: tuple[str, ...]
    kph: Mapping[str, tuple[float, ...]]
    delay_seconds: npt.NDArray[np.float32]

    @classmethod
    def read(cls, path: Path) -> "SpeedTable":
        """Read a table from CSV; raise :class:`NetworkError` with every problem in it."""
        if not path.is_file():
            raise NetworkError(Problem(code="file.missing", file=path.name))
        try:
            rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
        except UnicodeDecodeError as error:
            raise NetworkError(Problem(code="speeds.encoding", file=path.name)) from error
        return cls._of_rows(rows, path.name)

    @classmethod
    def _of_rows(cls, rows: Sequence[Sequence[str]], file: str) -> "SpeedTable":
        header = ["class", *(f"{mode}_kph" for mode in MODES)]
        if not rows or list(rows[0]) != header:
            said = ",".join(rows[0]) if rows else ""
            raise NetworkError(
                Problem(code="speeds.columns", file=file, row=1, value=said, details={"expected": ",".join(header)})
            )
        problems: list[Problem] = []
        values: dict[str, tuple[float, ...]] = {}
        for number, row in enumerate(rows[1:], start=2):
            _add_row(values, row, number, file, problems)
        problems += [Problem(code="speeds.missing", file=file, value=name) for name in _DELAY_ROWS if name not in values]
        if problems:
            raise NetworkError(problems)
        delays = np.zeros((1 + len(_DELAY_ROWS), len(MODES)), np.float32)
        for name, control in _DELAY_ROWS.items():
            delays[control] = values.pop(name)
        return cls(modes=MODES, kph=MappingProxyType(values), delay_seconds=delays)

    def class_speeds_kph(self, classes: Iterable[str], modes: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return (M, C) km/h of ``modes`` on ``classes``, 0 where closed; raise :class:`NetworkError` for unknown names."""
        names = list(classes)
        problems = [Problem(code="speeds.unknown_class", value=name) for name in names if name not in self.kph]
        known = ", ".join(self.modes)
        problems += [Problem(code="mode.unknown", value=m, details={"known": known}) for m in modes if m not in self.modes]
        if problems:
            raise NetworkError(problems)
        columns = [self.modes.index(mode) for mode in modes]
        return np.array([[self.kph[name][column] for name in names] for column in columns], np.float64).reshape(
            len(columns), -1
        )

    def control_delay_seconds(self, modes: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return (M, 3) seconds lost on entering a node without control, with signals, with a crossing."""
        return self.delay_seconds[:, [self.modes.index(mode) for mode in modes]].T


def _add_row(values: dict[str, tuple[float, ...]], row: Sequence[str], number: int, file: str, problems: list[Problem]) -> None:
    if not row:
        return
    if len(row) != 1 + len(MODES):
        counts = {"count": len(row), "expected": 1 + len(MODES)}
        problems.append(Problem(code="speeds.fields", file=file, row=number, value=row[0], details=counts))
        return
    name = row[0].strip()
    limit = MAX_DELAY_SECONDS if name in _DELAY_ROWS else MAX_SPEED_KPH
    if name in values:
        problems.append(Problem(code="speeds.repeated", file=file, row=number, field="class", value=name))
        return
    fields = row[1:]
    numbers = [_number(text, limit) for text in fields]
    for mode, text, value in zip(MODES, fields, numbers, strict=True):
        if value is None:
            details = {"low": 0, "high": f"{limit:g}"}
            field = f"{mode}_kph"
            problems.append(Problem(code="speeds.number", file=file, row=number, field=field, value=text, details=details))
    values[name] = tuple(value or 0.0 for value in numbers)


def _number(text: str, limit: float) -> float | None:
    if not text.strip():
        return 0.0
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value <= limit else None


@cache
def default_speeds() -> SpeedTable:
    """Return the table that ships with the product."""
    return SpeedTable.read(DEFAULT_SPEEDS)
