"""Other speeds on the same streets: slow walkers, faster or slower traffic, towns and country, slopes.

Each function returns a network that shares every array but the times of one mode; its digest differs, so that runs, matrices
and search files of one profile never pass for those of another.
"""

import dataclasses
from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.modes import MAX_SPEED_KPH
from geo.engine.network.model import TravelNetwork
from geo.engine.units import KPH_PER_METRE_SECOND

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Number = TypeVar("Number", bound=np.generic)

WALK, EBIKE, FERRY = "walk", "ebike", "ferry"
WALK_METRES_A_SECOND, SLOW_WALK_METRES_A_SECOND = 1.1, 1.0
"""The draft standard's walker, and an older worker or one with a load."""

TOBLER_RATE, TOBLER_BEST_GRADE = 3.5, -0.05
"""Hiking speed is ``6 exp(-3.5 |grade + 0.05|)`` km/h (W. Tobler, Three presentations on geographical analysis, 1993)."""

EBIKE_SHARE_A_GRADE, EBIKE_LEAST_SHARE = 4.0, 0.5
"""A draft of ours: an e-bike loses four per cent of its speed for each per cent uphill, never more than half. Downhill it is
the street that limits it, not the hill."""

MAX_GRADE = 0.4

register_messages(
    {
        "profile.factor": ("速度系数应大于 0，现为 {value}。", "a factor of speed must be above 0, not {value}."),
        "profile.speed": (
            "“{name}”的速度应大于 0 且不超过 {most} km/h，现为 {value}。",
            "the speed of “{name}” must be above 0 and at most {most} km/h, not {value}.",
        ),
        "profile.class": (
            "“{value}”不是此路网中可改速度的道路类别；可用：{known}。",
            "“{value}” is not a class of this network whose speed can change; known: {known}.",
        ),
        "profile.rows": ("应有 {expected} 个数，现有 {count} 个。", "there must be {expected} numbers, not {count}."),
        "profile.elevation": (
            "高程格网应至少有 2×2 个有限数值。",
            "the grid of elevations must have at least 2 × 2 finite numbers.",
        ),
    }
)


def with_speed_factor(network: TravelNetwork, mode: str, factor: float) -> TravelNetwork:
    """Return the network on which ``mode`` goes ``factor`` times as fast; delays at nodes and ferries stay.

    For sensitivity: 0.9 and 1.1 tell how much of a result hangs on the speed. Raises :class:`InputError` for a factor that is
    not above 0, :class:`NetworkError` for an unknown mode.
    """
    if not 0 < factor < np.inf:
        raise InputError(Problem(code="profile.factor", value=f"{factor:g}"))
    on_land = ~_of_class(network, FERRY)
    share = np.where(on_land, np.float64(factor), 1.0)
    return _slowed(network, mode, 1 / share, 1 / share)


def slow_walkers(network: TravelNetwork) -> TravelNetwork:
    """Return the network for walkers of 1.0 m/s instead of 1.1 m/s."""
    return with_speed_factor(network, WALK, SLOW_WALK_METRES_A_SECOND / WALK_METRES_A_SECOND)


def with_class_speeds(
    network: TravelNetwork, mode: str, kph_by_class: Mapping[str, float], *, where: BoolArray | None = None
) -> TravelNetwork:
    """Return the network on which ``mode`` goes at other speeds on some classes of street, for instance in towns only.

    ``kph_by_class``: class → km/h; ``where``: (E,) bool, the edges concerned, all when None. What is closed stays closed;
    ferries keep their timetable. Raises :class:`InputError` for classes the network does not have and speeds out of range.
    """
    known = [name for name in network.classes if name != FERRY]
    problems = [
        Problem(code="profile.class", value=name, details={"known": ", ".join(known)})
        for name in kph_by_class
        if name not in known
    ] + [
        Problem(code="profile.speed", value=f"{kph:g}", details={"name": name, "most": f"{MAX_SPEED_KPH:g}"})
        for name, kph in kph_by_class.items()
        if not 0 < kph <= MAX_SPEED_KPH
    ]
    if problems:
        raise InputError(problems)
    concerned = np.ones(network.edge_count, np.bool_) if where is None else _rows(where, network.edge_count)
    row = network.mode_index(mode)
    times = [np.array(network.forward_seconds), np.array(network.backward_seconds)]
    for name, kph in kph_by_class.items():
        edges = np.flatnonzero(concerned & _of_class(network, name))
        seconds = (network.edge_length_metres[edges] * KPH_PER_METRE_SECOND / kph).astype(np.float32)
        for each in times:
            each[row, edges] = np.where(np.isfinite(each[row, edges]), seconds, each[row, edges])
    return dataclasses.replace(network, forward_seconds=times[0], backward_seconds=times[1])


def with_slope(network: TravelNetwork, grade: Float64Array) -> TravelNetwork:
    """Return the network on which walkers and e-bikes feel the hills.

    ``grade``: (E,) rise over run from the from-node to the to-node of each edge; beyond 0.4 it counts as 0.4 (bridges and
    tunnels read from a grid). Walkers by Tobler's function, beside that on the flat; e-bikes as `EBIKE_SHARE_A_GRADE` says;
    cars and ferries do not care. Raises :class:`InputError` if there is not one finite number an edge.
    """
    slope = np.clip(_rows(np.asarray(grade, np.float64), network.edge_count), -MAX_GRADE, MAX_GRADE)
    if not np.isfinite(slope).all():
        raise InputError(Problem(code="profile.elevation"))
    slope = np.where(_of_class(network, FERRY), 0.0, slope)
    found = network
    for mode, share in ((WALK, walking_speed_share), (EBIKE, ebike_speed_share)):
        if mode in network.modes:
            found = _slowed(found, mode, 1 / share(slope), 1 / share(-slope))
    return found


def walking_speed_share(grade: Float64Array) -> Float64Array:
    """Return the speed of walking up a grade as a share of that on the flat; above 1 where it falls gently."""
    return np.exp(-TOBLER_RATE * (np.abs(grade - TOBLER_BEST_GRADE) - abs(TOBLER_BEST_GRADE)))


def ebike_speed_share(grade: Float64Array) -> Float64Array:
    """Return the speed of an e-bike up a grade as a share of that on the flat, 0.5 to 1."""
    return np.clip(1 - EBIKE_SHARE_A_GRADE * np.maximum(grade, 0.0), EBIKE_LEAST_SHARE, 1.0)


def edge_grades(
    network: TravelNetwork, elevation_metres: Float64Array, bounds: tuple[float, float, float, float]
) -> Float64Array:
    """Return (E,) the grade between the ends of each edge on a grid of elevations.

    ``elevation_metres``: (rows, columns), the first row in the north, at the middles of cells that fill ``bounds`` (west,
    south, east, north in degrees); read bilinearly, at the rim as at the nearest cell. Raises :class:`InputError` for a grid
    smaller than 2 × 2 or with numbers that are not finite.
    """
    grid = np.asarray(elevation_metres, np.float64)
    if grid.ndim != 2 or min(grid.shape) < 2 or not np.isfinite(grid).all():  # noqa: PLR2004  rows and columns
        raise InputError(Problem(code="profile.elevation"))
    height = _bilinear(grid, bounds, np.asarray(network.node_lon), np.asarray(network.node_lat))
    rise = height[network.edge_to] - height[network.edge_from]
    grades: Float64Array = rise / network.edge_length_metres
    return grades


def _bilinear(
    grid: Float64Array, bounds: tuple[float, float, float, float], lon: Float64Array, lat: Float64Array
) -> Float64Array:
    """Return the value of a grid at points."""
    west, south, east, north = bounds
    rows, columns = grid.shape
    across = np.clip((lon - west) / (east - west) * columns - 0.5, 0, columns - 1)
    down = np.clip((north - lat) / (north - south) * rows - 0.5, 0, rows - 1)
    left, upper = np.minimum(across.astype(int), columns - 2), np.minimum(down.astype(int), rows - 2)
    x, y = across - left, down - upper
    top = grid[upper, left] * (1 - x) + grid[upper, left + 1] * x
    bottom = grid[upper + 1, left] * (1 - x) + grid[upper + 1, left + 1] * x
    found: Float64Array = top * (1 - y) + bottom * y
    return found


def _slowed(network: TravelNetwork, mode: str, along: Float64Array, against: Float64Array) -> TravelNetwork:
    """Return the network with the times of ``mode`` multiplied, along and against each edge."""
    row = network.mode_index(mode)
    times = []
    for old, times_longer in ((network.forward_seconds, along), (network.backward_seconds, against)):
        changed = np.array(old)
        changed[row] = (old[row] * times_longer).astype(np.float32)
        times.append(changed)
    return dataclasses.replace(network, forward_seconds=times[0], backward_seconds=times[1])


def _of_class(network: TravelNetwork, name: str) -> BoolArray:
    """Return (E,) bool, the edges of a class."""
    if name not in network.classes:
        return np.zeros(network.edge_count, np.bool_)
    return np.asarray(network.edge_class == network.classes.index(name))


def _rows(values: npt.NDArray[Number], expected: int) -> npt.NDArray[Number]:
    """Return the values if there is one an edge."""
    if values.shape != (expected,):
        raise InputError(Problem(code="profile.rows", details={"expected": expected, "count": len(values)}))
    return values
