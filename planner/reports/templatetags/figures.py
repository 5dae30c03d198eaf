"""How numbers are written: units always, 万 in Chinese where planners say 万, one decimal at most for shares."""

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()

YUAN_PER_WAN = 10_000
YUAN_PER_MILLION = 1_000_000


def in_chinese() -> bool:
    """Return whether the active language is Chinese."""
    return (get_language() or "").startswith("zh")


@register.filter
def persons(count: float | None) -> str:
    """Write a number of people with thousands separators; a dash where there is none."""
    return "–" if count is None else f"{round(count):,}"


@register.filter
def share(value: float | None) -> str:
    """Write a share of 0 to 1 as per cent with one decimal; a dash where there is none."""
    return "–" if value is None else f"{100 * value:.1f} %"


@register.filter
def minutes(value: float | None) -> str:
    """Write minutes with one decimal and the unit; a dash where there is none."""
    return "–" if value is None else _("%(minutes).1f min") % {"minutes": value}


@register.filter
def yuan(value: float | None) -> str:
    """Write money as planners do: 万元 in Chinese, million yuan in English."""
    if value is None:
        return "–"
    return f"{value / YUAN_PER_WAN:,.1f} 万元" if in_chinese() else f"{value / YUAN_PER_MILLION:,.2f} million yuan"


@register.filter
def name_of(thing: object) -> str:
    """Return the name of a record in the active language; the Chinese one where there is no other."""
    chinese = str(getattr(thing, "name_zh", ""))
    return chinese if in_chinese() else str(getattr(thing, "name_en", "") or chinese)


@register.filter
def sentence_of(notice: dict[str, object]) -> str:
    """Return the sentence of a stored notice ``{"code", "zh", "en"}`` in the active language."""
    return str(notice["zh" if in_chinese() else "en"])
