"""A mixed-integer model built from sparse blocks and solved by HiGHS, called directly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from coverage.engine.siting.problem import BoolArray, Float64Array
from geo.engine.progress import Cancelled

Status = Literal["optimal", "time_limit", "infeasible", "none"]
FEASIBILITY = 1e-9
"""Tolerance of rows and of whole numbers: a budget of 10⁸ yuan is kept to a tenth of a yuan."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far a search is: the best value found, the proven bound (maximisation), seconds since it began."""

    objective: float
    bound: float
    seconds: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """What HiGHS answered. ``values``: (columns,) float64, None where it found no solution."""

    status: Status
    values: Float64Array | None
    objective: float
    bound: float
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How long and how closely to search: seconds, relative gap, seed; ``watch`` hears of progress and may raise Cancelled."""

    seconds: float = 60.0
    gap_share: float = 1e-6
    seed: int = 0
    watch: Callable[[Standing], None] | None = None


class Milp:
    """Columns and rows as they are added; always maximises."""

    def __init__(self) -> None:
        self._gain: list[Float64Array] = []
        self._upper: list[Float64Array] = []
        self._whole: list[BoolArray] = []
        self._rows: list[tuple[sparse.csr_array, int, Float64Array, Float64Array]] = []
        self.column_count = 0

    def add_columns(self, gain: npt.ArrayLike, upper: npt.ArrayLike, *, whole: bool) -> slice:
        """Add columns between 0 and ``upper``; return where they stand."""
        gains = np.asarray(gain, np.float64)
        self._gain.append(gains)
        self._upper.append(np.broadcast_to(np.asarray(upper, np.float64), gains.shape))
        self._whole.append(np.full(gains.shape, whole))
        place = slice(self.column_count, self.column_count + len(gains))
        self.column_count += len(gains)
        return place

    def add_rows(
        self,
        blocks: Sequence[tuple[slice, sparse.csr_array]],
        least: npt.ArrayLike,
        most: npt.ArrayLike,
        *,
        scaled: bool = False,
    ) -> None:
        """Add rows ``least <= sum of block @ columns <= most``; ``scaled`` divides each row by its largest coefficient."""
        low, high = np.asarray(least, np.float64), np.asarray(most, np.float64)
        coo = [(place, sparse.coo_array(block)) for place, block in blocks]
        shape = (coo[0][1].shape[0], self.column_count)
        where = (
            np.concatenate([block.coords[0] for _, block in coo]),
            np.concatenate([block.coords[1] + place.start for place, block in coo]),
        )
        matrix = sparse.csr_array((np.concatenate([block.data for _, block in coo]), where), shape=shape)
        if scaled:
            matrix, largest = _unit_rows(matrix)
            low, high = low / largest, high / largest
        self._rows.append((matrix, shape[0], np.broadcast_to(low, shape[0]), np.broadcast_to(high, shape[0])))

    def solve(self, effort: Effort, start: Float64Array | None = None) -> Outcome:
        """Solve; ``start``: (columns,) float64, a feasible point to begin with.

        Raises :class:`Cancelled` when ``effort.watch`` did.
        """
        highs = _quiet_highs(effort)
        highs.passModel(self._lp())
        if start is not None:
            known = highspy.HighsSolution()
            known.col_value = start.tolist()
            highs.setSolution(known)
        stopped = _listen(highs, effort)
        highs.run()
        if stopped:
            raise stopped[0]
        return _outcome(highs)

    def _lp(self) -> Any:
        lp = highspy.HighsLp()
        matrices = [sparse.csr_array((m.data, m.indices, m.indptr), shape=(n, self.column_count)) for m, n, _, _ in self._rows]
        matrix = sparse.csr_array(sparse.vstack(matrices, format="csr"))
        lp.num_col_, lp.num_row_ = self.column_count, matrix.shape[0]
        lp.col_cost_ = np.concatenate(self._gain)
        lp.col_lower_, lp.col_upper_ = np.zeros(self.column_count), np.concatenate(self._upper)
        lp.row_lower_ = np.concatenate([low for _, _, low, _ in self._rows])
        lp.row_upper_ = np.concatenate([high for _, _, _, high in self._rows])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
        kinds = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
        lp.integrality_ = [kinds[int(whole)] for whole in np.concatenate(self._whole)]
        lp.sense_ = highspy.ObjSense.kMaximize
        return lp


def _unit_rows(matrix: sparse.csr_array) -> tuple[sparse.csr_array, Float64Array]:
    """Divide each row by its largest coefficient, so that one tolerance suits counts and yuan alike."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    largest = np.zeros(matrix.shape[0])
    np.maximum.at(largest, rows, np.abs(matrix.data))
    largest[largest == 0.0] = 1.0
    return sparse.csr_array((matrix.data / largest[rows], matrix.indices, matrix.indptr), shape=matrix.shape), largest


def _quiet_highs(effort: Effort) -> Any:
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    options = {
        "output_flag": False,
        "time_limit": max(effort.seconds, 0.01),
        "mip_rel_gap": effort.gap_share,
        "mip_abs_gap": 0.49,  # objectives are whole numbers of workers, of sites or of yuan
        "random_seed": effort.seed,
        "mip_feasibility_tolerance": FEASIBILITY,
        "primal_feasibility_tolerance": FEASIBILITY,
    }
    for name, value in options.items():
        highs.setOptionValue(name, value)
    return highs


def _listen(highs: Any, effort: Effort) -> list[BaseException]:
    """Tell ``effort.watch`` how the search stands; keep what it raises, because C++ lies between."""
    stopped: list[BaseException] = []
    watch = effort.watch
    if watch is None:
        return stopped

    def heard(event: Any) -> None:
        if stopped:
            event.interrupt()
            return
        out = event.data_out
        try:
            watch(Standing(objective=out.mip_primal_bound, bound=out.mip_dual_bound, seconds=out.running_time))
        except (Cancelled, KeyboardInterrupt) as stop:
            stopped.append(stop)
            event.interrupt()

    highs.cbMipInterrupt += heard
    return stopped


def _outcome(highs: Any) -> Outcome:
    status, info = highs.getModelStatus(), highs.getInfo()
    known: dict[Any, Status] = {
        highspy.HighsModelStatus.kOptimal: "optimal",
        highspy.HighsModelStatus.kInfeasible: "infeasible",
    }
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    said: Status = known.get(status, "time_limit" if feasible else "none")
    values = np.array(highs.getSolution().col_value) if feasible else None
    return Outcome(
        status=said, values=values, objective=float(info.objective_function_value), bound=_bound(highs, said),
        seconds=float(highs.getRunTime()),
    )  # fmt: skip


def _bound(highs: Any, status: Status) -> float:
    """Return the proven bound; a model that presolve or one LP settled may leave it at its start value."""
    info = highs.getInfo()
    bound = float(info.mip_dual_bound)
    return bound if np.isfinite(bound) or status != "optimal" else float(info.objective_function_value)
