"""What speaks for or against the declared datum and the file as a whole, as the preview shows it."""

import re
from dataclasses import dataclass

from geo.engine.errors import Language
from geo.imports.sentences import short_sentence
from geo.models import ImportBatch
from planner.imports.columns import DATUMS

LOOKS = {
    "datum.fits": "good", "datum.placed": "good", "datum.cannot_tell": "", "datum.not_placed": "",
}  # fmt: skip
"""How a finding is shown; every other one warns."""
PROPOSES_DATUM, PROPOSES_SWAP = "datum.looks_like", "datum.swapped"

_NAMES = {code: name for code, name, _why in DATUMS}
_CODE = re.compile("|".join(rf"(?<![\w:]){re.escape(code)}(?!\w)" for code in _NAMES))


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One sentence. ``datum``: the code proposed instead of the declared one, "" for none; ``swaps``: the axes seem swapped."""

    sentence: str
    look: str
    datum: str
    swaps: bool


def findings_of(batch: ImportBatch, language: Language) -> list[Finding]:
    """Return the findings of the check, proposals first."""
    found = [
        Finding(
            sentence=_CODE.sub(lambda match: _NAMES[match[0]], short_sentence(each, language)),
            look=LOOKS.get(each["code"], "warn"),
            datum=str(each["value"]) if each["code"] == PROPOSES_DATUM else "",
            swaps=each["code"] == PROPOSES_SWAP,
        )
        for each in batch.summary.get("findings", [])
    ]
    return sorted(found, key=lambda finding: not (finding.datum or finding.swaps))
