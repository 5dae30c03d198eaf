"""An import from a table to the preview, for the tests of each kind."""

import pandas as pd

from geo.services import imports
from tests.factories import NOW, make_source


def received(tmp_path, region, rows, *, kind, name="table.csv", datum="", source="sheet", extra=None, **choices):
    """Return a checked import of ``rows`` (a list of dicts or a frame); ``extra``: further fields of the mapping."""
    path = tmp_path / name
    if path.suffix == ".csv":
        pd.DataFrame(rows).to_csv(path, index=False, encoding="utf-8")
    else:
        path.write_text(rows, encoding="utf-8")
    batch = imports.receive(path=path, name=name, kind=kind, region=region, source=make_source(source), at=NOW)
    imports.read(batch)
    imports.choose(batch, mapping=imports.suggestions(batch) | (extra or {}), datum=datum, **choices)
    return imports.check(batch, on=NOW.date())


def committed(batch, **choices):
    """Write the rows of a checked import."""
    return imports.commit(batch, at=NOW, **choices)


def codes_of(batch):
    """Return the codes of the problems of an import's rows."""
    return [each["code"] for each in batch.summary["problems"]]
