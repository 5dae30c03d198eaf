"""The scripts: help that teaches, mistakes that end with exit code 2 before anything is installed or changed."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

SCRIPTS = ("bootstrap", "demo", "server", "worker", "test", "bench", "lock")


def run(*words, **environment):
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, env=os.environ | environment)


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_can_be_run_and_is_sound_bash_or_python(name):
    path = Path("script") / name
    assert path.stat().st_mode & stat.S_IXUSR
    if "bash" in path.read_text(encoding="utf-8").splitlines()[0]:
        assert run("bash", "-n", str(path)).returncode == 0


@pytest.mark.parametrize("name", ["bootstrap", "demo", "server", "test"])
def test_help_teaches(name):
    said = run(f"script/{name}", "--help")
    assert said.returncode == 0
    assert f"script/{name}" in said.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["demo", "--bogus"], "unknown option --bogus"),
        (["demo", "--port", "x"], "--port “x” is not a whole number"),
        (["demo", "--seed", "-1"], "is not a whole number"),
        (["demo", "--nodes"], "--nodes needs a value"),
        (["demo", "--pbf", "nowhere.osm.pbf"], "nowhere.osm.pbf: the file does not exist"),
        (["demo", "--place", "南京市", "--pbf", "README.md"], "give --place or --pbf, not both"),
        (["server", "--port", "x"], "is not a number"),
        (["bootstrap", "--bogus"], "unknown option --bogus"),
        (["test", "--only", "nothing"], "there is no part nothing"),
    ],
)
def test_mistakes_end_with_2_and_a_sentence(words, sentence):
    said = run(f"script/{words[0]}", *words[1:])
    assert said.returncode == 2
    assert sentence in said.stderr


def test_without_apt_bootstrap_names_the_packages_and_stops(tmp_path):
    """A machine that lacks the libraries and has no apt-get: the packages are printed, exit 2, nothing is made."""
    for tool in ("bash", "dirname", "basename", "sed", "grep", "cat", "mktemp", "printf", "tr", "sort", "find"):
        found = run("bash", "-c", f"command -v {tool}").stdout.strip()
        if found.startswith("/"):
            (tmp_path / tool).symlink_to(found)
    (tmp_path / "dpkg-query").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "dpkg-query").chmod(0o755)
    said = run("script/bootstrap", PATH=str(tmp_path))
    assert said.returncode == 2
    assert "libsqlite3-mod-spatialite" in said.stderr
    assert "please install these packages first" in said.stderr


def test_ci_calls_the_tests():
    assert "exec script/test" in Path(".ci/run").read_text(encoding="utf-8")
