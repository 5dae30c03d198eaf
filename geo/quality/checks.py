"""All checks of all data sets."""

from collections.abc import Callable

from geo.engine.errors import InputError, Problem, register_messages
from geo.quality.ground import network_data_sets, od_data_sets, region_data_sets
from geo.quality.lines import DataSet, Line
from geo.quality.models import model_data_sets
from geo.quality.people import area_total_data_sets, demand_data_sets
from geo.quality.records import QualityRecords
from geo.quality.venues import PREFIXES, venue_data_sets

register_messages(
    {"quality.dataset": ("没有数据集“{value}”；可用：{known}。", "there is no data set “{value}”; known: {known}.")}
)  # fmt: skip

_MAKERS: dict[tuple[str, ...], Callable[..., list[DataSet]]] = {
    PREFIXES: venue_data_sets,
    ("demand",): demand_data_sets,
    ("area-totals",): area_total_data_sets,
    ("model",): model_data_sets,
    ("regions",): region_data_sets,
    ("networks",): network_data_sets,
    ("od-tables",): od_data_sets,
}
"""The first word of the codes that each makes."""


def check_all(records: QualityRecords) -> tuple[DataSet, ...]:
    """Return every data set with its lines."""
    return tuple(data_set for make in _MAKERS.values() for data_set in make(records))


def check_one(records: QualityRecords, code: str) -> DataSet:
    """Return the data set of ``code`` with its lines, nothing else is checked; raises :class:`InputError` if there is none."""
    first = code.split(".", 1)[0]
    makers = [make for words, make in _MAKERS.items() if first in words]
    return find_data_set(tuple(data_set for make in makers for data_set in make(records, code)), code)


def find_data_set(data_sets: tuple[DataSet, ...], code: str) -> DataSet:
    """Return the data set of ``code``; raises :class:`InputError` if there is none."""
    for data_set in data_sets:
        if data_set.code == code:
            return data_set
    known = ", ".join(data_set.code for data_set in data_sets) or "–"
    raise InputError(Problem(code="quality.dataset", value=code, details={"known": known}))


def find_line(data_set: DataSet, check: str) -> Line | None:
    """Return the line of a check; None if the data set has no such check."""
    return next((line for line in data_set.lines if line.check == check), None)
