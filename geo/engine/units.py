"""Units: the few conversions the engine makes, each with a name."""

SECONDS_PER_MINUTE = 60.0
SECONDS_PER_HOUR = 3600.0
METRES_PER_KM = 1000.0
SQUARE_METRES_PER_KM2 = 1e6
KPH_PER_METRE_SECOND = SECONDS_PER_HOUR / METRES_PER_KM


def metres_per_second(speed_kph: float) -> float:
    """Return a speed in km/h as m/s; 3.6 km/h is 1 m/s."""
    return speed_kph / KPH_PER_METRE_SECOND


def kph(speed_metres_per_second: float) -> float:
    """Return a speed in m/s as km/h."""
    return speed_metres_per_second * KPH_PER_METRE_SECOND


def seconds(minutes: float) -> float:
    """Return minutes as seconds."""
    return minutes * SECONDS_PER_MINUTE


def minutes(seconds: float) -> float:
    """Return seconds as minutes."""
    return seconds / SECONDS_PER_MINUTE


def walking_minutes(metres: float, speed_kph: float) -> float:
    """Return how many minutes ``metres`` take at ``speed_kph``, which is above 0."""
    return minutes(metres / metres_per_second(speed_kph))
