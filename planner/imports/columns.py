"""The page of columns and datum: what it shows, and what a planner's answer means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from geo.engine.datum import parse_crs
from geo.engine.errors import InputError, Language
from geo.imports.fields import FieldSpec
from geo.imports.kinds import KINDS
from geo.imports.kinds.base import Kind
from geo.imports.sentences import field_label
from geo.models import ImportBatch, ImportMapping
from geo.services.imports import suggestions

OTHER = "other"
OPTIONS = ("swap_axes", "replace", "resolution")
RESOLUTIONS = range(5, 12)
DATUMS = (
    ("wgs84", "WGS-84", _("GPS devices, OpenStreetMap, satellite pictures; most international data.")),
    ("cgcs2000", "CGCS2000", _("Official surveying and Tianditu, in degrees; within a few centimetres of WGS-84.")),
    ("gcj02", "GCJ-02", _("AMap (Gaode), Tencent and Google maps of China: moved by 100 to 700 m.")),
    ("bd09", "BD-09", _("Baidu Map: GCJ-02 moved once more, about 1 km in all.")),
    ("epsg:4548", "CGCS2000 / 3° CM 117E", _("Metres; easting of six digits. Xuzhou and the west.")),
    ("epsg:4549", "CGCS2000 / 3° CM 120E", _("Metres; easting of six digits. Most of Jiangsu.")),
    ("epsg:4550", "CGCS2000 / 3° CM 123E", _("Metres; easting of six digits. East of 121.5°.")),
    ("epsg:4527", "CGCS2000 / 3° zone 39", _("Metres; easting of eight digits that begins with 39.")),
    ("epsg:4528", "CGCS2000 / 3° zone 40", _("Metres; easting of eight digits that begins with 40.")),
    ("epsg:4529", "CGCS2000 / 3° zone 41", _("Metres; easting of eight digits that begins with 41.")),
)


@dataclass(frozen=True, kw_only=True)
class FieldRow:
    """One field on the page: its label, which column is chosen, samples of it, and the value for rows without one."""

    spec: FieldSpec
    label: str
    help: str
    column: str
    samples: Sequence[str]
    constant: str
    choices: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a planner chose: field → column, the datum, field → fixed value, options of the kind."""

    mapping: dict[str, str]
    datum: str
    constants: dict[str, str]
    options: dict[str, Any]


def first_answer(batch: ImportBatch, saved: ImportMapping | None) -> Answer:
    """Return what the page shows first: what was chosen before, a saved mapping, or what the names of columns suggest."""
    if saved is not None:
        there = {field: column for field, column in saved.mapping.items() if column in batch.facts["columns"]}
        return Answer(mapping=there, datum=saved.datum, constants={}, options={})
    if batch.mapping:
        chosen = {name: batch.options[name] for name in OPTIONS if name in batch.options}
        return Answer(mapping=batch.mapping, datum=batch.datum, constants=batch.options.get("constants", {}), options=chosen)
    return Answer(mapping=suggestions(batch), datum=declared_datum(batch), constants={}, options={})


def posted_answer(data: QueryDict, kind: Kind) -> Answer:
    """Return what the form says."""
    mapping = {spec.name: data.get(f"column-{spec.name}", "") for spec in kind.fields}
    mapping |= {name: name for name in data.getlist("extra") if kind.is_extra(name)}
    constants = {spec.name: data.get(f"constant-{spec.name}", "").strip() for spec in kind.fields}
    datum = data.get("datum", "")
    return Answer(
        mapping={field: column for field, column in mapping.items() if column},
        datum=data.get("datum_other", "").strip() if datum == OTHER else datum,
        constants={field: text for field, text in constants.items() if text},
        options=_posted_options(data, kind),
    )


def _posted_options(data: QueryDict, kind: Kind) -> dict[str, Any]:
    options: dict[str, Any] = {"swap_axes": "swap_axes" in data}
    if kind.is_whole:
        options["replace"] = "replace" in data
    if kind.place == "cell":
        text = data.get("resolution", "")
        options["resolution"] = int(text) if text in {str(each) for each in RESOLUTIONS} else None
    return options


def declared_datum(batch: ImportBatch) -> str:
    """Return the datum that the file itself declares, if it is one known here; else nothing is proposed."""
    declared = str(batch.facts.get("declared_crs") or "")
    try:
        return parse_crs(declared).code if declared else ""
    except InputError:
        return ""


def field_rows(batch: ImportBatch, answer: Answer, language: Language) -> tuple[list[FieldRow], list[FieldRow]]:
    """Return the fields that need a look, and those that may stay folded: neither required nor found in the file."""
    rows = [_field_row(spec, batch, answer, language) for spec in KINDS[batch.kind].fields]
    shown = [row for row in rows if row.spec.is_required or row.column or row.constant or row.spec.form == "coordinate"]
    return shown, [row for row in rows if row not in shown]


def _field_row(spec: FieldSpec, batch: ImportBatch, answer: Answer, language: Language) -> FieldRow:
    zh = language == "zh-hans"
    column = answer.mapping.get(spec.name, "")
    return FieldRow(
        spec=spec, label=field_label(spec.name, KINDS[batch.kind], language), help=spec.help_zh if zh else spec.help_en,
        column=column, samples=batch.facts.get("samples", {}).get(column, []), constant=answer.constants.get(spec.name, ""),
        choices=[(code, labels[0 if zh else 1]) for code, labels in spec.choice_labels().items()],
    )  # fmt: skip


def columns_context(batch: ImportBatch, answer: Answer, language: Language) -> dict[str, Any]:
    """Return what the template shows, beside the fields."""
    kind = KINDS[batch.kind]
    known = {code for code, _name, _why in DATUMS}
    declared = declared_datum(batch)
    extra = [name for name in batch.facts["columns"] if kind.is_extra(name)]
    shown, folded = field_rows(batch, answer, language)
    return {
        "shown": shown, "folded": folded, "columns": batch.facts["columns"], "samples": batch.facts.get("samples", {}),
        "datums": DATUMS, "datum": OTHER if answer.datum and answer.datum not in known else answer.datum,
        "datum_other": answer.datum if answer.datum not in known else "", "declared": declared,
        "declared_text": batch.facts.get("declared_crs", ""), "needs_datum": kind.has_coordinates,
        "is_whole": kind.is_whole, "replace": answer.options.get("replace", False),
        "resolutions": RESOLUTIONS if kind.place == "cell" else (), "resolution": answer.options.get("resolution"),
        "swap_axes": answer.options.get("swap_axes", False), "has_shapes": batch.facts.get("has_shapes", False),
        "sheets": batch.facts.get("sheets") or [], "layers": batch.facts.get("layers") or [],
        "extra": [(name, name in answer.mapping) for name in extra],
        "unused": _unused(batch.facts["columns"], answer.mapping),
    }  # fmt: skip


def _unused(columns: Sequence[str], mapping: Mapping[str, str]) -> list[str]:
    used = set(mapping.values())
    return [name for name in columns if name not in used]
