"""The largest part of a network in which everybody can reach everybody, for each mode."""

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

BoolArray = npt.NDArray[np.bool_]
Int32Array = npt.NDArray[np.int32]


def largest_component(
    edge_from: Int32Array, edge_to: Int32Array, forward: BoolArray, backward: BoolArray, node_count: int
) -> BoolArray:
    """Return (N,) bool: the nodes of the largest strongly connected component of one mode.

    ``forward``, ``backward``: (E,) bool, the mode may go along / against the edge. Of equally large components the one with the
    lowest node wins. All False if no edge is open. Source: Tarjan's algorithm as in ``scipy.sparse.csgraph``.
    """
    tail = np.concatenate([edge_from[forward], edge_to[backward]])
    head = np.concatenate([edge_to[forward], edge_from[backward]])
    if not len(tail):
        return np.zeros(node_count, np.bool_)
    graph = csr_matrix((np.ones(len(tail), np.int8), (tail, head)), shape=(node_count, node_count))
    _, label = connected_components(graph, directed=True, connection="strong")
    sizes = np.bincount(label)
    first = np.full(len(sizes), node_count)
    np.minimum.at(first, label, np.arange(node_count))
    chosen = np.lexsort((first, -sizes))[0]
    inside: BoolArray = label == chosen
    return inside
