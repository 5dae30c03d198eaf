"""Templates are accepted by the importer as they are, in both languages and forms."""

import csv

import pytest
from python_calamine import CalamineWorkbook

from geo.engine.errors import InputError
from geo.imports.kinds import KINDS
from geo.imports.mapping import suggest
from geo.imports.templates import example_row, label_of, plain, write_template
from geo.ingest.reading import read_file
from geo.services import imports
from tests.factories import NOW, make_province, make_source

CASES = [(code, language) for code in KINDS for language in ("zh-hans", "en")]


@pytest.mark.parametrize(("code", "language"), CASES)
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_each_header_is_found_again_as_its_own_field(tmp_path, code, language, form):
    path = write_template(KINDS[code], tmp_path / f"t.{form}", language=language)
    raw = read_file(path)
    found = suggest(raw.columns, KINDS[code].fields)
    assert list(found) == [spec.name for spec in KINDS[code].fields]
    assert list(found.values()) == list(raw.columns)


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.parametrize(("code", "language"), CASES)
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_example_row_is_one_that_the_importer_accepts(settings, tmp_path, code, language, form):
    settings.VAR_DIR = tmp_path
    path = write_template(KINDS[code], tmp_path / f"t.{form}", language=language)
    region = make_province()[0]
    batch = imports.receive(path=path, name=path.name, kind=code, region=region, source=make_source("sheet"), at=NOW)
    imports.read(batch)
    imports.choose(batch, mapping=imports.suggestions(batch), datum="wgs84")
    imports.check(batch, on=NOW.date())
    assert batch.summary["counts"]["new"] == 1, batch.summary["problems"]


def test_the_workbook_has_notes_and_every_allowed_value(tmp_path):
    kind = KINDS["venues"]
    book = CalamineWorkbook.from_path(write_template(kind, tmp_path / "t.xlsx"))
    assert book.sheet_names == ["数据", "说明", "可用值"]
    rows = book.get_sheet_by_name("可用值").to_python()
    codes = {str(row[2]) for row in rows[1:]}
    assert codes == {code for spec in kind.fields for code in spec.choice_labels()}
    notes = book.get_sheet_by_name("说明").to_python()
    assert [row[1] for row in notes if row[1]] == ["字段", *(spec.name for spec in kind.fields)]
    required = {row[1] for row in notes[3:] if row[2] == "必填"}
    assert required == {"name_zh", "kind", "status"}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_word_for_a_choice_is_read_as_that_choice(language):
    from geo.imports.fields import normal

    for kind in KINDS.values():
        for spec in kind.fields:
            for code in spec.choice_labels():
                assert spec.choice_codes()[normal(label_of(spec, code, language))] == code


def test_no_cell_of_a_csv_template_is_a_formula(tmp_path):
    with write_template(KINDS["venues"], tmp_path / "t.csv").open(encoding="utf-8-sig") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@")]
    assert [plain(text) for text in ("=1", "'=1", "a=1", "", "-5")] == ["'=1", "''=1", "a=1", "", "'-5"]


def test_other_forms_are_refused(tmp_path):
    with pytest.raises(InputError) as caught:
        write_template(KINDS["venues"], tmp_path / "t.pdf")
    assert caught.value.problems[0].code == "template.form"


def test_the_example_has_a_cell_for_each_field():
    assert len(example_row(KINDS["candidates"], "en")) == len(KINDS["candidates"].fields)
