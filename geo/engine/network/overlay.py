"""Streets closed, opened or slowed for a while: the network with other times on a few edges, nothing built again.

What does not change is shared with the network below: nodes, shapes, adjacency. Searches copy what the network below runs on
and write the changed arcs alone (:mod:`geo.engine.traveltime.graphs`).
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.network.model import CLOSED, Overlay, TravelNetwork

Float32Array = npt.NDArray[np.float32]
Edges = npt.NDArray[np.integer]

register_messages(
    {
        "overlay.edges": ("路段编号 {value} 不在 0 与 {last} 之间。", "edge {value} is not between 0 and {last}."),
        "overlay.times": ("时间应大于 0，现为 {value}。", "times must be above 0, not {value}."),
    }
)


def close_edges(network: TravelNetwork, edges: Edges, *, modes: Sequence[str] = ()) -> TravelNetwork:
    """Return the network with ``edges`` closed both ways to ``modes`` (all of them when empty); see :func:`with_times`."""
    known = _edges(network, edges)
    rows = _rows(network, modes)
    forward, backward = (times[:, known].copy() for times in (network.forward_seconds, network.backward_seconds))
    forward[rows] = backward[rows] = CLOSED
    return with_times(network, known, forward_seconds=forward, backward_seconds=backward)


def with_times(
    network: TravelNetwork, edges: Edges, *, forward_seconds: Float32Array, backward_seconds: Float32Array
) -> TravelNetwork:
    """Return the network with other running times on ``edges``.

    ``edges``: (k,) edge numbers, each once; ``forward_seconds``, ``backward_seconds``: (M, k) float32, > 0, ``inf`` where
    closed. The digest differs, as that of any network with these times; components are not looked at again, so what is cut
    off stays open and is simply not reached. Raises :class:`InputError` for numbers that are no edges or times that are not
    above 0.
    """
    known = _edges(network, edges)
    _check_times(forward_seconds, backward_seconds)
    times = []
    for old, new in ((network.forward_seconds, forward_seconds), (network.backward_seconds, backward_seconds)):
        changed = np.array(old)
        changed[:, known] = new
        times.append(changed)
    found = dataclasses.replace(network, forward_seconds=times[0], backward_seconds=times[1])
    found.lie_over(Overlay(below=network, edges=known))
    return found


def _rows(network: TravelNetwork, modes: Sequence[str]) -> list[int]:
    return [network.mode_index(mode) for mode in (modes or network.modes)]


def _edges(network: TravelNetwork, edges: Edges) -> npt.NDArray[np.int64]:
    """Return the edge numbers if all of them are some."""
    found = np.asarray(edges, np.int64)
    wrong = found[(found < 0) | (found >= network.edge_count)].tolist()
    if wrong:
        last = network.edge_count - 1
        raise InputError([Problem(code="overlay.edges", value=str(edge), details={"last": last}) for edge in wrong])
    return found


def _check_times(*times: Float32Array) -> None:
    wrong = [value for values in times for value in values[~(values > 0)].tolist()]
    if wrong:
        raise InputError([Problem(code="overlay.times", value=f"{value:g}") for value in wrong])
