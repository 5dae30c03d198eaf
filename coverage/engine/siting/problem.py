"""What siting is asked: places with actions, whom they reach, and the limits a plan must keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from coverage.engine.siting import wording  # noqa: F401  registers the sentences
from geo.engine.digest import digest_of
from geo.engine.errors import Problem as Fault
from geo.engine.errors import SitingError

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
Float64Array = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Phase:
    """The end of a year: at most ``sites_most`` sites and ``budget_yuan`` (None: none of its own) until then, cumulative."""

    year: int
    sites_most: int
    budget_yuan: float | None = None


@dataclass(frozen=True, kw_only=True)
class Quota:
    """Sites wanted in a region and all below it, cumulative by the end of ``year``.

    ``least`` is asked for as far as possible where ``is_soft``, else a plan without it is refused; ``most`` always holds.
    """

    region_code: str
    name_zh: str
    name_en: str
    year: int
    least: int = 0
    most: int | None = None
    is_soft: bool = True

    @property
    def said_zh(self) -> str:
        """The region in Chinese with its code: districts of several cities share a name."""
        return f"{self.name_zh}（{self.region_code}）"

    @property
    def said_en(self) -> str:
        """The region in English with its code."""
        return f"{self.name_en} ({self.region_code})".strip()


@dataclass(frozen=True, kw_only=True)
class Option:
    """One feasible action at a place, with its cost in yuan and the workers it can then serve."""

    action: str
    cost_yuan: float
    capacity_persons: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """P places with O options, n cells, phases and quotas; places stand in the order of their ids, whatever the order given.

    place_ids: P unique ids, sorted; place_paths: P region paths ("320000/320100/320102/").
    indptr: (P + 1,) int64, cells: (nnz,) int32: the cells within the standard's cutoff of each place, each cell once.
    workers_persons: (n,) int64 >= 0; is_reached: (n,) bool, reached before anything is done.
    option_place: (O,) int32, sorted; option_action: O names; option_cost_yuan: (O,) float64 >= 0;
    option_capacity_persons: (O,) int64 >= 0. phases: in rising order of years, never falling counts and budgets.
    Build with :meth:`of`. All arrays are read-only.
    """

    place_ids: tuple[str, ...]
    place_paths: tuple[str, ...]
    indptr: Int64Array
    cells: Int32Array
    workers_persons: Int64Array
    is_reached: BoolArray
    option_place: Int32Array
    option_action: tuple[str, ...]
    option_cost_yuan: Float64Array
    option_capacity_persons: Int64Array
    phases: tuple[Phase, ...]
    quotas: tuple[Quota, ...]

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @classmethod
    def of(
        cls,
        *,
        place_ids: Sequence[str],
        place_paths: Sequence[str],
        indptr: Int64Array,
        cells: Int32Array,
        workers_persons: Int64Array,
        is_reached: BoolArray,
        options: Sequence[Sequence[Option]],
        phases: Sequence[Phase],
        quotas: Sequence[Quota] = (),
    ) -> "Problem":
        """Build a problem from places in any order; ``options[j]`` are the feasible actions of place j.

        Raises :class:`SitingError` with all faults of phases and quotas, ``ValueError`` where ids repeat.
        """
        faults = _faults(phases, quotas)
        if faults:
            raise SitingError(faults)
        if len(set(place_ids)) != len(place_ids):
            raise ValueError("place ids repeat")
        order = sorted(range(len(place_ids)), key=lambda j: place_ids[j])
        flat = [(rank, option) for rank, j in enumerate(order) for option in _in_order(options[j])]
        lists = [np.sort(cells[indptr[j] : indptr[j + 1]]) for j in order]
        return cls(
            place_ids=tuple(place_ids[j] for j in order),
            place_paths=tuple(place_paths[j] for j in order),
            indptr=np.concatenate([[0], np.cumsum([len(row) for row in lists])]).astype(np.int64),
            cells=np.concatenate([*lists, np.zeros(0, np.int32)]).astype(np.int32),
            workers_persons=workers_persons.astype(np.int64),
            is_reached=is_reached.astype(np.bool_),
            option_place=np.array([rank for rank, _ in flat], np.int32),
            option_action=tuple(option.action for _, option in flat),
            option_cost_yuan=np.array([option.cost_yuan for _, option in flat], np.float64),
            option_capacity_persons=np.array([option.capacity_persons for _, option in flat], np.int64),
            phases=tuple(phases),
            quotas=tuple(sorted(quotas, key=lambda quota: (quota.year, quota.region_code))),
        )

    @property
    def option_count(self) -> int:
        """O."""
        return len(self.option_place)

    @cached_property
    def incidence(self) -> sparse.csr_array:
        """(P, n) int64, 1 where the place reaches the cell."""
        shape = (len(self.place_ids), len(self.workers_persons))
        return sparse.csr_array((np.ones(len(self.cells), np.int64), self.cells, self.indptr), shape=shape)

    @cached_property
    def open_persons(self) -> Int64Array:
        """(n,) int64, workers of cells that nothing reaches yet, 0 elsewhere."""
        return np.where(self.is_reached, 0, self.workers_persons).astype(np.int64)

    @cached_property
    def digest(self) -> str:
        """32 hex characters that name the content."""
        kept = {k: v for k, v in vars(self).items() if k not in ("incidence", "open_persons", "digest")}
        plain = {
            "phases": [vars(phase) for phase in self.phases],
            "quotas": [vars(quota) for quota in self.quotas],
        }
        return digest_of({k: list(v) if isinstance(v, tuple) else v for k, v in kept.items()} | plain)

    def in_region(self, code: str) -> BoolArray:
        """Return (O,) bool: options at places in the region ``code`` or below it."""
        inside = np.array([code in path.split("/") for path in self.place_paths], np.bool_)
        return inside[self.option_place]


def _in_order(options: Sequence[Option]) -> list[Option]:
    return sorted(options, key=lambda option: (option.cost_yuan, option.action))


def _faults(phases: Sequence[Phase], quotas: Sequence[Quota]) -> list[Fault]:
    """Return what is wrong with the question itself, before any data are looked at."""
    faults = [] if phases else [Fault(code="siting.no_phases")]
    for phase in phases:
        if phase.sites_most < 0 or (phase.budget_yuan or 0) < 0:
            faults.append(Fault(code="siting.phase_negative", value=str(phase.year)))
    for before, after in pairwise(phases):
        if after.year <= before.year:
            faults.append(Fault(code="siting.years_not_rising", value=str(after.year)))
        if after.sites_most < before.sites_most or _falls(before.budget_yuan, after.budget_yuan):
            faults.append(Fault(code="siting.phases_fall", value=str(after.year)))
    years = {phase.year for phase in phases}
    for quota in quotas:
        named = {"zh": quota.said_zh, "en": quota.said_en, "year": quota.year}
        if quota.year not in years:
            faults.append(Fault(code="siting.quota_year", value=quota.region_code, details=named))
        if quota.most is not None and quota.least > quota.most:
            details = named | {"least": quota.least, "most": quota.most}
            faults.append(Fault(code="siting.quota_crossed", value=quota.region_code, details=details))
    return faults


def _falls(before: float | None, after: float | None) -> bool:
    """Say whether the money falls; a year without a budget of its own is held by the later ones."""
    return before is not None and after is not None and after < before
