"""Other speeds on the same streets: slow walkers, faster or slower traffic, towns and country. Slopes: ``geo.engine.slopes``.

Each function returns a network that shares every array but the times of one mode; its digest differs, so that runs, matrices
and search files of one profile never pass for those of another.
"""

import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.modes import MAX_SPEED_KPH
from geo.engine.network.model import TravelNetwork
from geo.engine.units import KPH_PER_METRE_SECOND, kph

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Number = TypeVar("Number", bound=np.generic)

WALK, EBIKE, FERRY = "walk", "ebike", "ferry"
WALK_METRES_A_SECOND, SLOW_WALK_METRES_A_SECOND = 1.1, 1.0
"""The draft standard's walker, and an older worker or one with a load."""

LEAST_FACTOR, MOST_FACTOR = 0.5, 2.0
"""Between these a factor of speed is a question about the same streets; beyond, about others."""

SLOW_WALKERS = "slow-walkers"
_PROFILE_WORDS = {SLOW_WALKERS: ("慢速步行者（1.0 m/s）", "slow walkers (1.0 m/s)")}
_MODE_WORDS = {
    WALK: ("步行", "walking"),
    EBIKE: ("电动自行车", "e-bike"),
    "car": ("汽车", "car"),
    "bike": ("自行车", "bicycle"),
}
_FACTOR_WORDS = "{mode}速度 × {factor:g}", "{mode} speed × {factor:g}"

register_messages(
    {
        "profile.factor": ("速度系数应大于 0，现为 {value}。", "a factor of speed must be above 0, not {value}."),
        "profile.speed": (
            "“{name}”的速度应大于 0 且不超过 {most} km/h，现为 {value}。",
            "the speed of “{name}” must be above 0 and at most {most} km/h, not {value}.",
        ),
        "profile.class": (
            "“{value}”不是此路网中可改速度的道路类别；可用：{known}。",
            "“{value}” is not a class of this network whose speed can change; known: {known}.",
        ),
        "profile.rows": ("应有 {expected} 个数，现有 {count} 个。", "there must be {expected} numbers, not {count}."),
        "profile.unknown": (
            "没有名为“{value}”的速度档案；可用：{known}。",
            "there is no speed profile “{value}”; known: {known}.",
        ),
        "profile.factor_form": (
            "速度系数写法为 方式=系数，如 walk=0.9，系数在 {least} 至 {most} 之间；现为“{value}”。",
            "a factor of speed is written mode=factor, as walk=0.9, the factor between {least} and {most}; not “{value}”.",
        ),
        "profile.factor_twice": (
            "方式“{value}”的速度系数给了两次。",
            "the factor of speed of “{value}” is given twice.",
        ),
    }
)


def with_speed_factor(network: TravelNetwork, mode: str, factor: float) -> TravelNetwork:
    """Return the network on which ``mode`` goes ``factor`` times as fast; delays at nodes and ferries stay.

    For sensitivity: 0.9 and 1.1 tell how much of a result hangs on the speed. Raises :class:`InputError` for a factor that is
    not above 0, :class:`NetworkError` for an unknown mode.
    """
    if not 0 < factor < np.inf:
        raise InputError(Problem(code="profile.factor", value=f"{factor:g}"))
    on_land = ~of_class(network, FERRY)
    share = np.where(on_land, np.float64(factor), 1.0)
    return slowed(network, mode, 1 / share, 1 / share)


def slow_walkers(network: TravelNetwork) -> TravelNetwork:
    """Return the network for walkers of 1.0 m/s instead of 1.1 m/s.

    The way between a place and its street is no part of a network: give :func:`slow_leg_kph` as its speed.
    """
    return with_speed_factor(network, WALK, SLOW_WALK_METRES_A_SECOND / WALK_METRES_A_SECOND)


def slow_leg_kph(leg_speed_kph: float) -> float:
    """Return the speed of slow walkers between a place and its street: 1.0 m/s (3.6 km/h), or the usual one where less."""
    return min(leg_speed_kph, kph(SLOW_WALK_METRES_A_SECOND))


@dataclasses.dataclass(frozen=True, kw_only=True)
class SpeedProfile:
    """Whose speeds an assessment takes; without values the plain ones.

    is_slow: walkers of 1.0 m/s, on the streets and on the way to them. factors: mode → times as fast, 0.5 to 2; a factor of 1
    is none. The factor of walking holds on the way to the street too, which is walked whatever the mode. Raises
    :class:`InputError` for factors out of range.
    """

    is_slow: bool = False
    factors: Mapping[str, float] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        # Six digits, as in the text: a profile read back from its text must be the same one.
        kept = {mode: float(f"{self.factors[mode]:g}") for mode in sorted(self.factors)}
        problems = [_bad_factor(f"{mode}={factor:g}") for mode, factor in kept.items() if not _is_factor(factor)]
        if problems:
            raise InputError(problems)
        vars(self)["factors"] = {mode: factor for mode, factor in kept.items() if factor != 1.0}

    @classmethod
    def of(cls, name: str | None, factors: Iterable[str] = ()) -> "SpeedProfile":
        """Return the profile of a name, None for the plain one, and factors written ``walk=0.9``.

        Raises :class:`InputError` for a name that is none, and for each factor that is not so written, out of range or given
        twice.
        """
        problems = [] if name in (None, SLOW_WALKERS) else [Problem(code="profile.unknown", value=f"{name}", details=_KNOWN)]
        found: dict[str, float] = {}
        for text in factors:
            mode, _, number = text.partition("=")
            factor = _number(number)
            if not mode or not _is_factor(factor):
                problems.append(_bad_factor(text))
            elif mode in found:
                problems.append(Problem(code="profile.factor_twice", value=mode))
            found[mode] = factor
        if problems:
            raise InputError(problems)
        return cls(is_slow=name == SLOW_WALKERS, factors=found)

    @classmethod
    def from_text(cls, text: str) -> "SpeedProfile":
        """Return the profile that :attr:`text` names."""
        words = text.split()
        name = words.pop(0) if words and "=" not in words[0] else None
        return cls.of(name, words)

    @property
    def text(self) -> str:
        """The profile in a few words that never change: ``slow-walkers ebike=0.9``; empty for the plain one."""
        return " ".join([SLOW_WALKERS] * self.is_slow + [f"{mode}={factor:g}" for mode, factor in self.factors.items()])

    @property
    def words(self) -> tuple[str, str]:
        """The profile for people, in Chinese and in English; empty for the plain one."""
        named = [_PROFILE_WORDS[SLOW_WALKERS]] * self.is_slow
        named += [_factor_words(mode, factor) for mode, factor in self.factors.items()]
        return "，".join(zh for zh, _ in named), ", ".join(en for _, en in named)

    def of_network(self, network: TravelNetwork) -> TravelNetwork:
        """Return the network at the profile's speeds, the same one where they are plain.

        Raises :class:`NetworkError` if it lacks a mode of the profile.
        """
        found = slow_walkers(network) if self.is_slow else network
        for mode, factor in self.factors.items():
            found = with_speed_factor(found, mode, factor)
        return found

    def check(self, network: TravelNetwork) -> None:
        """Raise :class:`NetworkError` if the network lacks a mode of the profile."""
        for mode in [WALK] * self.is_slow + list(self.factors):
            network.mode_index(mode)

    def leg_kph(self, leg_speed_kph: float) -> float:
        """Return the speed between a place and its street where the usual one is ``leg_speed_kph``."""
        return (slow_leg_kph(leg_speed_kph) if self.is_slow else leg_speed_kph) * self.factors.get(WALK, 1.0)


_SINGLE_PRECISION = 1e-4
PLAIN = SpeedProfile()
_KNOWN = {"known": SLOW_WALKERS}


def _number(text: str) -> float:
    """Return the number a text is; NaN for one that is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _is_factor(factor: float) -> bool:
    return LEAST_FACTOR <= factor <= MOST_FACTOR


def _bad_factor(text: str) -> Problem:
    return Problem(
        code="profile.factor_form", value=text[:40], details={"least": f"{LEAST_FACTOR:g}", "most": f"{MOST_FACTOR:g}"}
    )


def _factor_words(mode: str, factor: float) -> tuple[str, str]:
    zh, en = _FACTOR_WORDS
    zh_mode, en_mode = _MODE_WORDS.get(mode, (mode, mode))
    return zh.format(mode=zh_mode, factor=factor), en.format(mode=en_mode, factor=factor)


def with_class_speeds(
    network: TravelNetwork,
    mode: str,
    kph_by_class: Mapping[str, float],
    *,
    where: BoolArray | None = None,
    usual_kph: Mapping[str, float] | None = None,
) -> TravelNetwork:
    """Return the network on which ``mode`` goes at other speeds on some classes of street, for instance in towns only.

    ``kph_by_class``: class → km/h; ``where``: (E,) bool, the edges concerned, all when None; ``usual_kph``: class → km/h that
    the network was built with: where an edge is slower than that, a posted limit holds it, and it becomes no faster. What is
    closed stays closed; ferries keep their timetable. Raises :class:`InputError` for classes the network does not have and
    speeds out of range.
    """
    known = [name for name in network.classes if name != FERRY]
    problems = [
        Problem(code="profile.class", value=name, details={"known": ", ".join(known)})
        for name in kph_by_class
        if name not in known
    ] + [
        Problem(code="profile.speed", value=f"{speed:g}", details={"name": name, "most": f"{MAX_SPEED_KPH:g}"})
        for name, speed in kph_by_class.items()
        if not 0 < speed <= MAX_SPEED_KPH
    ]
    if problems:
        raise InputError(problems)
    concerned = np.ones(network.edge_count, np.bool_) if where is None else _rows(where, network.edge_count)
    row = network.mode_index(mode)
    times = [np.array(network.forward_seconds), np.array(network.backward_seconds)]
    for name, speed in kph_by_class.items():
        edges = np.flatnonzero(concerned & of_class(network, name))
        seconds = (network.edge_length_metres[edges] * KPH_PER_METRE_SECOND / speed).astype(np.float32)
        usual = (usual_kph or {}).get(name, 0.0)
        for each in times:
            each[row, edges] = _changed(each[row, edges], seconds, network.edge_length_metres[edges], usual)
    return dataclasses.replace(network, forward_seconds=times[0], backward_seconds=times[1])


def _changed(old: Float32Array, new: Float32Array, metres: Float32Array, usual_kph: float) -> Float32Array:
    """Return (n,) the new seconds: none where it is closed, none shorter where the old ones show a posted limit."""
    is_limited = metres * KPH_PER_METRE_SECOND < old * usual_kph * (1 - _SINGLE_PRECISION)
    return np.where(np.isfinite(old), np.where(is_limited, np.maximum(old, new), new), old)


def slowed(network: TravelNetwork, mode: str, along: Float64Array, against: Float64Array) -> TravelNetwork:
    """Return the network with the times of ``mode`` multiplied, along and against each edge."""
    row = network.mode_index(mode)
    times = []
    for old, times_longer in ((network.forward_seconds, along), (network.backward_seconds, against)):
        changed = np.array(old)
        changed[row] = (old[row] * times_longer).astype(np.float32)
        times.append(changed)
    return dataclasses.replace(network, forward_seconds=times[0], backward_seconds=times[1])


def of_class(network: TravelNetwork, name: str) -> BoolArray:
    """Return (E,) bool, the edges of a class."""
    if name not in network.classes:
        return np.zeros(network.edge_count, np.bool_)
    return np.asarray(network.edge_class == network.classes.index(name))


def _rows(values: npt.NDArray[Number], expected: int) -> npt.NDArray[Number]:
    """Return the values if there is one an edge."""
    if values.shape != (expected,):
        raise InputError(Problem(code="profile.rows", details={"expected": expected, "count": len(values)}))
    return values
