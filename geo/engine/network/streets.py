"""Streets as any source gives them, before times are worked out: what every reader and generator hands to ``build``."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Int8Array = npt.NDArray[np.int8]

NO_DELAY, SIGNALS, CROSSING = np.uint8(0), np.uint8(1), np.uint8(2)


def no_levels() -> Int8Array:
    """Return what stands for "all on the ground" until the number of edges is known."""
    return np.zeros(0, np.int8)


@dataclass(frozen=True, kw_only=True, eq=False)
class Streets:
    """Nodes and edges with their shapes, classes and rights of way; order and components do not matter yet.

    node_lon, node_lat: (N,) float64 degrees, WGS-84. node_control: (N,) uint8, NO_DELAY, SIGNALS or CROSSING.
    edge_from, edge_to: (E,) int32. edge_way_id: (E,) int64. edge_class: (E,) uint8 into ``classes`` (highway classes of the
    speed table). shape_indptr: (E + 1,) int64; shape_lon, shape_lat: (P,) float64, both ends included.
    modes: M names. forward_allowed, backward_allowed: (M, E) bool, the mode may go along / against the edge.
    max_speed_kph: (E,) float32, the posted limit, NaN where unknown. fixed_seconds: (E,) float32, a given duration for the
    whole edge (ferries), NaN where the speed table decides. edge_level: (E,) int8, 0 on the ground, above it more, below it
    less; all 0 when not given.
    """

    node_lon: npt.NDArray[np.float64]
    node_lat: npt.NDArray[np.float64]
    node_control: npt.NDArray[np.uint8]
    edge_from: npt.NDArray[np.int32]
    edge_to: npt.NDArray[np.int32]
    edge_way_id: npt.NDArray[np.int64]
    edge_class: npt.NDArray[np.uint8]
    classes: tuple[str, ...]
    shape_indptr: npt.NDArray[np.int64]
    shape_lon: npt.NDArray[np.float64]
    shape_lat: npt.NDArray[np.float64]
    modes: tuple[str, ...]
    forward_allowed: npt.NDArray[np.bool_]
    backward_allowed: npt.NDArray[np.bool_]
    max_speed_kph: npt.NDArray[np.float32]
    fixed_seconds: npt.NDArray[np.float32]
    edge_level: Int8Array = field(default_factory=no_levels)

    def __post_init__(self) -> None:
        if not len(self.edge_level):
            object.__setattr__(self, "edge_level", np.zeros(len(self.edge_from), np.int8))
