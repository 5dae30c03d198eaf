"""A small demonstration behind a real server, built once, and a browser that notices what a person would not.

The server is the one that ``script/server`` starts, on a database and a var folder of its own. Every page is watched: a message
in the console, a fault in a script, a violation of the content policy or a request to another host fails the journey.
"""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
PICTURES = Path(os.environ.get("GIGSHED_PICTURES_DIR", ROOT / "var" / "journeys"))
KEPT = os.environ.get("GIGSHED_JOURNEYS_VAR", "")  # a folder that keeps the demonstration from one run to the next
CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
PASSWORD = "a-journey-of-1000-li"
BUILD = (
    "migrate -v0", "load_demo --nodes 20000", "run_coverage", "run_coverage --standard walk15", "recommend", "build_tiles",
)  # fmt: skip
ACCOUNTS = f"""
from geo.models import Region
from planner.accounts.models import RegionGrant, User
for name, code in [("province", "320000"), ("xuzhou", "320300"), ("nobody", None)]:
    user = User.objects.create_user(name, password="{PASSWORD}")
    if code:
        RegionGrant.objects.create(user=user, role="planner", region=Region.objects.get(code=code))
"""


@dataclass(frozen=True, kw_only=True)
class Site:
    """The running demonstration: its address, and the files of its runs as independent witnesses."""

    url: str
    var: Path

    def cells(self, run_digest):
        """Return the demand cells of a run with what became of their workers."""
        return pd.read_parquet(self.var / "coverage" / run_digest / "cells.parquet")

    def sites(self, recommendation_digest):
        """Return the recommended sites in order."""
        folder = self.var / "recommendations" / recommendation_digest
        return pd.read_csv(folder / "sites.csv", dtype={"region_code": str}).sort_values("rank")


def _environment(var):
    own = {"GIGSHED_VAR_DIR": str(var), "DJANGO_SETTINGS_MODULE": "planner.settings.dev", "GIGSHED_LANGUAGE": "zh-hans"}
    return {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | own


def _run(words, var):
    done = subprocess.run(words, cwd=ROOT, env=_environment(var), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"


def _free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _wait_for(url, server):
    for _ in range(300):
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{url} does not answer")


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Build the demonstration, unless KEPT has it, and serve it until the last journey is over."""
    var = Path(KEPT) if KEPT else tmp_path_factory.mktemp("journeys")
    if not (var / "built").exists():
        for command in BUILD:
            _run([sys.executable, "manage.py", *command.split()], var)
        _run([sys.executable, "manage.py", "shell", "-c", ACCOUNTS], var)
        (var / "built").touch()
    _run([sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"], var)
    port = _free_port()
    words = [sys.executable, "-m", "gunicorn", "planner.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    with (var / "server.log").open("w") as log, subprocess.Popen(words, cwd=ROOT, env=_environment(var), stderr=log) as server:
        try:
            _wait_for(f"http://127.0.0.1:{port}/accounts/sign-in/", server)
            yield Site(url=f"http://127.0.0.1:{port}", var=var)
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """Use the system's Chromium, and keep it from talking to anybody."""
    words = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    found = next((path for path in CHROMIUM if Path(path).exists()), None)
    if found is None:
        pytest.fail("no Chromium on this machine; run script/bootstrap --dev")
    return {"executable_path": found, "args": [*words, "--disable-component-update", "--disable-sync"]}


@dataclass
class Watch:
    """What went wrong on the pages of a journey, unless the journey expects it."""

    host: str
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def attach(self, page):
        page.on("console", lambda said: said.type in {"error", "warning"} and self.faults.append(said.text))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self._check_host(request.url))

    def _check_host(self, url):
        if not url.startswith((self.host, "data:", "blob:")):
            self.faults.append(f"asked another host: {url}")

    def left(self):
        return [fault for fault in self.faults if not any(re.search(known, fault) for known in self.expected)]


@pytest.fixture
def visit(site, browser):
    """Return a function that signs somebody in and opens the map; faults on its pages fail the journey at its end."""
    contexts, watch = [], Watch(host=site.url)

    def open_map(query="?lang=en", *, user="province", size=(1440, 860), context=None):
        if context is None:
            context = browser.new_context(viewport={"width": size[0], "height": size[1]}, base_url=site.url)
            contexts.append(context)
            _sign_in(context, user)
        page = context.new_page()
        watch.attach(page)
        page.goto(f"/{query}")
        page.wait_for_selector("html[data-ready=yes], #notice:not([hidden])")
        return page

    open_map.watch = watch
    yield open_map
    for context in contexts:
        context.close()
    assert watch.left() == []


def _sign_in(context, user):
    page = context.new_page()
    page.goto("/accounts/sign-in/?next=/accounts/me/")
    page.fill("[name=username]", user)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/accounts/me/")
    page.close()


@pytest.fixture
def picture():
    """Return a function that keeps a picture of a page for people to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)

    def keep(page, name):
        page.wait_for_timeout(700)  # streets fade in
        page.screenshot(path=PICTURES / f"{name}.png")

    return keep
