"""Segments to chains: joins what a graph of single segments took apart."""

from collections import Counter
from collections.abc import Sequence

Segment = tuple[int, int]


def chains_of(segments: Sequence[Segment]) -> list[list[int]]:
    """Join directed segments (tail, head) end to end; return the nodes of each chain, two or more.

    A chain goes on through a node where exactly one segment comes in and one goes out; elsewhere it ends. Circles begin at
    their first segment. Every segment is in one chain, in its own direction.
    """
    leaving: dict[int, list[int]] = {}
    for number, (tail, _) in enumerate(segments):
        leaving.setdefault(tail, []).append(number)
    entering = Counter(head for _, head in segments)
    through = {node for node, numbers in leaving.items() if len(numbers) == 1 and entering[node] == 1}
    first = [number for number, (tail, _) in enumerate(segments) if tail not in through]
    used: set[int] = set()
    chains = []
    # What no end leads to lies on circles: those come last, from wherever they are met.
    for start in [*first, *range(len(segments))]:
        if start not in used:
            chains.append(_chain_from(start, segments, leaving, through, used))
    return chains


def _chain_from(
    start: int, segments: Sequence[Segment], leaving: dict[int, list[int]], through: set[int], used: set[int]
) -> list[int]:
    tail, head = segments[start]
    used.add(start)
    nodes = [tail, head]
    while nodes[-1] in through and leaving[nodes[-1]][0] not in used:
        number = leaving[nodes[-1]][0]
        used.add(number)
        nodes.append(segments[number][1])
    return nodes
