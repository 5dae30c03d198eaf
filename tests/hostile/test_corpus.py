"""Every file of the corpus ends in a verdict: soon, with nothing left behind, and with no call to anywhere."""

import http.server
import socketserver
import tempfile
import threading
import time

import pytest

from geo.engine.errors import InputError
from geo.ingest.reading import read_file
from tests.hostile.corpus import CASES

LONGEST_SECONDS = 30


@pytest.fixture(scope="module")
def server():
    """A server on this machine that notes who calls."""
    calls = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            calls.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words):
            pass

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_address[1]}", calls
        listening.shutdown()


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder where temporary files go; it must be empty in the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def verdict(path):
    try:
        return None, read_file(path)
    except InputError as error:
        return error.problems, None


@pytest.mark.parametrize("name", CASES)
def test_every_file_ends_in_a_verdict(name, tmp_path, temporary, server):
    url, calls = server
    case, place = CASES[name], tmp_path / "file"
    place.mkdir()
    path = case.make(place, url)
    before = sorted(place.iterdir())
    begun = time.monotonic()
    refused, raw = verdict(path)
    assert time.monotonic() - begun < LONGEST_SECONDS
    assert (list(temporary.iterdir()), sorted(place.iterdir()), calls) == ([], before, [])
    if case.refused:
        assert refused is not None
        codes = (case.refused,) if isinstance(case.refused, str) else case.refused
        assert refused[0].code in codes
        check_sentences(refused, path)
    else:
        check_table(raw, case, refused, path)


def check_sentences(problems, path):
    """Each is said in both languages, in one printable line, and names no other file."""
    for problem in problems:
        for language in ("zh-hans", "en"):
            said = problem.sentence(language)
            assert said
            assert said.isprintable()
            assert "passwd" not in said
            assert str(path.parent) not in said
            assert "Traceback" not in said


def check_table(raw, case, refused, path):
    assert refused is None
    rows = ["|".join(row) for row in zip(*(raw.table.column(name).to_pylist() for name in raw.columns), strict=True)]
    assert rows == (case.rows if raw.columns else [])
    assert [(problem.code, problem.row) for problem in raw.problems] == case.problems
    assert [note.code for note in raw.facts.notes] == case.notes
    assert raw.file.isprintable()
    check_sentences([*raw.problems, *raw.facts.notes], path)
    if case.shapes is not None:
        assert [shape is not None for shape in raw.table.column("__wkb").to_pylist()] == case.shapes
