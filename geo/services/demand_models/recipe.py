"""The recipe of a demand model: what it may say, and every mistake in it with the place where it stands."""

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from geo.engine.demand.cells import RESOLUTIONS
from geo.engine.demand.settlement import UrbanRule
from geo.engine.errors import InputError, Problem, register_messages

AREA_TOTALS, CELLS, GATHERING = "area_totals", "cells", "gathering"
KINDS = (AREA_TOTALS, CELLS, GATHERING)
AREA, STREETS, GRID = "area", "streets", "grid"
MODES = ("walk", "ebike", "bus", "motor")
RESIDENTS = "residents"
URBAN, RURAL = "urban", "rural"
BY_RESIDENTS, BY_GRID, BY_SOURCE = "residents", "grid", "source"
DEFAULT_RESOLUTION = 8
MAX_COMPONENTS = 20
_YEARS = range(1950, 2101)
_SUM_TOLERANCE = 1e-6
_MAX_PERSONS = 2_000_000_000

register_messages(
    {
        "recipe.not_an_object": ("配方须是 JSON 对象。", "the recipe must be a JSON object."),
        "recipe.unknown": ("配方里没有“{value}”这一项；可用：{known}。", "the recipe has no entry “{value}”; known: {known}."),
        "recipe.missing": ("配方缺少这一项。", "the recipe lacks this entry."),
        "recipe.number": (
            "须是 {low} 到 {high} 之间的数，不是“{value}”。",
            "must be a number from {low} to {high}, not “{value}”.",
        ),
        "recipe.choice": ("不能是“{value}”；可用：{known}。", "cannot be “{value}”; known: {known}."),
        "recipe.text": ("须是文字，不是“{value}”。", "must be a text, not “{value}”."),
        "recipe.list": ("须是 1 到 {limit} 项的列表。", "must be a list of 1 to {limit} entries."),
        "recipe.sum": ("各份额之和是 {value}，应为 1。", "the shares sum to {value}, not to 1."),
        "recipe.spread": (
            "不能按“{value}”分摊；可用：area、streets、grid:短名。",
            "cannot be spread by “{value}”; use area, streets or grid:<short name>.",
        ),
        "recipe.no_residents": (
            "没有一项统计常住人口，无法区分城乡；请写明 settlement。",
            "no component counts residents, so urban and rural cannot be told apart; say settlement.",
        ),
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Component:
    """One source of the blend. year: None means its newest; spread_by: ``area``, ``streets`` or ``grid:<slug>``."""

    source: str
    kind: str
    measure: str = ""
    year: int | None = None
    weight: float = 1.0
    workers_share: float = 1.0
    spread_by: str = AREA

    @property
    def grid(self) -> str:
        """Short name of the grid that spreads it, "" if none does."""
        return self.spread_by.removeprefix(f"{GRID}:") if self.spread_by.startswith(f"{GRID}:") else ""


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """How urban is told from rural: by the residents placed, by a grid, or as the cells of a source have it."""

    by: str = BY_RESIDENTS
    source: str = ""
    rule: UrbanRule = field(default_factory=UrbanRule)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A recipe that can be built.

    age50plus_share: a share, or the short name of the source whose area totals tell it; mode_shares: settlement class → mode →
    share; group_shares: trade → share; floors: county → the least workers it gets.
    """

    resolution: int
    components: tuple[Component, ...]
    age50plus_share: float | str | None
    mode_shares: dict[str, dict[str, float]] | None
    group_shares: dict[str, float] | None
    settlement: Settlement
    total_persons: int | None
    floors: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """Return it with every default filled in."""
        return asdict(self)


class _Reader:
    """Entries of one object of the recipe; notes what is wrong under its path."""

    def __init__(self, said: dict[str, Any], path: str, problems: list[Problem], known: tuple[str, ...]) -> None:
        self._said, self._path, self._problems = said, path, problems
        for name in said:
            if name not in known:
                self.note("recipe.unknown", "", value=str(name)[:40], known=", ".join(known))

    def note(self, code: str, name: str, *, value: object = "", **details: object) -> None:
        """Note a problem with entry ``name``."""
        where = ".".join(part for part in (self._path, name) if part)
        self._problems.append(Problem(code=code, field=where, value=str(value)[:60], details=details))

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; without ``default`` it must be there."""
        value = self._said.get(name, default)
        if value is None:
            self.note("recipe.missing", name)
        elif not isinstance(value, str):
            self.note("recipe.text", name, value=value)
        return value if isinstance(value, str) else ""

    def choice(self, name: str, known: tuple[str, ...], default: str | None = None) -> str:
        """Return one of ``known``."""
        value = self.text(name, default)
        if value and value not in known:
            self.note("recipe.choice", name, value=value, known=", ".join(known))
        return value

    def number(self, name: str, low: float, high: float, default: float | None = None) -> float:
        """Return a finite number above or at ``low`` and not above ``high``."""
        value = self._said.get(name, default)
        if value is None:
            self.note("recipe.missing", name)
            return low
        return self.checked(name, value, low, high)

    def checked(self, name: str, value: object, low: float, high: float) -> float:
        """Return ``value`` if it is a number within the limits, else note it and return ``low``."""
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
            or not low <= value <= high
        ):
            self.note("recipe.number", name, value=value, low=f"{low:g}", high=f"{high:g}")
            return low
        return value

    def whole(self, name: str, low: int, high: int, default: int | None) -> int | None:
        """Return a whole number, or ``default`` where there is none."""
        value = self._said.get(name)
        if value is None:
            return default
        number = self.checked(name, value, low, high)
        if number != int(number):
            self.note("recipe.number", name, value=value, low=low, high=high)
        return int(number)

    def table(self, name: str) -> dict[str, Any] | None:
        """Return an object, None where there is none."""
        value = self._said.get(name)
        if value is not None and not isinstance(value, dict):
            self.note("recipe.not_an_object", name)
        return value if isinstance(value, dict) else None

    def shares(self, name: str, known: tuple[str, ...] | None = None) -> dict[str, float] | None:
        """Return shares that sum to 1; None where there are none."""
        table = self.table(name)
        if table is None:
            return None
        for key in table:
            if known is not None and key not in known:
                self.note("recipe.unknown", name, value=key, known=", ".join(known))
        values = {str(key): float(self.checked(f"{name}.{key}", value, 0.0, 1.0)) for key, value in table.items()}
        if abs(sum(values.values()) - 1.0) > _SUM_TOLERANCE:
            self.note("recipe.sum", name, value=f"{sum(values.values()):g}")
        return values


_ENTRIES = (
    "resolution", "components", "age50plus_share", "mode_shares", "group_shares", "settlement", "total_persons", "floors",
)  # fmt: skip
_COMPONENT_ENTRIES = ("source", "kind", "measure", "year", "weight", "workers_share", "spread_by")
_THRESHOLDS = tuple(asdict(UrbanRule()))


def parse_recipe(said: object) -> Recipe:
    """Return the recipe that ``said`` (JSON types) is; raise :class:`InputError` with everything that is wrong with it."""
    if not isinstance(said, dict):
        raise InputError(Problem(code="recipe.not_an_object"))
    problems: list[Problem] = []
    entries = _Reader(said, "", problems, _ENTRIES)
    components = _components(said.get("components"), entries, problems)
    recipe = Recipe(
        resolution=entries.whole("resolution", RESOLUTIONS.start, RESOLUTIONS.stop - 1, None) or DEFAULT_RESOLUTION,
        components=components,
        age50plus_share=_age(said.get("age50plus_share"), entries, problems),
        mode_shares=_modes(said.get("mode_shares"), entries, problems),
        group_shares=entries.shares("group_shares"),
        settlement=_settlement(entries, problems),
        total_persons=entries.whole("total_persons", 0, _MAX_PERSONS, None),
        floors=_floors(entries),
    )
    if recipe.settlement.by == BY_RESIDENTS and not any(component.measure == RESIDENTS for component in components):
        entries.note("recipe.no_residents", "settlement")
    if problems:
        raise InputError(problems)
    return recipe


def _components(said: object, entries: _Reader, problems: list[Problem]) -> tuple[Component, ...]:
    if not isinstance(said, list) or not 1 <= len(said) <= MAX_COMPONENTS:
        entries.note("recipe.list", "components", limit=MAX_COMPONENTS)
        return ()
    found = []
    for index, each in enumerate(said):
        if isinstance(each, dict):
            found.append(_component(_Reader(each, f"components.{index}", problems, _COMPONENT_ENTRIES)))
        else:
            entries.note("recipe.not_an_object", f"components.{index}")
    return tuple(found)


def _component(entries: _Reader) -> Component:
    kind = entries.choice("kind", KINDS)
    spread_by = entries.text("spread_by", AREA)
    if spread_by not in (AREA, STREETS) and not (spread_by.startswith(f"{GRID}:") and len(spread_by) > len(GRID) + 1):
        entries.note("recipe.spread", "spread_by", value=spread_by)
    weight = entries.number("weight", 0.0, 1e6, 1.0)
    if weight == 0:
        entries.note("recipe.number", "weight", value=0, low=">0", high="1e6")
    return Component(
        source=entries.text("source"), kind=kind,
        measure=entries.text("measure", None if kind == AREA_TOTALS else ""),
        year=entries.whole("year", _YEARS.start, _YEARS.stop - 1, None), weight=float(weight),
        workers_share=float(entries.number("workers_share", 0.0, 1.0, 1.0)), spread_by=spread_by,
    )  # fmt: skip


def _age(said: object, entries: _Reader, problems: list[Problem]) -> float | str | None:
    if said is None:
        return None
    if isinstance(said, dict):
        return _Reader(said, "age50plus_share", problems, ("source",)).text("source")
    return float(entries.checked("age50plus_share", said, 0.0, 1.0))


def _modes(said: object, entries: _Reader, problems: list[Problem]) -> dict[str, dict[str, float]] | None:
    """Return the shares of modes by class; one set of shares holds for both classes."""
    if not (isinstance(said, dict) and set(said) & {URBAN, RURAL}):
        shares = entries.shares("mode_shares", MODES)
        return None if shares is None else {URBAN: shares, RURAL: shares}
    by_class = _Reader(said, "mode_shares", problems, (URBAN, RURAL))
    found = {name: by_class.shares(name, MODES) for name in (URBAN, RURAL)}
    for name, shares in found.items():
        if shares is None and name not in said:
            by_class.note("recipe.missing", name)
    return {name: shares or {} for name, shares in found.items()}


def _settlement(entries: _Reader, problems: list[Problem]) -> Settlement:
    said = entries.table("settlement")
    if said is None:
        return Settlement()
    inner = _Reader(said, "settlement", problems, ("by", "source", *_THRESHOLDS))
    by = inner.choice("by", (BY_RESIDENTS, BY_GRID, BY_SOURCE), BY_RESIDENTS)
    default = asdict(UrbanRule())
    rule = UrbanRule(**{name: float(inner.number(name, 0.0, 1e9, default[name])) for name in _THRESHOLDS})
    return Settlement(by=by, source=inner.text("source") if by in (BY_GRID, BY_SOURCE) else "", rule=rule)


def _floors(entries: _Reader) -> dict[str, int]:
    table = entries.table("floors") or {}
    return {str(code): int(entries.checked(f"floors.{code}", value, 0, _MAX_PERSONS)) for code, value in table.items()}
