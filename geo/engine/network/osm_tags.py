"""OpenStreetMap tags to rights of way: who may use a way, in which direction, how fast.

Every rule is a small table or function; ``docs/streets.md`` says the same in words. Walkers ignore one-ways. E-bikes count as
bicycles: no motorways, no motor roads, no elevated expressways; cycleways and streets with non-motor lanes are open.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

Tags = Mapping[str, str]

CLASSES = (
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link", "tertiary",
    "tertiary_link", "unclassified", "residential", "living_street", "service", "track", "pedestrian", "footway", "path",
    "cycleway", "bridleway", "steps", "ferry",
)  # fmt: skip
_SAME_AS = {
    "road": "unclassified", "busway": "service", "crossing": "footway", "corridor": "footway", "platform": "footway",
}  # fmt: skip

_CLOSED = {
    "no", "private", "use_sidepath", "agricultural", "forestry", "military", "delivery", "restricted", "permit", "psv", "bus",
    "emergency",
}  # fmt: skip
_OPEN = {"yes", "designated", "permissive", "official", "destination", "customers"}
_NO_CARS = {"pedestrian", "footway", "path", "cycleway", "bridleway", "steps", "busway"}
_NO_WALKERS = {"motorway", "motorway_link"}
_BICYCLES_ONLY_IF_SAID = {"pedestrian", "footway", "bridleway"}
_FAST_ROADS = {"motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link"}
_EXPRESSWAY_NAME = re.compile(r"高架|快速路|elevated|expressway|freeway", re.IGNORECASE)
_STOPS_CARS = {"bollard", "block", "cycle_barrier", "motorcycle_barrier", "jersey_barrier", "log", "planter", "bus_trap"}
_STOPS_ALL_BUT_WALKERS = {"steps", "stile", "step_over", "kissing_gate", "turnstile", "full-height_turnstile", "horse_stile"}
_ONE_WAY, _ONE_WAY_BACK = {"yes", "true", "1"}, {"-1", "reverse"}
_OPPOSITE = re.compile(r"^opposite")
_DURATION_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})(?::(\d{2}))?$")
_DURATION_ISO = re.compile(r"^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$")
_LAYER = re.compile(r"^[+-]?\d+$")
_NO_BRIDGE, _NO_TUNNEL = {"", "no"}, {"", "no", "building_passage"}
MAX_LEVEL = 5
"""What OSM allows as ``layer``, up and down."""

_SPEED = re.compile(r"^(\d+(?:\.\d+)?)\s*(km/h|kmh|mph)?$")
KPH_PER_MPH = 1.609344


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What a way allows: its class, and for walk, e-bike and car whether they may go along and against it.

    max_speed_kph: the posted limit, None if unknown; duration_seconds: of a ferry, None if unknown; level: 0 on the ground,
    above it more, below it less.
    """

    highway: str
    forward: tuple[bool, bool, bool]
    backward: tuple[bool, bool, bool]
    max_speed_kph: float | None
    duration_seconds: float | None
    level: int = 0


def rights_of(tags: Tags) -> Rights | None:
    """Return what the tags of a way allow; None if it is no way for any of the modes."""
    highway = way_class(tags)
    if highway is None or tags.get("area") == "yes":
        return None
    walk, ebike, car = may_walk(tags, highway), may_ride(tags, highway), may_drive(tags, highway)
    car_along, car_against = driving_directions(tags, highway)
    ride_along, ride_against = riding_directions(tags, highway)
    forward = (walk, ebike and ride_along, car and car_along)
    backward = (walk, ebike and ride_against, car and car_against)
    if not any(forward + backward):
        return None
    return Rights(
        highway=highway,
        forward=forward,
        backward=backward,
        max_speed_kph=posted_speed_kph(tags.get("maxspeed", "")),
        duration_seconds=duration_seconds(tags.get("duration", "")) if highway == "ferry" else None,
        level=level_of(tags),
    )


def way_class(tags: Tags) -> str | None:
    """Return the class of the speed table, or None for what is no way (or not yet one)."""
    if tags.get("route") == "ferry":
        return "ferry"
    highway = tags.get("highway", "")
    highway = _SAME_AS.get(highway, highway)
    return highway if highway in CLASSES and highway != "ferry" else None


def _said(tags: Tags, *keys: str) -> bool | None:
    """Return what the most special of ``keys`` that is given says: open, closed, or nothing."""
    for key in keys:
        value = tags.get(key)
        if value in _CLOSED or value in _OPEN:
            return value in _OPEN
    return None


def may_walk(tags: Tags, highway: str) -> bool:
    """Return whether people on foot may use the way."""
    said = _said(tags, "foot", "access")
    if said is not None:
        return said and not (highway in _NO_WALKERS and "foot" not in tags)
    return highway not in _NO_WALKERS and tags.get("motorroad") != "yes" and not is_elevated_expressway(tags, highway)


def may_ride(tags: Tags, highway: str) -> bool:
    """Return whether e-bikes may use the way (as bicycles may)."""
    if highway == "steps" or tags.get("electric_bicycle") == "no" or tags.get("bicycle") == "dismount":
        return False
    said = _said(tags, "electric_bicycle", "bicycle")
    if said is not None:
        return said
    if highway in _NO_WALKERS or tags.get("motorroad") == "yes" or is_elevated_expressway(tags, highway):
        return False
    general = _said(tags, "vehicle", "access")
    if general is not None:
        return general and highway not in _BICYCLES_ONLY_IF_SAID
    return highway not in _BICYCLES_ONLY_IF_SAID and not (highway == "path" and tags.get("foot") == "designated")


def may_drive(tags: Tags, highway: str) -> bool:
    """Return whether cars may use the way; ferries take them only if they say so."""
    if highway in _NO_CARS or tags.get("highway") == "busway":
        return False
    said = _said(tags, "motorcar", "motor_vehicle", "vehicle", "access")
    return highway != "ferry" if said is None else said


def is_elevated_expressway(tags: Tags, highway: str) -> bool:
    """Return whether a fast road is an elevated or urban expressway, which Chinese cities close to all but motor traffic."""
    if highway not in _FAST_ROADS:
        return False
    return tags.get("expressway") == "yes" or bool(_EXPRESSWAY_NAME.search(tags.get("name", "") + tags.get("name:en", "")))


def driving_directions(tags: Tags, highway: str) -> tuple[bool, bool]:
    """Return whether cars may go along and against the way."""
    one_way = tags.get("oneway", "")
    if one_way in _ONE_WAY:
        return True, False
    if one_way in _ONE_WAY_BACK:
        return False, True
    implied = tags.get("junction") in {"roundabout", "circular"} or highway in {"motorway", "motorway_link"}
    return (True, False) if implied and one_way != "no" else (True, True)


def riding_directions(tags: Tags, highway: str) -> tuple[bool, bool]:
    """Return whether e-bikes may go along and against the way: as cars, unless the way says more for bicycles."""
    special = tags.get("oneway:bicycle", "")
    if special == "no" or any(_OPPOSITE.match(tags.get(key, "")) for key in ("cycleway", "cycleway:left", "cycleway:right")):
        return True, True
    if special in _ONE_WAY | _ONE_WAY_BACK:
        return special in _ONE_WAY, special in _ONE_WAY_BACK
    if any(tags.get(f"cycleway:{side}:oneway") in {"-1", "no"} for side in ("left", "right")):
        return True, True
    return driving_directions(tags, highway)


def posted_speed_kph(text: str) -> float | None:
    """Return a posted limit in km/h; None for what is no number (``none``, ``CN:urban``, ``signals``)."""
    if text == "walk":
        return 6.0
    found = _SPEED.match(text.split(";", maxsplit=1)[0].strip())
    if not found or float(found[1]) == 0:
        return None
    return float(found[1]) * (KPH_PER_MPH if found[2] == "mph" else 1.0)


def duration_seconds(text: str) -> float | None:
    """Return the duration of a crossing in seconds from ``MM`` minutes, ``HH:MM``, ``HH:MM:SS`` or ISO 8601 ``PT…``."""
    text = text.strip()
    if text.isdigit():
        return 60.0 * int(text) or None
    clock, iso = _DURATION_CLOCK.match(text), _DURATION_ISO.match(text)
    parts = clock or iso
    if not parts:
        return None
    hours, minutes, seconds = (float(part or 0) for part in parts.groups())
    return 3600.0 * hours + 60.0 * minutes + seconds or None


def level_of(tags: Tags) -> int:
    """Return the level of a way: its ``layer``, -5 to 5; without one 1 for a bridge, -1 for a tunnel, 0 for the ground."""
    layer = tags.get("layer", "").strip()
    if _LAYER.match(layer):
        return max(-MAX_LEVEL, min(MAX_LEVEL, int(layer)))
    if tags.get("bridge", "") not in _NO_BRIDGE:
        return 1
    return -1 if tags.get("tunnel", "") not in _NO_TUNNEL else 0


def control_of(tags: Tags) -> str:
    """Return ``signals``, ``crossing`` or nothing for a node."""
    highway = tags.get("highway")
    if highway == "traffic_signals" or (highway == "crossing" and tags.get("crossing") == "traffic_signals"):
        return "signals"
    return "crossing" if highway == "crossing" else ""


def barrier_closes(tags: Tags) -> tuple[bool, bool, bool]:
    """Return whether the barrier at a node stops walkers, e-bikes and cars; a node without a barrier stops nobody.

    What stands in the way by its nature opens only to vehicles that are named: ``access=yes`` at a bollard means people.
    """
    barrier = tags.get("barrier")
    if barrier is None:
        return False, False, False
    stops_ebikes = barrier in _STOPS_ALL_BUT_WALKERS
    stops_cars = stops_ebikes or barrier in _STOPS_CARS
    return (
        _said(tags, "foot", "access") is False,
        _is_stopped(tags, stops_ebikes, "electric_bicycle", "bicycle"),
        _is_stopped(tags, stops_cars, "motorcar", "motor_vehicle"),
    )


def _is_stopped(tags: Tags, by_nature: bool, *keys: str) -> bool:
    named = _said(tags, *keys, "vehicle")
    if named is not None:
        return not named
    return by_nature or _said(tags, "access") is False
