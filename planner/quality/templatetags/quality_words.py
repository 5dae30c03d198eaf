"""Words of a check in the language of the page."""

from django import template

from planner.accounts.policy import Act
from planner.accounts.scope import Person, permits
from planner.reports.templatetags.figures import in_chinese

register = template.Library()


@register.filter
def words(pair: tuple[str, str] | str) -> str:
    """Return the Chinese or the English one of a pair of sentences; a text that is one for both as it is."""
    if isinstance(pair, str):
        return pair
    return pair[0] if in_chinese() else pair[1]


@register.filter
def name_in(code: str, names: dict[str, str]) -> str:
    """Return the name of a region's code, "" for an unknown one."""
    return names.get(code, "")


@register.simple_tag
def may_read_records(user: Person) -> bool:
    """Return whether ``user`` may open the quality page."""
    return permits(user, Act.READ_RECORDS)
