"""How time and memory grow: the same work on grids of 0.1 to 10 million nodes, and a plot of it in docs/images/growth.svg.

Catchments of 1,000 facilities should cost nearly the same on every size, because a search looks at what it reaches; memory
should grow as the nodes do. The nearest facility of every node grows somewhat faster: at a tenth of a million nodes all of it
lies in the processor's cache, at ten million next to nothing.
"""

import math
import sys
import tempfile
from pathlib import Path
from typing import Any

from geo.engine.gridcity import grid_city
from geo.engine.network.store import open_network, save_network
from geo.engine.traveltime.graphs import search_graph
from tests.benchmarks.cases import Case
from tests.benchmarks.matrix import ROOT, step

SIDES = (316, 548, 1000, 1732, 3162)
BLOCK_METRES = 50.0
PLOT = ROOT / "docs" / "images" / "growth.svg"
# From a tenth of a million nodes to ten million, a hundredfold: so many times dearer at most.
MOST_TIMES = {"ranges_seconds": 2.0, "nearest_seconds": 400.0, "gigabytes": 110.0}
LINES = {
    "ranges_seconds": ("1,000 catchments, 15 min / 千个设施的 15 分钟范围 (s)", "#1f6f8b"),
    "nearest_seconds": ("nearest facility of every node / 全部节点的最近设施 (s)", "#c8553d"),
    "open_seconds": ("open, first catchment / 打开并算出第一个范围 (s)", "#588157"),
    "gigabytes": ("memory / 内存 (GB)", "#6d597a"),
}


def run(_peers_python: str, *, sides: tuple[int, ...] = SIDES, plot: Path | None = PLOT) -> list[Case]:
    """Return a case for each size and draw them; ``plot``: None for a test."""
    found = [measured(side) for side in sides]
    if plot:
        plot.write_text(drawing(found), encoding="utf-8")
    first, last = found[0], found[-1]
    grows_as_said = all(last[name] <= most * first[name] for name, most in MOST_TIMES.items())
    return [
        Case(
            case=f"{one['nodes']:,} nodes: 1,000 catchments of 15 minutes", ours_seconds=one["ranges_seconds"], peers={},
            must={}, peak_mb=1000 * one["gigabytes"], is_right=grows_as_said or one is not last,
            notes={name: round(one[name], 4) for name in ("nearest_seconds", "open_seconds", "bytes_a_node")},
        )
        for one in found
    ]  # fmt: skip


def measured(side: int) -> dict[str, float]:
    """Return what one size takes: built and stored here by a process of its own, opened and searched by another."""
    print(f"· {side}² nodes", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        digest = step("tests.benchmarks.growth", str(side), folder, folder=Path(folder))["digest"]
        took = step("tests.benchmarks.stored", folder, digest, folder=Path(folder))
    return {
        "nodes": side * side, "ranges_seconds": took["ranges_seconds"], "nearest_seconds": took["nearest_seconds"],
        "open_seconds": took["seconds"], "gigabytes": took["bytes"] / 1e9, "bytes_a_node": took["bytes"] / side**2,
    }  # fmt: skip


def build(side: int, folder: Path) -> dict[str, Any]:
    """Build and store a grid, with what its searches run on."""
    network = grid_city(columns=side, rows=side, block_metres=BLOCK_METRES)
    save_network(network, folder)
    opened = open_network(folder, network.digest)
    for mode in opened.modes:
        search_graph(opened, mode, "to", "seconds")
    return {"digest": network.digest}


def drawing(found: list[dict[str, float]]) -> str:
    """Return the figures as an SVG on logarithmic axes."""
    width, height, left, top = 720, 440, 70, 24
    nodes, values = [one["nodes"] for one in found], [one[name] for one in found for name in LINES]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    first, last = math.log10(nodes[0]), math.log10(nodes[-1])

    def at(count: float, value: float) -> tuple[float, float]:
        across = left + (width - left - 30) * (math.log10(count) - first) / (last - first or 1)
        return across, top + (height - top - 130) * (high - math.log10(value)) / (high - low)

    parts = []
    for power in range(low, high + 1):
        (x, y), end = at(nodes[0], 10.0**power), at(nodes[-1], 10.0**power)
        parts += [_text(x - 8, y + 4, f"{10.0**power:g}", "end"), _rule((x, y), end)]
    parts += [_text(at(count, 10.0**low)[0], at(count, 10.0**low)[1] + 20, f"{count / 1e6:.1f} M", "middle") for count in nodes]
    for number, (name, (title, colour)) in enumerate(LINES.items()):
        points = [at(one["nodes"], one[name]) for one in found]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in points]
        below = height - 72 + 18 * number
        parts.append(f'<rect x="{left}" y="{below - 9}" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(left + 20, below + 2, title, "start"))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">'
    return f'{head}<rect width="{width}" height="{height}" fill="#fff"/>{"".join(parts)}</svg>\n'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#333">{words}</text>'


def _rule(start: tuple[float, float], end: tuple[float, float]) -> str:
    return f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" stroke="#ddd"/>'


if __name__ == "__main__":
    import json

    print(json.dumps(build(int(sys.argv[1]), Path(sys.argv[2]))))
