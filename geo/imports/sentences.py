"""Stored problems of rows as people read them: without the file and row that stand beside them anyway."""

from collections.abc import Mapping
from typing import Any

from geo.engine.errors import Language
from geo.imports.kinds.base import Kind


def place_of(problem: Mapping[str, Any], *, language: Language) -> str:
    """Return the beginning of a stored sentence that names file, row and field."""
    chinese = language == "zh-hans"
    parts = [problem["file"]] if problem.get("file") else []
    if problem.get("row") is not None:
        parts.append(f"第 {problem['row']} 行" if chinese else f"row {problem['row']}")
    if problem.get("field"):
        parts.append(f"“{problem['field']}”")
    return ("，".join(parts) + "：" if chinese else ", ".join(parts) + ": ") if parts else ""


def short_sentence(problem: Mapping[str, Any], language: Language) -> str:
    """Return the sentence of a stored problem without file, row and field."""
    sentence = str(problem["zh" if language == "zh-hans" else "en"])
    return sentence.removeprefix(place_of(problem, language=language))


def field_label(name: str, kind: Kind, language: Language) -> str:
    """Return the name of a field on pages; the name itself where the kind does not know it."""
    spec = kind.spec(name)
    if spec is None:
        return name
    return spec.zh if language == "zh-hans" else spec.en
