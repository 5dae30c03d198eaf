"""Sentences of problems in the language of the page."""

from collections.abc import Iterable

from geo.engine.errors import Language, Problem
from planner.reports.templatetags.figures import in_chinese


def language_of_page() -> Language:
    """Return the language of the page."""
    return "zh-hans" if in_chinese() else "en"


def say_problems(problems: Iterable[Problem]) -> list[str]:
    """Return the sentences of problems."""
    return [problem.sentence(language_of_page()) for problem in problems]
