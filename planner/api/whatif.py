"""What a facility at a point would do: isochrone and people, against a coverage run, within the user's regions.

The ground of a run (its network, its cells on the streets) is prepared at the first question, in seconds, and kept by the
process.
"""

import threading
from collections import OrderedDict
from typing import Any

import numpy as np
import orjson
import pandas as pd
import shapely
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from coverage.engine.standard import SETTLEMENT_CLASSES, SettlementClass
from coverage.engine.whatif import WhatIf, WhatIfGround
from coverage.models import CoverageRun
from coverage.selectors import standard_of_run
from geo.engine.errors import Problem
from geo.engine.inputs import Demand
from geo.engine.network import TravelNetwork
from geo.models import Region
from geo.selectors import network_of
from planner.accounts.scope import Person, scoped
from planner.api.errors import NotThereError
from planner.api.layers.features import LON_LAT_DECIMALS, point
from planner.api.layers.subjects import run_for, run_meta
from planner.api.layers.uncovered import cells_file
from planner.api.layers.views import Layer, answer_layer
from planner.api.parameters import MAX_LAT, MAX_LON, choice, degrees

LON = OpenApiParameter("lon", float, required=True, description="Longitude in degrees (WGS 84).")
LAT = OpenApiParameter("lat", float, required=True, description="Latitude in degrees (WGS 84).")
CLASS = OpenApiParameter(
    "settlement_class", str, enum=list(SETTLEMENT_CLASSES), default="urban", description="Whose rule the isochrone follows."
)
MAX_GROUNDS = 2
"""Runs whose ground a process keeps: on a province of 250,000 nodes each takes 40 MB, their streets 230 MB once."""

COLUMNS = ["h3_index", "region_code", "lon", "lat", "is_urban", "workers_persons", "is_reached"]


class Grounds:
    """The grounds of the runs asked about last, each made once however many ask for it at the same time."""

    def __init__(self, most: int = MAX_GROUNDS) -> None:
        self._most = most
        self._kept: OrderedDict[str, WhatIfGround] = OrderedDict()
        self._making = threading.Lock()
        self._looking = threading.Lock()

    def of(self, run: CoverageRun) -> WhatIfGround:
        """Return the ground of a finished run; raises :class:`NotThereError` if its cells are not on this server."""
        found = self._found(run.digest)
        if found is None:
            # One at a time: making two grounds at once would take the memory of both and the time of none.
            with self._making:
                found = self._found(run.digest) or self._kept_now(run.digest, self._made(run))
        return found

    def forget(self) -> None:
        """Let go of all."""
        with self._looking:
            self._kept.clear()

    def _found(self, digest: str) -> WhatIfGround | None:
        with self._looking:
            if digest in self._kept:
                self._kept.move_to_end(digest)
            return self._kept.get(digest)

    def _kept_now(self, digest: str, ground: WhatIfGround) -> WhatIfGround:
        with self._looking:
            self._kept[digest] = ground
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return ground

    def _made(self, run: CoverageRun) -> WhatIfGround:
        demand, reached = cells_of_run(run)
        return WhatIfGround(self._network(run), demand, standard_of_run(run), reached=reached)

    def _network(self, run: CoverageRun) -> TravelNetwork:
        """Return the streets of the run; those of a kept ground, if they are the same, with all that was prepared on them."""
        with self._looking:
            same = [kept.network for kept in self._kept.values() if kept.network.digest == run.network.digest]
        return run.speeds.of_network(same[0] if same else network_of(run.network))


GROUNDS = Grounds()


def cells_of_run(run: CoverageRun) -> tuple[Demand, "np.ndarray[tuple[int], np.dtype[np.bool_]]"]:
    """Return the gig workers that ``run`` was made of, and which of their cells it found reached, from its file.

    Areas are not in the file; they are given as 1 km², which no count uses. Raises :class:`NotThereError` if it is not there.
    """
    path = cells_file(run)
    if not path.is_file():
        raise NotThereError(Problem(code="api.cells_missing", field="run", value=run.digest))
    cells = pd.read_parquet(path, columns=COLUMNS)
    codes, index = np.unique(cells["region_code"].to_numpy(str), return_inverse=True)
    demand = Demand(
        cell_ids=tuple(cells["h3_index"]),
        lon=cells["lon"].to_numpy(np.float64, copy=True),
        lat=cells["lat"].to_numpy(np.float64, copy=True),
        workers_persons=cells["workers_persons"].to_numpy(np.int64, copy=True),
        is_urban=cells["is_urban"].to_numpy(np.bool_, copy=True),
        area_km2=np.ones(len(cells)),
        region_codes=tuple(codes.tolist()),
        region_index=index.astype(np.int32),
    )
    return demand, cells["is_reached"].to_numpy(np.bool_)


def what_if_feature(
    user: Person, run: CoverageRun, *, lon: float, lat: float, settlement_class: SettlementClass
) -> dict[str, Any]:
    """Return the answer as a GeoJSON feature; people are those of the user's counties."""
    found = GROUNDS.of(run).ask(lon, lat, isochrone_class=settlement_class)
    counties = _counties(found, set(scoped(Region, user).values_list("code", flat=True)))
    rule = standard_of_run(run).rule_of(settlement_class)
    properties = {
        "point": point(lon, lat)["coordinates"],
        "is_snapped": found.is_snapped,
        "workers_reached_persons": sum(county["workers_reached_persons"] for county in counties),
        "workers_newly_reached_persons": sum(county["workers_newly_reached_persons"] for county in counties),
        "counties": counties,
        "isochrone": rule.as_json() | {"band_metres": found.isochrone.band_metres},
    }
    return {"type": "Feature", "geometry": _geometry(found), "properties": properties, "meta": run_meta(run)}


def _counties(found: WhatIf, visible: set[str]) -> list[dict[str, Any]]:
    """Return the counts of the visible counties in which anybody is reached."""
    counts = zip(
        found.region_codes,
        found.workers_reached_persons.tolist(),
        found.workers_newly_reached_persons.tolist(),
        strict=True,
    )
    return [
        {"region_code": code, "workers_reached_persons": reached, "workers_newly_reached_persons": newly}
        for code, reached, newly in counts
        if reached and code in visible
    ]


def _geometry(found: WhatIf) -> orjson.Fragment | None:
    """Return the polygon, rounded to 0.1 m; none where no street is reached."""
    polygon = found.isochrone.polygon
    if shapely.is_empty(polygon):
        return None
    rounded = shapely.transform(polygon, lambda points: points.round(LON_LAT_DECIMALS))
    return orjson.Fragment(shapely.to_geojson(rounded))


class WhatIfAnswer(Layer):
    """What a facility at a point would do."""

    parameters = (LON, LAT, CLASS)

    @extend_schema(
        summary="What a facility at a point would do: who reaches it, who is newly reached",
        parameters=list(parameters),
        responses={(200, "application/geo+json"): OpenApiTypes.OBJECT},
        tags=["what-if"],
    )
    def get(self, request: Request, digest: str) -> HttpResponseBase:
        """Answer a GeoJSON feature."""
        run = run_for(request.user, run=digest)
        if run is None:  # pragma: no cover - a named run is found or refused
            raise NotThereError(Problem(code="api.run_missing", field="run", value=digest[:64]))
        settlement_class = choice(request, "settlement_class", SETTLEMENT_CLASSES, "urban")
        lon, lat = degrees(request, "lon", MAX_LON), degrees(request, "lat", MAX_LAT)
        named: SettlementClass = "rural" if settlement_class == "rural" else "urban"
        return answer_layer(request, what_if_feature(request.user, run, lon=lon, lat=lat, settlement_class=named))
