"""What templates of demand ask: who may read it, how measures, kinds and shares are called."""

from django import template
from django.utils.translation import gettext as _

from planner.accounts.policy import Act
from planner.accounts.scope import Person, permits

register = template.Library()


@register.simple_tag
def may_read_demand(user: Person) -> bool:
    """Return whether ``user`` may open the pages of demand."""
    return permits(user, Act.READ_DEMAND)


@register.filter
def percent(share: float | None) -> int:
    """Return a share of 0 to 1 as whole per cent."""
    return round(100 * (share or 0.0))


@register.filter
def measure_name(code: str) -> str:
    """Return what was counted, in words; a measure that is not known here stays as it is."""
    return {"residents": _("residents"), "gig_workers": _("gig workers")}.get(code, code)


@register.filter
def kind_name(code: str) -> str:
    """Return what a source holds, in words."""
    words = {
        "area_totals": _("totals by area"), "grid": _("population grid"), "cells": _("demand cells"),
        "gathering": _("gathering points"),
    }  # fmt: skip
    return words.get(code, code)


@register.filter
def spread_name(code: str) -> str:
    """Return what totals are spread by, in words; a grid with its short name."""
    if code.startswith("grid:"):
        return _("grid %(name)s") % {"name": code.removeprefix("grid:")}
    return {"area": _("land area"), "streets": _("streets for walkers")}.get(code, code)


@register.filter
def mode_name(code: str) -> str:
    """Return how people travel, in words."""
    words = {"walk": _("on foot"), "ebike": _("by e-bike"), "bus": _("by bus"), "motor": _("by car or motorbike")}
    return words.get(code, code)
