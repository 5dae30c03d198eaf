"""The fields that rows of a kind may have: names, meaning, allowed values. Templates and pages are made from these."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from django.db.models import TextChoices
from django.utils import translation

Form = Literal[
    "text", "choice", "number", "positive", "persons", "whole", "share", "flag", "date", "hours", "codes", "coordinate", "year"
]


@dataclass(frozen=True, kw_only=True)
class FieldSpec:
    """One field. ``zh``, ``en``: its names on pages and in templates; ``aliases``: further names that headers use.

    ``limit``: characters of a text. ``choices``: what a choice may be; ``synonyms``: other words for a choice, lower case.
    ``unit``: what a number counts. ``example``: a value that is accepted. ``help_zh``, ``help_en``: one sentence.
    """

    name: str
    zh: str
    en: str
    form: Form = "text"
    is_required: bool = False
    limit: int = 0
    choices: type[TextChoices] | None = None
    synonyms: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    example: str = ""
    help_zh: str = ""
    help_en: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """All names of the field as headers may write them, normalised."""
        return tuple(dict.fromkeys(normal(word) for word in (self.name, self.zh, self.en, *self.aliases)))

    def choice_labels(self) -> dict[str, tuple[str, str]]:
        """Return each allowed code with its Chinese and its English name; empty for other forms."""
        return _labels(self.choices) if self.choices else {}

    def choice_codes(self) -> dict[str, str]:
        """Return every accepted word of a choice, normalised, with its code."""
        words = {normal(word): code for code, labels in self.choice_labels().items() for word in (code, *labels)}
        return words | {normal(word): code for word, code in self.synonyms.items()}


@cache
def _labels(choices: type[TextChoices]) -> dict[str, tuple[str, str]]:
    with translation.override("zh-hans"):
        chinese = {code: str(label) for code, label in choices.choices}
    with translation.override("en"):
        return {code: (chinese[code], str(label)) for code, label in choices.choices}


def normal(text: str) -> str:
    """Return a word without width, case, blanks and punctuation: ``场所 类型（必填）*`` and ``场所类型(必填)`` are one."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())
