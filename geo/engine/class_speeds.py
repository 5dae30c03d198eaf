"""Speeds by class of street in town and country: a table of four columns over the one that a network was built with."""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.modes import MAX_SPEED_KPH, SpeedTable
from geo.engine.network.model import TravelNetwork
from geo.engine.profiles import FERRY, with_class_speeds

BoolArray = npt.NDArray[np.bool_]
COLUMNS = ("class", "settlement", "mode", "kph")
URBAN, RURAL = "urban", "rural"
SETTLEMENTS = (URBAN, RURAL)

register_messages(
    {
        "class_speeds.columns": (
            "表头应为 {expected}，现为“{value}”。",
            "the header must be {expected}, not “{value}”.",
        ),
        "class_speeds.fields": (
            "此行有 {count} 个字段，应有 {expected} 个。",
            "the row has {count} fields, it must have {expected}.",
        ),
        "class_speeds.word": ("“{value}”不在可用的值中：{known}。", "“{value}” is not one of: {known}."),
        "class_speeds.closed": (
            "速度表中，类别“{value}”不对此方式开放。",
            "the class “{value}” is closed to this mode in the speed table.",
        ),
        "class_speeds.number": (
            "“{value}”不是大于 0 且不超过 {most} 的数（km/h）。",
            "“{value}” is not a number above 0 and at most {most} (km/h).",
        ),
        "class_speeds.repeated": ("与前面的行重复：“{value}”。", "an earlier row says the same: “{value}”."),
        "class_speeds.no_rows": ("表中没有数据行。", "the table has no rows."),
    }
)


@dataclass(frozen=True, kw_only=True)
class ClassSpeeds:
    """km/h by (settlement, mode, class), beside the table ``usual`` that the network is built with."""

    kph: dict[tuple[str, str, str], float]
    usual: SpeedTable

    @classmethod
    def read(cls, path: Path, usual: SpeedTable) -> "ClassSpeeds":
        """Read a CSV with the columns class, settlement, mode, kph; raise :class:`InputError` with every problem in it."""
        if not path.is_file():
            raise InputError(Problem(code="file.missing", file=path.name))
        try:
            rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
        except UnicodeDecodeError as error:
            raise InputError(Problem(code="speeds.encoding", file=path.name)) from error
        _check_header(rows, path.name)
        found: dict[tuple[str, str, str], float] = {}
        problems = [
            problem
            for number, row in enumerate(rows[1:], start=2)
            if any(field.strip() for field in row)
            for problem in _read_row(found, [field.strip() for field in row], number, path.name, usual)
        ]
        if problems or not found:
            raise InputError(problems or Problem(code="class_speeds.no_rows", file=path.name))
        return cls(kph=found, usual=usual)

    def apply(self, network: TravelNetwork, is_urban: BoolArray) -> TravelNetwork:
        """Return the network at these speeds; ``is_urban``: (E,) bool. Classes and modes that it lacks are left out.

        A street that a posted limit holds below the usual speed of its class becomes no faster.
        """
        for settlement, where in ((URBAN, is_urban), (RURAL, ~is_urban)):
            for mode in network.modes:
                speeds = {
                    name: kph
                    for (its_settlement, its_mode, name), kph in self.kph.items()
                    if (its_settlement, its_mode) == (settlement, mode) and name in network.classes
                }
                if speeds:
                    usual = {name: self.usual.kph[name][self.usual.modes.index(mode)] for name in speeds}
                    network = with_class_speeds(network, mode, speeds, where=where, usual_kph=usual)
        return network


def _check_header(rows: Sequence[Sequence[str]], file: str) -> None:
    if not rows or tuple(field.strip() for field in rows[0]) != COLUMNS:
        said = ",".join(rows[0])[:80] if rows else ""
        details = {"expected": ",".join(COLUMNS)}
        raise InputError(Problem(code="class_speeds.columns", file=file, row=1, value=said, details=details))


def _read_row(
    found: dict[tuple[str, str, str], float], row: list[str], number: int, file: str, usual: SpeedTable
) -> list[Problem]:
    """Put a row into ``found``, or return what is wrong with it."""
    if len(row) != len(COLUMNS):
        counts = {"count": len(row), "expected": len(COLUMNS)}
        return [Problem(code="class_speeds.fields", file=file, row=number, details=counts)]
    name, settlement, mode, written = row
    classes = [each for each in usual.kph if each != FERRY]
    words = (("class", name, classes), ("settlement", settlement, SETTLEMENTS), ("mode", mode, usual.modes))
    problems = [
        Problem(code="class_speeds.word", file=file, row=number, field=field, value=word, details={"known": ", ".join(known)})
        for field, word, known in words
        if word not in known
    ]
    if not problems and not usual.kph[name][usual.modes.index(mode)]:
        problems = [Problem(code="class_speeds.closed", file=file, row=number, field="class", value=name)]
    if math.isnan(speed := _speed(written)):
        most = {"most": f"{MAX_SPEED_KPH:g}"}
        problems.append(Problem(code="class_speeds.number", file=file, row=number, field="kph", value=written, details=most))
    if not problems and (settlement, mode, name) in found:
        problems = [Problem(code="class_speeds.repeated", file=file, row=number, value=",".join(row[:3]))]
    if not problems:
        found[settlement, mode, name] = speed
    return problems


def _speed(written: str) -> float:
    """Return km/h, NaN for what is no speed."""
    try:
        speed = float(written)
    except ValueError:
        return math.nan
    return speed if 0 < speed <= MAX_SPEED_KPH else math.nan
