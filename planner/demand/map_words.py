"""Words that the scripts of the two maps write."""

from django.utils.translation import gettext as _


def map_words() -> dict[str, str]:
    """Return the words by what they are for; ``%(name)s`` is filled in by the script."""
    return {
        "is": _("%(what)s: %(value)s"),
        "live": _("%(persons)s in %(cells)s hexagons of this view"),
        "wait": _("%(hour)s: %(persons)s waiting at %(points)s of %(all)s points in this view"),
        "cell_size": _("people in each hexagon of about %(area)s km² (H3 resolution %(resolution)s)"),
        "share_of": _("share of the gig workers of each hexagon (H3 resolution %(resolution)s)"),
        "unknown": _("not known"), "nobody": _("nobody"), "people": _("people"), "persons": _("%(count)s people"),
        "urban": _("urban"), "rural": _("rural"), "of_workers": _("of the gig workers"),
        "workers": _("gig workers"), "age50plus": _("aged 50 or more"), "walk": _("on foot"), "ebike": _("by e-bike"),
        "bus": _("by bus"), "motor": _("by car or motorbike"),
        "waiting": _("people waiting"), "peak": _("fullest at %(hour)s"), "year": _("counted in %(year)s"),
        "no_age": _("Ages are not counted at gathering points: all people are shown."),
        "no_modes": _("%(points)s points without a survey of how people come are hollow."),
        "left_out": _("%(count)s hexagons with fewer people are not shown; zoom in."),
        "failed": _("The map data could not be loaded; move the map to try again."),
        "empty": _("No hexagon with people here."), "average": _("mean of the days counted"),
    }  # fmt: skip
