"""What-if: one point of a province in the engine and over HTTP, and isochrones in the centre of São Paulo.

The province is that of ``script/demo``: in ``GIGSHED_VAR_DIR`` (``var`` if not given) with one finished coverage run. The
engine is asked on the million nodes of the other benchmarks too, with cells at random crossings. Over HTTP a gunicorn of our
own serves the province as ``script/server`` does, two workers of four threads, and four users ask at the same time, each on a
connection that stays open, waiting for the answer before the next question.
"""

import contextlib
import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from coverage.engine.standard import Rule, Standard
from coverage.engine.whatif import WhatIfGround
from geo.engine.inputs import Demand
from geo.engine.isochrone import isochrone
from geo.engine.network import TravelNetwork
from geo.engine.network.build import build_network
from geo.engine.network.osm import read_osm
from geo.engine.snapping import snap
from tests.benchmarks.cases import Case
from tests.benchmarks.travel_time import DATA, load_network, say

CITY = DATA / "saopaulo_center.osm.pbf"
MODE, CUTOFF_SECONDS = "ebike", 900.0
POINTS, USERS, QUESTIONS_A_USER = 200, 4, 60
MUST_POLYGON_SECONDS, MUST_ENGINE_SECONDS, MUST_HTTP_SECONDS = 0.005, 0.030, 0.100
CELLS, COUNTIES, URBAN_SHARE = 200_000, 95, 0.6
USER = "bench-whatif"
WARM_ROUNDS, QUICK_SECONDS, QUICK_ROUNDS = 60, 0.5, 8
START_SECONDS = 60.0

Point = tuple[float, float]


def run(_: str) -> list[Case]:
    """Measure polygons in the city, then the engine and HTTP on the demonstration province."""
    cases = [city_case()]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planner.settings.dev")
    import django

    django.setup()
    from coverage.models import CoverageRun

    found = CoverageRun._default_manager.filter(state="done").order_by("-created_at").first()
    if found is None:
        raise SystemExit("script/bench whatif: no finished coverage run; make one with script/demo --no-server")
    points = places_of(found)
    return [*cases, million_case(), province_case(found, points), http_case(found, points)]


def seconds_of(work: Any, items: list[Any]) -> list[float]:
    """Return what ``work`` takes for each item, after the first one was done once unmeasured."""
    work(items[0])
    times = []
    for item in items:
        start = time.perf_counter()
        work(item)
        times.append(time.perf_counter() - start)
    return times


def percentile_95(times: list[float]) -> float:
    """Return the time that 95 % of the questions do not exceed."""
    return float(np.percentile(times, 95))


def city_case() -> Case:
    """Search, cut and draw the polygon of fifteen minutes by e-bike around random crossings."""
    network = city()
    chosen = np.random.default_rng(1).choice(network.node_count, POINTS, replace=False)
    snaps = snap(network, network.node_lon[chosen], network.node_lat[chosen], mode=MODE, max_metres=300.0)
    places = [snaps.take(np.array([row])) for row in np.flatnonzero(snaps.is_snapped)]

    def work(place: Any) -> Any:
        return isochrone(network, place, mode=MODE, cutoff=CUTOFF_SECONDS).polygon

    times = seconds_of(work, places)
    exact = seconds_of(
        lambda place: isochrone(network, place, mode=MODE, cutoff=CUTOFF_SECONDS, exact=True).polygon, places[:5]
    )
    return Case(
        case="15-minute e-bike polygon, São Paulo core (median)", ours_seconds=statistics.median(times), peers={}, must={},
        must_seconds=MUST_POLYGON_SECONDS,
        notes={"p95_ms": 1e3 * percentile_95(times), "drawn_by_geos_ms": 1e3 * statistics.median(exact)},
    )  # fmt: skip


def city() -> TravelNetwork:
    """Return the streets of the centre of São Paulo."""
    if not CITY.exists():
        raise SystemExit(f"script/bench whatif: {CITY} is not there")
    return build_network(read_osm(CITY), source="São Paulo")


def places_of(run: Any) -> list[Point]:
    """Return the places of random workers of the run, in degrees, beside the centres of their cells."""
    from planner.api.whatif import cells_of_run

    demand, _ = cells_of_run(run)
    rng = np.random.default_rng(1)
    rows = rng.choice(len(demand), POINTS, p=demand.workers_persons / demand.workers_persons.sum())
    off = rng.uniform(-0.003, 0.003, (2, POINTS))
    return list(zip((demand.lon[rows] + off[0]).tolist(), (demand.lat[rows] + off[1]).tolist(), strict=True))


def million_case() -> Case:
    """Ask the engine on a million nodes with cells at random crossings, half of them reached before."""
    network, rng = load_network(), np.random.default_rng(1)
    at = rng.choice(network.node_count, CELLS, replace=False)
    demand = Demand(
        cell_ids=tuple(f"{number:06}" for number in range(CELLS)), lon=network.node_lon[at] + 1e-4, lat=network.node_lat[at],
        workers_persons=rng.integers(0, 200, CELLS), is_urban=rng.random(CELLS) < URBAN_SHARE, area_km2=np.ones(CELLS),
        region_codes=tuple(f"{code:06}" for code in range(COUNTIES)),
        region_index=rng.integers(0, COUNTIES, CELLS).astype(np.int32),
    )  # fmt: skip
    rules = (
        Rule(settlement_class="urban", mode=MODE, cutoff_minutes=15.0),
        Rule(settlement_class="rural", mode=MODE, cutoff_metres=5000.0),
    )
    start = time.perf_counter()
    ground = WhatIfGround(network, demand, Standard(rules=rules), reached=rng.random(CELLS) < 0.5)
    rows = rng.choice(CELLS, POINTS, replace=False)
    points = list(zip(demand.lon[rows].tolist(), demand.lat[rows].tolist(), strict=True))
    return engine_case(ground, points, time.perf_counter() - start)


def province_case(run: Any, points: list[Point]) -> Case:
    """Ask the engine on the demonstration province."""
    from planner.api.whatif import Grounds

    start = time.perf_counter()
    ground = Grounds().of(run)
    return engine_case(ground, points, time.perf_counter() - start)


def engine_case(ground: WhatIfGround, points: list[Point], prepared: float) -> Case:
    """Ask the engine, polygon included."""
    size = f"{ground.network.node_count:,} nodes, {len(ground.demand):,} cells"
    say(f"{size}; ground prepared in {prepared:.1f} s")
    times = seconds_of(lambda point: ground.ask(*point).isochrone.polygon, points)
    return Case(
        case=f"what-if in the engine, {size} (p95)", ours_seconds=percentile_95(times), peers={}, must={},
        must_seconds=MUST_ENGINE_SECONDS,
        notes={"median_ms": 1e3 * statistics.median(times), "worst_ms": 1e3 * max(times), "prepare_seconds": prepared},
    )  # fmt: skip


def http_case(run: Any, points: list[Point]) -> Case:
    """Ask over HTTP, four users at a time."""
    path = f"/api/v1/coverage-runs/{run.digest}/what-if/"
    with user_session() as cookie, server() as port:
        say("first questions: each worker process prepares its ground")
        warm(port, path, cookie, points)
        shares = [[points[(i * USERS + user) % POINTS] for i in range(QUESTIONS_A_USER)] for user in range(USERS)]
        with ThreadPoolExecutor(USERS) as executor:
            times = [t for found in executor.map(lambda share: ask_all(port, path, cookie, share), shares) for t in found]
    return Case(
        case=f"what-if over HTTP, {USERS} users at a time (p95)", ours_seconds=percentile_95(times), peers={}, must={},
        must_seconds=MUST_HTTP_SECONDS, notes={"median_ms": 1e3 * statistics.median(times), "worst_ms": 1e3 * max(times)},
    )  # fmt: skip


def warm(port: int, path: str, cookie: str, points: list[Point]) -> None:
    """Ask on new connections until all answers have been quick for some rounds: every process has its ground then."""
    quick = 0
    with ThreadPoolExecutor(USERS) as executor:
        for _ in range(WARM_ROUNDS):
            times = list(executor.map(lambda point: ask_all(port, path, cookie, [point])[0], points[:USERS]))
            quick = quick + 1 if max(times) < QUICK_SECONDS else 0
            if quick == QUICK_ROUNDS:
                return
    raise SystemExit("script/bench whatif: the server does not become quick")


def ask_all(port: int, path: str, cookie: str, points: list[Point]) -> list[float]:
    """Ask one question after the other on one connection; return the seconds of each, body read."""
    times, connection = [], http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    for lon, lat in points:
        start = time.perf_counter()
        query = urllib.parse.urlencode({"lon": lon, "lat": lat})
        connection.request("GET", f"{path}?{query}", headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise SystemExit(f"script/bench whatif: HTTP answered {answer.status}")
        times.append(time.perf_counter() - start)
    return times


@contextlib.contextmanager
def user_session() -> Iterator[str]:
    """Yield the cookie of a user who may see all; the user is gone afterwards."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from planner.accounts.models import User

    User._default_manager.filter(username=USER).delete()
    user = User._default_manager.create(username=USER, is_superuser=True)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    try:
        yield f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
    finally:
        session.delete()
        user.delete()


@contextlib.contextmanager
def server() -> Iterator[int]:
    """Yield the port of a gunicorn like that of script/server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    gunicorn = [sys.executable, "-m", "gunicorn", "planner.wsgi", "--bind", f"127.0.0.1:{port}"]
    options = ["--workers", "2", "--threads", "4", "--timeout", "120", "--preload", "--access-logfile", os.devnull]
    process = subprocess.Popen([*gunicorn, *options], cwd=Path(__file__).parents[2], stdout=sys.stderr)
    try:
        wait_for(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait_for(port: int) -> None:
    """Return when somebody listens on ``port``."""
    for _ in range(int(START_SECONDS * 10)):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit("script/bench whatif: the server did not start")
