"""What speaks for or against the declared datum and the file as a whole, as the preview shows it."""

from dataclasses import dataclass

from geo.engine.errors import Language
from geo.imports.sentences import short_sentence
from geo.models import ImportBatch

GOOD = frozenset({"datum.fits", "datum.placed"})
PROPOSES = "datum.looks_like"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One sentence. ``datum``: the code proposed instead of the declared one, "" for none; ``is_good``: it reassures."""

    sentence: str
    datum: str
    is_good: bool


def findings_of(batch: ImportBatch, language: Language) -> list[Finding]:
    """Return the findings of the check, proposals first."""
    found = [
        Finding(
            sentence=short_sentence(each, language),
            datum=str(each["value"]) if each["code"] == PROPOSES else "",
            is_good=each["code"] in GOOD,
        )
        for each in batch.summary.get("findings", [])
    ]
    return sorted(found, key=lambda finding: not finding.datum)
