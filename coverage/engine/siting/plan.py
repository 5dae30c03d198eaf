"""A siting plan as JSON values, read strictly: phases, quotas, rules of candidates, how to solve."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from coverage.engine.siting.candidate_rules import CandidateRules
from coverage.engine.siting.problem import Phase, Quota
from coverage.engine.siting.solution import Method
from geo.engine.errors import Problem as Fault
from geo.engine.errors import SitingError, register_messages

QuotaLevel = Literal["prefecture", "county"]
QUOTA_LEVELS: tuple[str, ...] = get_args(QuotaLevel)

register_messages(
    {
        "siting.plan_key": ("方案参数中没有“{value}”这一项；可用：{known}。", "a plan has no “{value}”; known: {known}."),
        "siting.plan_value": (
            "方案中的值“{value}”不对：{zh}。",
            "“{value}” will not do in a plan: {en}.",
        ),
        "siting.quota_where": (
            "名额须写明 level（prefecture、county）或 region 之一，现为“{value}”。",
            "a quota needs either a level (prefecture, county) or a region, not “{value}”.",
        ),
        "siting.quota_region": (
            "名额写的区域 {value} 不在本次计算的范围内。",
            "the quota's region {value} is not within the region of this run.",
        ),
    }
)
_WHOLE = {"zh": "应为不小于 0 的整数", "en": "a whole number of at least 0 is wanted"}
_MONEY = {"zh": "应为不小于 0 的数（元）", "en": "a number of at least 0 (yuan) is wanted"}
_POSITIVE = {"zh": "应为大于 0 的数", "en": "a number above 0 is wanted"}


@dataclass(frozen=True, kw_only=True)
class QuotaRule:
    """A quota for every region of a level, or for one region; ``year`` None means the last."""

    level: str | None = None
    region: str | None = None
    year: int | None = None
    least: int = 0
    most: int | None = None
    is_soft: bool = True


@dataclass(frozen=True, kw_only=True)
class QuotaRegion:
    """A region that quotas may name: code, level, names."""

    code: str
    level: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class Solver:
    """How to solve: method, seconds for all models together, relative gap, seed."""

    method: Method = "exact"
    time_limit_seconds: float = 40.0
    gap_share: float = 0.0
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is asked, ready for a region: phases, quota rules, rules of candidates, solver."""

    phases: tuple[Phase, ...]
    quotas: tuple[QuotaRule, ...] = ()
    rules: CandidateRules = field(default_factory=CandidateRules)
    solver: Solver = field(default_factory=Solver)

    @classmethod
    def from_json(cls, phases: Sequence[Mapping[str, Any]], parameters: Mapping[str, Any]) -> "Plan":
        """Read a plan from the fields of a record; raise :class:`SitingError` with all that is wrong.

        phases: ``[{"year", "sites", "budget_yuan"}]``, cumulative. parameters: ``quotas`` (a list of the fields of
        :class:`QuotaRule`), ``candidate_rules`` and ``solver`` (fields that differ from the drafts).
        """
        faults: list[Fault] = _unknown(parameters, ("quotas", "candidate_rules", "solver"))
        read_phases = tuple(_phase(values, faults) for values in phases)
        quotas = tuple(_quota(values, faults) for values in parameters.get("quotas", ()))
        solver = _solver(parameters.get("solver", {}), faults)
        try:
            rules = CandidateRules.from_json(parameters.get("candidate_rules", {}))
        except SitingError as error:
            faults.extend(error.problems)
        if faults:
            raise SitingError(faults)
        return cls(phases=read_phases, quotas=quotas, rules=rules, solver=solver)

    def as_json(self) -> dict[str, Any]:
        """Return the plan as JSON values, every default written out."""
        return {
            "phases": [{"year": p.year, "sites": p.sites_most, "budget_yuan": p.budget_yuan} for p in self.phases],
            "quotas": [vars(quota).copy() for quota in self.quotas],
            "candidate_rules": self.rules.as_json(),
            "solver": vars(self.solver).copy(),
        }

    def quotas_of(self, regions: Sequence[QuotaRegion]) -> tuple[Quota, ...]:
        """Return the quotas of the regions given. Raises :class:`SitingError` for regions that are not among them."""
        known = {region.code: region for region in regions}
        wrong = [q.region for q in self.quotas if q.region is not None and q.region not in known]
        if wrong:
            raise SitingError([Fault(code="siting.quota_region", value=code) for code in wrong])
        found = []
        for rule in self.quotas:
            named = [known[rule.region]] if rule.region else [region for region in regions if region.level == rule.level]
            found += [self._quota(rule, region) for region in named]
        return tuple(found)

    def _quota(self, rule: QuotaRule, region: QuotaRegion) -> Quota:
        year = rule.year if rule.year is not None or not self.phases else self.phases[-1].year
        return Quota(
            region_code=region.code, name_zh=region.name_zh, name_en=region.name_en, year=year or 0, least=rule.least,
            most=rule.most, is_soft=rule.is_soft,
        )  # fmt: skip


def _unknown(given: Mapping[str, Any], known: Sequence[str]) -> list[Fault]:
    names = {"known": ", ".join(sorted(known))}
    return [Fault(code="siting.plan_key", value=name, details=names) for name in given if name not in known]


def _phase(values: Mapping[str, Any], faults: list[Fault]) -> Phase:
    faults += _unknown(values, ("year", "sites", "budget_yuan"))
    budget = values.get("budget_yuan")
    if budget is not None:
        budget = _number(budget, "budget_yuan", faults, _MONEY)
    return Phase(
        year=_whole(values.get("year"), "year", faults),
        sites_most=_whole(values.get("sites"), "sites", faults),
        budget_yuan=budget,
    )


def _quota(values: Mapping[str, Any], faults: list[Fault]) -> QuotaRule:
    faults += _unknown(values, ("level", "region", "year", "least", "most", "is_soft"))
    level, region = values.get("level"), values.get("region")
    if (level is None) == (region is None) or (level is not None and level not in QUOTA_LEVELS):
        faults.append(Fault(code="siting.quota_where", value=str(level or region or "")))
    year, most = values.get("year"), values.get("most")
    return QuotaRule(
        level=level, region=region, year=None if year is None else _whole(year, "year", faults),
        least=_whole(values.get("least", 0), "least", faults),
        most=None if most is None else _whole(most, "most", faults), is_soft=bool(values.get("is_soft", True)),
    )  # fmt: skip


def _solver(values: Mapping[str, Any], faults: list[Fault]) -> Solver:
    faults += _unknown(values, tuple(vars(Solver())))
    draft = Solver()
    method = values.get("method", draft.method)
    if method not in get_args(Method):
        faults.append(_wrong("method", method, {"zh": "应为 exact 或 greedy", "en": "exact or greedy is wanted"}))
    return Solver(
        method=method,
        time_limit_seconds=_number(
            values.get("time_limit_seconds", draft.time_limit_seconds), "time_limit_seconds", faults, _POSITIVE, above=True
        ),
        gap_share=_number(values.get("gap_share", draft.gap_share), "gap_share", faults, _MONEY),
        seed=_whole(values.get("seed", draft.seed), "seed", faults),
    )


def _whole(value: Any, name: str, faults: list[Fault]) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    faults.append(_wrong(name, value, _WHOLE))
    return 0


def _number(value: Any, name: str, faults: list[Fault], wanted: Mapping[str, str], *, above: bool = False) -> float:
    fine = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")
    if fine and not (above and value == 0):
        return float(value)
    faults.append(_wrong(name, value, wanted))
    return 0.0


def _wrong(name: str, value: Any, wanted: Mapping[str, str]) -> Fault:
    return Fault(code="siting.plan_value", field=name, value=str(value), details=wanted)
