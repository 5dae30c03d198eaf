"""Local streets before they are joined: a turned, slightly warped grid of crossings in each settlement."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from geo.engine.synthetic.noise import Waves
from geo.engine.synthetic.province import Province
from geo.engine.synthetic.settlements import Settlements

Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]

CORE_SHARE = 0.5
_TOWN_NODES_SHARE, _VILLAGE_NODES_SHARE, _VILLAGES_SHARE = 0.62, 0.3, 0.12
_LEAST_BLOCK_METRES, _MOST_BLOCK_METRES = 60.0, 900.0
_VILLAGE_BLOCK = 0.72
# Seams and main roads add nodes beyond the two kinds of grids, the more the coarser they are; found by trial.
_AIM_AT_20_000, _AIM_PER_TENFOLD = 0.72, 0.21
_RURAL_METRES, _RURAL_NODES = 700.0, 250_000
_LEAST_ANCHORS, _ANCHORS_SHARE = 40, 0.02
_FILL = 0.36
_VOID = 0.92


@dataclass(frozen=True, kw_only=True)
class Grain:
    """How fine the streets are.

    block_metres: between crossings in town; rural_metres: between nodes of main roads in the fields; anchors: places that main
    roads join; villages: how many get streets; village_crossings: in each of them.
    """

    block_metres: float
    rural_metres: float
    anchors: int
    villages: int
    village_crossings: float

    @classmethod
    def for_nodes(cls, settlements: Settlements, nodes: int) -> "Grain":
        """Choose the grain that gives about ``nodes`` nodes in all: towns first, villages take what blocks of 60 m leave."""
        nodes = int(nodes * np.clip(_AIM_AT_20_000 + _AIM_PER_TENFOLD * np.log10(nodes / 20_000), 0.6, 1.1))
        built_up_m2 = float((np.pi * settlements.radius_metres[: settlements.town_count] ** 2).sum())
        block = float(np.sqrt(built_up_m2 * _FILL / (_TOWN_NODES_SHARE * nodes)))
        block = min(max(block, _LEAST_BLOCK_METRES), _MOST_BLOCK_METRES)
        in_towns = built_up_m2 * _FILL / block**2
        all_villages = len(settlements) - settlements.town_count
        villages = min(all_villages, int(_VILLAGES_SHARE * nodes))
        left = max(_VILLAGE_NODES_SHARE * nodes, 0.92 * nodes - in_towns)
        return cls(
            block_metres=block,
            rural_metres=float(np.clip(_RURAL_METRES * np.sqrt(_RURAL_NODES / nodes), 400.0, 3_000.0)),
            anchors=max(_LEAST_ANCHORS, int(_ANCHORS_SHARE * nodes)),
            villages=villages,
            village_crossings=max(left / max(villages, 1), 1.0),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Lattice:
    """P crossings: x, y: (P,) metres; patch: (P,) settlement; i, j: (P,) row and column in its grid; is_core: (P,) bool."""

    x: Float64Array
    y: Float64Array
    patch: Int32Array
    i: Int32Array
    j: Int32Array
    is_core: BoolArray

    def __len__(self) -> int:
        return len(self.x)

    def where(self, mask: BoolArray) -> "Lattice":
        """Return the crossings selected by ``mask``."""
        return Lattice(**{name: value[mask] for name, value in vars(self).items()})


def build_lattice(province: Province, settlements: Settlements, grain: Grain, rng: np.random.Generator) -> Lattice:
    """Fill towns and villages with crossings; towns are fine in the middle and have superblocks outside."""
    towns = _town_lattice(settlements, grain.block_metres, rng)
    villages = _village_lattice(settlements, grain, rng)
    both = Lattice(**{name: np.concatenate([vars(towns)[name], vars(villages)[name]]) for name in vars(towns)})
    both = _warped(both, grain.block_metres, rng)
    both = both.where(province.is_dry(both.x, both.y))
    return both.where(province.county_at(both.x, both.y) >= 0)


def _grid(half_i: npt.NDArray[np.int64], half_j: npt.NDArray[np.int64]) -> tuple[Int32Array, Int32Array, Int32Array]:
    """Return patch, i, j of full grids that reach ``half_i`` and ``half_j`` steps to each side."""
    wide, tall = 2 * half_i + 1, 2 * half_j + 1
    count = wide * tall
    patch = np.repeat(np.arange(len(count)), count)
    rank = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    i, j = rank // tall[patch] - half_i[patch], rank % tall[patch] - half_j[patch]
    return patch.astype(np.int32), i.astype(np.int32), j.astype(np.int32)


def _placed(
    settlements: Settlements, patch: Int32Array, i: Int32Array, j: Int32Array, block: Float64Array
) -> tuple[Float64Array, Float64Array]:
    angle = settlements.angle_radians[patch]
    u, v = i * block, j * block
    x = settlements.x[patch] + u * np.cos(angle) - v * np.sin(angle)
    y = settlements.y[patch] + u * np.sin(angle) + v * np.cos(angle)
    return x, y


def _town_lattice(settlements: Settlements, block_metres: float, rng: np.random.Generator) -> Lattice:
    block = block_metres * rng.uniform(0.85, 1.2, settlements.town_count)
    half = np.ceil(1.3 * settlements.radius_metres[: settlements.town_count] / block).astype(np.int64)
    patch, i, j = _grid(half, half)
    x, y = _placed(settlements, patch, i, j, block[patch])
    inside = np.hypot(x - settlements.x[patch], y - settlements.y[patch]) <= settlements.reach_metres(
        patch, x - settlements.x[patch], y - settlements.y[patch]
    )
    whole = Lattice(x=x, y=y, patch=patch, i=i, j=j, is_core=inside).where(inside)
    claimed, share = settlements.town_at(whole.x, whole.y)
    ragged = CORE_SHARE + 0.12 * Waves.draw(rng, wavelength_metres=2_500.0).at(whole.x, whole.y)
    core = share < ragged
    parks = Waves.draw(rng, wavelength_metres=1_600.0).at(whole.x, whole.y) > _VOID
    coarse = (whole.i % 2 == 0) & (whole.j % 2 == 0)
    return Lattice(**{**vars(whole), "is_core": core}).where((claimed == whole.patch) & (core | coarse) & ~parks)


def _village_lattice(settlements: Settlements, grain: Grain, rng: np.random.Generator) -> Lattice:
    """Return small grids, longer than wide like the villages along canals; market villages are twice as large."""
    villages = np.arange(settlements.town_count, len(settlements))
    liking = settlements.is_market[villages] + rng.random(len(villages))
    chosen = villages[np.sort(np.argsort(-liking, kind="stable")[: grain.villages])]
    size = grain.village_crossings * rng.lognormal(-0.08, 0.4, len(chosen)) * np.where(settlements.is_market[chosen], 2.5, 1.0)
    columns = np.maximum(np.rint(np.sqrt(size * rng.uniform(1.2, 3.2, len(chosen)))), 1).astype(np.int64)
    rows = np.maximum(np.rint(size / columns), 1).astype(np.int64)
    patch, i, j = _grid(columns // 2, rows // 2)
    kept = (i + (columns // 2)[patch] < columns[patch]) & (j + (rows // 2)[patch] < rows[patch])
    settlement = chosen[patch[kept]].astype(np.int32)
    block = np.full(len(settlement), max(_VILLAGE_BLOCK * grain.block_metres, _LEAST_BLOCK_METRES))
    x, y = _placed(settlements, settlement, i[kept], j[kept], np.minimum(block, 160.0))
    whole = Lattice(x=x, y=y, patch=settlement, i=i[kept], j=j[kept], is_core=np.zeros(len(x), np.bool_))
    return whole.where(settlements.town_at(x, y)[1] > 1.0)


def _warped(lattice: Lattice, block_metres: float, rng: np.random.Generator) -> Lattice:
    """Bend the grids with a smooth field and shake every crossing a little, so that no town looks drawn with a ruler."""
    x, y = lattice.x, lattice.y
    reach = 0.45 * min(block_metres, 300.0)
    bent_x = x + reach * Waves.draw(rng, wavelength_metres=1_900.0).at(x, y) + rng.normal(0, 0.035 * block_metres, len(x))
    bent_y = y + reach * Waves.draw(rng, wavelength_metres=1_900.0).at(x, y) + rng.normal(0, 0.035 * block_metres, len(x))
    return Lattice(**{**vars(lattice), "x": bent_x, "y": bent_y})


def clear_of(lattice: Lattice, x: Float64Array, y: Float64Array, clearance_metres: Float64Array) -> Lattice:
    """Return the crossings that keep their distance from road nodes at ``x``, ``y``, each with its own clearance."""
    if len(x) == 0 or len(lattice) == 0:
        return lattice
    gap, near = cKDTree(np.column_stack([x, y])).query(np.column_stack([lattice.x, lattice.y]))
    return lattice.where(gap > clearance_metres[near])
