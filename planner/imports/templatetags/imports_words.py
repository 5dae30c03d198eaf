"""What templates of imports ask: who may import, how a datum is called."""

from django import template

from planner.accounts.policy import Act
from planner.accounts.scope import Person, permits
from planner.imports.columns import DATUMS

register = template.Library()


@register.simple_tag
def may_import(user: Person) -> bool:
    """Return whether ``user`` may bring files."""
    return permits(user, Act.MANAGE_RECORDS)


@register.filter
def datum_name(code: str) -> str:
    """Return the name of a datum as planners write it."""
    return next((name for known, name, _why in DATUMS if known == code), code.upper())


@register.filter
def percent(share: float) -> int:
    """Return a share of 0 to 1 as whole per cent."""
    return round(100 * share)
