import pytest

from geo.engine.errors import InputError
from geo.translate import translate


def test_a_source_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError) as caught:
        translate(tmp_path / "nothing.gpkg", tmp_path / "out.pmtiles", ["-f", "PMTiles"])
    assert caught.value.problems[0].code == "gdal.translate"
    assert "nothing.gpkg" in str(caught.value)


def test_a_file_that_holds_no_map_is_said(tmp_path):
    source = tmp_path / "text.gpkg"
    source.write_text("not a GeoPackage")
    with pytest.raises(InputError):
        translate(source, tmp_path / "out.pmtiles", ["-f", "PMTiles"])
    assert not (tmp_path / "out.pmtiles").exists()
