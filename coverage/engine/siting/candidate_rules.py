"""What makes a place a candidate and what an action costs: draft figures, each one a parameter of the plan."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo.engine.capacity import CAPACITY_PERSONS_PER_M2
from geo.engine.errors import Problem as Fault
from geo.engine.errors import SitingError, register_messages

register_messages(
    {
        "siting.rule_unknown": ("没有名为“{value}”的候选规则；可用：{known}。", "there is no rule “{value}”; known: {known}."),
        "siting.rule_wrong": ("规则的值“{value}”不对：{zh}。", "“{value}” will not do in a rule: {en}."),
    }
)
_NUMBER_WANTED = {"zh": "应为不小于 0 的数", "en": "a number of at least 0 is wanted"}
_LIST_WANTED = {"zh": "应为文字列表", "en": "a list of texts is wanted"}


@dataclass(frozen=True, kw_only=True)
class CandidateRules:
    """Thresholds of the draft construction standard and draft unit costs: our own figures until a province sets its own.

    Standard (draft items 1.2, 1.3, 3.2, 3.7): floor area of a county market and of a shared corner, opening time, staff, and
    the distance from the main gathering point. Costs: fixed + per m² of floor area, yuan. Capacity: workers on the books for
    each m².
    """

    existing_kinds: tuple[str, ...] = (
        "public_hr_market", "grassroots_hrss_platform", "migrant_service_centre", "doorstep_station",
    )  # fmt: skip
    existing_statuses: tuple[str, ...] = ("trial", "operating", "accepted")
    shared_kinds: tuple[str, ...] = ("public_hr_market", "migrant_service_centre")
    market_area_m2: float = 500.0
    shared_area_m2: float = 200.0
    renovate_least_area_m2: float = 100.0
    build_area_m2: float = 500.0
    opens_by: str = "06:00"
    staff_least_persons: float = 4
    gathering_near_metres: float = 800.0
    integrate_fixed_yuan: float = 300_000.0
    integrate_yuan_per_m2: float = 300.0
    renovate_fixed_yuan: float = 600_000.0
    renovate_yuan_per_m2: float = 1_800.0
    build_fixed_yuan: float = 360_000.0
    build_yuan_per_m2: float = 3_000.0
    capacity_persons_per_m2: float = CAPACITY_PERSONS_PER_M2
    build_sites_count: float = 400
    build_sites_per_region: float = 3
    build_spacing_metres: float = 1_500.0
    build_cluster_metres: float = 2_500.0
    build_snap_metres: float = 1_000.0
    gathering_waiting_persons: float = 20

    @property
    def opens_by_time(self) -> dt.time:
        """The latest opening time the standard allows."""
        return dt.time.fromisoformat(self.opens_by)

    def cost_yuan(self, action: str, floor_area_m2: float) -> float:
        """Return the cost of an action on a floor area, in whole yuan."""
        fixed: float = getattr(self, f"{action}_fixed_yuan")
        per_m2: float = getattr(self, f"{action}_yuan_per_m2")
        return float(round(fixed + per_m2 * floor_area_m2))

    def capacity_persons(self, floor_area_m2: float) -> int:
        """Return the workers a floor area can serve."""
        return int(self.capacity_persons_per_m2 * floor_area_m2)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "CandidateRules":
        """Return the draft rules with those in ``given`` replaced. Raises :class:`SitingError` with every wrong one."""
        known = {field.name: field.default for field in dataclasses.fields(cls)}
        faults = [_fault(known, name, value) for name, value in given.items()]
        wrong = [fault for fault in faults if fault is not None]
        if wrong:
            raise SitingError(wrong)
        values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
        return cls(**values)

    def as_json(self) -> dict[str, Any]:
        """Return the rules as JSON values."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}


def _fault(known: Mapping[str, Any], name: str, value: Any) -> Fault | None:
    if name not in known:
        return Fault(code="siting.rule_unknown", value=name, details={"known": ", ".join(sorted(known))})
    if name == "opens_by":
        return (
            None
            if _is_time(value)
            else _wrong(name, value, {"zh": "应为 06:00 这样的时间", "en": "a time like 06:00 is wanted"})
        )
    if isinstance(known[name], tuple):
        fine = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
        return None if fine else _wrong(name, value, _LIST_WANTED)
    number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")
    return None if number else _wrong(name, value, _NUMBER_WANTED)


def _wrong(name: str, value: Any, why: Mapping[str, str]) -> Fault:
    return Fault(code="siting.rule_wrong", field=name, value=str(value), details=why)


def _is_time(value: Any) -> bool:
    try:
        dt.time.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True
