"""How far points are from the streets one may walk; figures are kept by the digests of network and points.

A network of a province takes a second to be indexed, its answers to ten thousand points a hundredth of a second to be found
again. Answers never grow old: a network never changes under its digest, nor do points under theirs.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

import numpy as np
import numpy.typing as npt

from geo.engine.network.model import TravelNetwork
from geo.engine.snapping import snap

Float64Array = npt.NDArray[np.float64]

OFF_STREET_LIMIT_METRES = 5_000.0
KEPT_ANSWERS = 128
KEPT_POINTS = 20_000
"""Answers to more points are not kept: all together they take twenty megabytes at most."""

_answers: "OrderedDict[str, Float64Array]" = OrderedDict()
_lock = Lock()


class Streets:
    """The streets of a network, opened when a distance is asked for that was not asked before."""

    def __init__(self, digest: str, opened: Callable[[], TravelNetwork]) -> None:
        self._digest, self._opened = digest, opened
        self._network: TravelNetwork | None = None

    @classmethod
    def of(cls, network: TravelNetwork) -> "Streets":
        """Return the streets of a network that is open already."""
        return cls(network.digest, lambda: network)

    def metres(self, lon: Float64Array, lat: Float64Array) -> Float64Array:
        """Return (n,) float64 metres to the nearest street, ``inf`` beyond :data:`OFF_STREET_LIMIT_METRES`.

        lon, lat: (n,) float64 degrees WGS-84, finite. Raises :class:`NetworkError` if the files of the network are gone.
        """
        lon, lat = np.ascontiguousarray(lon, np.float64), np.ascontiguousarray(lat, np.float64)
        key = hashlib.blake2b(self._digest.encode() + lon.tobytes() + lat.tobytes(), digest_size=16).hexdigest()
        with _lock:
            known = _answers.get(key)
            if known is not None:
                _answers.move_to_end(key)
                return known.copy()
        metres = self._measured(lon, lat)
        if len(metres) <= KEPT_POINTS:
            _keep(key, metres)
        return metres.copy()

    def _measured(self, lon: Float64Array, lat: Float64Array) -> Float64Array:
        if self._network is None:
            self._network = self._opened()
        mode = "walk" if "walk" in self._network.modes else self._network.modes[0]
        return snap(self._network, lon, lat, mode=mode, max_metres=OFF_STREET_LIMIT_METRES).snap_metres.astype(np.float64)


def _keep(key: str, metres: Float64Array) -> None:
    with _lock:
        _answers[key] = metres
        while len(_answers) > KEPT_ANSWERS:
            _answers.popitem(last=False)
