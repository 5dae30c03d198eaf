"""What speaks for or against the declared datum and the file as a whole, as the preview shows it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo.engine.errors import Language
from geo.imports.sentences import short_sentence
from geo.models import ImportBatch
from planner.imports.columns import DATUMS

LOOKS = {
    "datum.fits": "good", "datum.placed": "good", "datum.cannot_tell": "", "datum.not_placed": "",
}  # fmt: skip
"""How a finding is shown; every other one warns."""
PROPOSES_SWAP = "datum.swapped"
PROPOSES = frozenset({"datum.looks_like", "datum.other_system", "datum.mixed"})
ROW_DIFFERS = "datum.row_differs"
"""A finding on one row; they are listed below the others."""

_NAMES = {code: name for code, name, _why in DATUMS}
_CODE = re.compile("|".join(rf"(?<![\w:]){re.escape(code)}(?!\w)" for code in _NAMES))


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One sentence. ``datums``: codes proposed instead of the declared one, if any; ``swaps``: the axes seem swapped."""

    sentence: str
    look: str
    datums: tuple[str, ...]
    swaps: bool


@dataclass(frozen=True, kw_only=True)
class StrangeRow:
    """A row that fits another system than most: its number as the planner's program shows it, and the sentence."""

    row: int
    sentence: str


def findings_of(batch: ImportBatch, language: Language) -> list[Finding]:
    """Return the findings of the check on the file as a whole, proposals first."""
    found = [
        Finding(
            sentence=_said(each, language),
            look=LOOKS.get(each["code"], "warn"),
            datums=_datums(each),
            swaps=each["code"] == PROPOSES_SWAP and not _is_of_other_rows(each),
        )
        for each in batch.summary.get("findings", [])
        if each["code"] != ROW_DIFFERS
    ]
    return sorted(found, key=lambda finding: not (finding.datums or finding.swaps))


def strange_rows_of(batch: ImportBatch, language: Language) -> list[StrangeRow]:
    """Return the rows that fit another system than most rows of the file, in their order."""
    found = (each for each in batch.summary.get("findings", []) if each["code"] == ROW_DIFFERS)
    return sorted((StrangeRow(row=each["row"], sentence=_said(each, language)) for each in found), key=lambda each: each.row)


def _said(found: Mapping[str, Any], language: Language) -> str:
    return _CODE.sub(lambda match: _NAMES[match[0]], short_sentence(found, language))


def _datums(found: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the codes proposed; of findings kept before several could be, the value."""
    if found["code"] not in PROPOSES:
        return ()
    details = found.get("details", {})
    return (
        tuple(details["datums"])
        if "datums" in details
        else (str(found["value"]),)
        if found["code"] == "datum.looks_like"
        else ()
    )


def _is_of_other_rows(found: Mapping[str, Any]) -> bool:
    """Say whether a finding is on rows that name their datum themselves: checking again would not change them."""
    return found.get("details", {}).get("is_own") is False
