"""Coverage standards: for each settlement class, by which mode and within which cutoff a facility counts as reached."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from geo.engine.digest import digest_of
from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.network.model import Impedance

SettlementClass = Literal["urban", "rural"]
SETTLEMENT_CLASSES: tuple[SettlementClass, ...] = get_args(SettlementClass)
SECONDS_PER_MINUTE = 60.0

register_messages(
    {
        "standard.class_unknown": (
            "没有名为“{value}”的城乡类别；可用：urban（城镇）、rural（乡村）。",
            "there is no settlement class “{value}”; known: urban, rural.",
        ),
        "standard.class_missing": (
            "覆盖标准缺少“{value}”类别的规则；城镇与乡村各需一条。",
            "the coverage standard has no rule for “{value}”; it needs one for urban and one for rural.",
        ),
        "standard.class_repeated": (
            "覆盖标准对“{value}”类别有多条规则；只能有一条。",
            "the coverage standard has several rules for “{value}”; there must be one.",
        ),
        "standard.one_cutoff": (
            "“{value}”规则须恰好给出分钟或米其中一个上限。",
            "the rule for “{value}” must have exactly one cutoff, minutes or metres.",
        ),
        "standard.cutoff_negative": (
            "上限“{value}”须为不小于 0 的数。",
            "the cutoff “{value}” must be a number of at least 0.",
        ),
        "standard.snap_not_positive": (
            "接入道路的距离上限与速度须大于 0，现为“{value}”。",
            "the longest way to the street and the speed on it must be above 0, not “{value}”.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The cutoff of one settlement class by one mode: ``cutoff_minutes`` or ``cutoff_metres``, inclusive; the other is None.

    ``math.inf`` is a cutoff: all that the network joins. Raises :class:`InputError` if the class is unknown, if not exactly one
    cutoff is given, or if it is negative or NaN.
    """

    settlement_class: SettlementClass
    mode: str
    cutoff_minutes: float | None = None
    cutoff_metres: float | None = None

    def __post_init__(self) -> None:
        problems = []
        if self.settlement_class not in SETTLEMENT_CLASSES:
            problems.append(Problem(code="standard.class_unknown", value=self.settlement_class))
        if (self.cutoff_minutes is None) == (self.cutoff_metres is None):
            problems.append(Problem(code="standard.one_cutoff", value=self.settlement_class))
        problems += [
            Problem(code="standard.cutoff_negative", value=str(cutoff))
            for cutoff in (self.cutoff_minutes, self.cutoff_metres)
            if cutoff is not None and not cutoff >= 0
        ]
        if problems:
            raise InputError(problems)

    @property
    def impedance(self) -> Impedance:
        """What the cutoff is measured in on the network: ``seconds`` or ``metres``."""
        return "metres" if self.cutoff_minutes is None else "seconds"

    @property
    def cutoff(self) -> float:
        """The cutoff in the unit of :attr:`impedance`."""
        if self.cutoff_minutes is not None:
            return self.cutoff_minutes * SECONDS_PER_MINUTE
        return float(self.cutoff_metres or 0.0)

    def as_json(self) -> dict[str, object]:
        """Return the rule as JSON values; an infinite cutoff is the string ``"inf"``."""
        cutoffs = {"cutoff_minutes": self.cutoff_minutes, "cutoff_metres": self.cutoff_metres}
        return {"settlement_class": self.settlement_class, "mode": self.mode} | {
            name: value if value is None else "inf" if math.isinf(value) else float(value) for name, value in cutoffs.items()
        }


@dataclass(frozen=True, kw_only=True)
class Standard:
    """One rule for urban and one for rural cells, and how people get from a cell to the street.

    max_snap_metres: the longest off-network way, > 0; what is farther is counted as not snapped. snap_speed_kph: the speed on
    it, > 0; 3.96 km/h = 1.1 m/s on foot. Raises :class:`InputError` with all that is wrong.
    """

    rules: tuple[Rule, ...]
    max_snap_metres: float = 1000.0
    snap_speed_kph: float = 3.96

    def __post_init__(self) -> None:
        given = [rule.settlement_class for rule in self.rules]
        problems = [
            Problem(code=f"standard.class_{'missing' if count == 0 else 'repeated'}", value=name)
            for name in SETTLEMENT_CLASSES
            if (count := given.count(name)) != 1
        ]
        problems += [
            Problem(code="standard.snap_not_positive", value=str(value))
            for value in (self.max_snap_metres, self.snap_speed_kph)
            if not value > 0
        ]
        if problems:
            raise InputError(problems)

    def rule_of(self, settlement_class: SettlementClass) -> Rule:
        """Return the rule of ``settlement_class``."""
        return next(rule for rule in self.rules if rule.settlement_class == settlement_class)

    def as_json(self) -> dict[str, object]:
        """Return the standard as JSON values, rules in a fixed order."""
        return {
            "rules": [self.rule_of(name).as_json() for name in SETTLEMENT_CLASSES],
            "max_snap_metres": float(self.max_snap_metres),
            "snap_speed_kph": float(self.snap_speed_kph),
        }

    @cached_property
    def digest(self) -> str:
        """32 hex characters that name the content, whatever the order of the rules."""
        return digest_of(self.as_json())
