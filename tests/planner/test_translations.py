"""Chinese is complete: no sentence of the code without its translation, none doubtful, none with other placeholders."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "planner" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
pytestmark = pytest.mark.skipif(not shutil.which("msgfmt"), reason="gettext is not installed")
SKIPPED = ("node_modules", ".venv", "var", "tests", ".git")


def msgids(path):
    text = re.sub(r'"\n"', "", path.read_text(encoding="utf-8"))
    return set(re.findall(r'^msgid "(.+)"$', text, re.MULTILINE))


def test_every_entry_is_translated_and_none_is_doubtful(tmp_path):
    words = ["msgfmt", "--check", "--statistics", "-o", str(tmp_path / "django.mo"), str(CATALOGUE)]
    said = subprocess.run(
        words, capture_output=True, text=True, timeout=60, check=True, env={**os.environ, "LC_ALL": "C"}
    ).stderr
    assert re.fullmatch(r"\d+ translated messages\.", said.strip().splitlines()[-1]), said


def test_no_translation_is_english_by_mistake():
    text = CATALOGUE.read_text(encoding="utf-8")
    pairs = re.findall(r'^msgid "(.+)"\n(?:msgid_plural ".*"\n)?msgstr(?:\[0\])? "(.*)"$', text, re.MULTILINE)
    assert len(pairs) > 200
    words = [(english, re.sub(r"%\(\w+\)s", "", chinese)) for english, chinese in pairs]
    assert [pair for pair in words if not re.search(r"[\u4e00-\u9fff]", pair[1]) and re.search(r"[a-z]{4}", pair[1])] == []


def test_no_sentence_of_the_code_is_missing(tmp_path):
    """Collects the sentences again, into a copy of the sources, and compares."""
    for folder in ("planner", "coverage", "geo"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(*SKIPPED, "static"))
    collected = tmp_path / "planner" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    collected.unlink()
    options = ["-l", "zh_Hans", "--no-location", "--no-wrap", "--settings", "collecting"]
    (tmp_path / "collecting.py").write_text(
        f"SECRET_KEY = 'x'\nUSE_I18N = True\nLOCALE_PATHS = [{str(tmp_path / 'planner' / 'locale')!r}]\n"
    )
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert msgids(collected) - msgids(CATALOGUE) == set()
    assert msgids(CATALOGUE) - msgids(collected) == set(), "no longer in the code"
