"""Progress of a part fills its share of the whole."""

from geo.engine.progress import no_progress, part_of


def test_a_part_fills_its_share():
    seen = []
    part = part_of(seen.append, 0.2, 0.6)
    for share in (0.0, 0.5, 1.0):
        part(share)
    assert [round(share, 12) for share in seen] == [0.2, 0.4, 0.6]


def test_parts_nest():
    seen = []
    part_of(part_of(seen.append, 0.5, 1.0), 0.0, 0.5)(1.0)
    assert seen == [0.75]


def test_nobody_need_listen():
    assert no_progress(0.5) is None
