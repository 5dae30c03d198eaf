"""Every block of docs/library.md runs, in order; every code it names is one that the engine knows."""

import re

import matplotlib as mpl
import pytest

import geo.engine.network.store
import geo.engine.notebook
from geo.engine import errors
from planner.settings.table import BASE_DIR
from tests.geo.engine.network.osm_files import write

mpl.use("agg")
PAGE = (BASE_DIR / "docs" / "library.md").read_text()
EXTRACT = BASE_DIR.parent / "shared" / "data" / "helsinki_center.osm.pbf"


def blocks():
    """Return the Python blocks of the page."""
    return re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def generated_extract(folder):
    """Write a lattice of 12 × 12 streets of 200 m as OSM XML."""
    side, step = 12, 0.002
    nodes = [
        f'<node id="{1 + row * side + column}" lat="{32 + row * step}" lon="{118 + column * step}"/>'
        for row in range(side)
        for column in range(side)
    ]
    rows = [[1 + row * side + column for column in range(side)] for row in range(side)]
    ways = [
        f'<way id="{number}">{"".join(f"<nd ref={ref!r}/>".replace(chr(39), chr(34)) for ref in map(str, refs))}'
        '<tag k="highway" v="residential"/></way>'
        for number, refs in enumerate([*rows, *zip(*rows, strict=True)], start=1)
    ]
    return write(folder, f'<osm version="0.6">{"".join(nodes + ways)}</osm>')


@pytest.mark.parametrize("source", ["generated", "helsinki"])
def test_the_page_runs_from_top_to_bottom(source, tmp_path, capsys):
    if source == "helsinki" and not EXTRACT.exists():
        pytest.skip(f"{EXTRACT.name} is not on this machine")
    path = generated_extract(tmp_path) if source == "generated" else EXTRACT
    names = {}
    for block in blocks():
        exec(compile(block.replace('"city.osm.pbf"', repr(str(path))), "docs/library.md", "exec"), names)
    assert set(names["matrix"].columns) == {"from_id", "to_id", "travel_time"}
    assert names["matrix"].travel_time.between(0, 15.0001).all()
    assert len(names["matrix"])
    # Larger cutoffs hold smaller ones, and the nearest market is the one with the least time in the matrix.
    areas = names["catchments"].to_crs(3857).area.groupby(names["catchments"].cutoff_minutes).sum()
    assert areas.is_monotonic_increasing
    least = names["matrix"].groupby("from_id").travel_time.min()
    closest = names["closest"].set_index("from_id").travel_time
    assert (closest.loc[least.index] - least).abs().max() < 1e-4
    assert "frame.crs" in capsys.readouterr().out


def test_every_code_of_the_table_is_known():
    # Codes are registered by the modules that use them.
    assert geo.engine.notebook, geo.engine.network.store
    codes = re.findall(r"`([a-z]+\.[a-z_]+)`", "\n".join(line for line in PAGE.splitlines() if line.startswith("| `")))
    assert len(codes) > 12
    assert [code for code in codes if code not in errors._MESSAGES] == []
