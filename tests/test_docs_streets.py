"""docs/streets.md says the speeds that ship."""

from pathlib import Path

from geo.engine.modes import default_speeds
from geo.engine.network.streets import CROSSING, SIGNALS

DOC = Path("docs/streets.md").read_text(encoding="utf-8")


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def documented():
    """Return class → three speeds from the first table; a row may hold two classes, joined by a slash or a comma."""
    speeds = {}
    for line in DOC.splitlines():
        row = cells(line)
        if len(row) != 4 or row[0].startswith(("class", "-", "delay", "signals", "crossing")):
            continue
        classes = row[0].replace(" without a duration", "").replace(" / ", ", ").split(", ")
        for i, name in enumerate(classes):
            values = [value.split(" / ")[i] if " / " in value else value for value in row[1:]]
            speeds[name] = tuple(0.0 if value == "–" else float(value) for value in values)
    return speeds


def test_the_speed_table_is_the_one_that_ships():
    assert documented() == dict(default_speeds().kph)


def test_the_delays_are_those_that_ship():
    for word, control in (("signals", SIGNALS), ("crossing", CROSSING)):
        row = next(cells(line) for line in DOC.splitlines() if line.startswith(f"| {word}"))
        assert [float(value.removesuffix(" s")) for value in row[1:]] == default_speeds().delay_seconds[control].tolist()
