"""The content security policy, and that no page needs an exception from it."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from planner.settings.security import content_security_policy, tile_origin

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = sorted(path for path in (ROOT / "planner").rglob("templates/**/*.html") if "node_modules" not in path.parts)
# The report file and its PDF stand alone, outside the site and its policy: their style travels inside.
STANDS_ALONE = {"document.html"}
INLINE = {
    "a script": r"<script(?![^>]*\bsrc=)",
    "a style element": r"<style",
    "a style attribute": r"<[^>]*\sstyle\s*=",
    "a handler": r"<[^>]*\son[a-z]+\s*=",
    "a script address": r"javascript:",
}


@pytest.mark.parametrize(
    ("template", "origin"),
    [
        ("", None),
        ("/tiles/{z}/{x}/{y}.png", None),
        ("https://tiles.example.cn/{z}/{x}/{y}.png?key=1", "https://tiles.example.cn"),
        ("https://t{s}.example.cn/DataServer?T=vec_w&x={x}", "https://*.example.cn"),
        ("http://10.0.0.5:8080/{z}/{x}/{y}", "http://10.0.0.5:8080"),
        ("https://evil.example;script-src *", None),
    ],
)
def test_tiles_come_from_their_service_alone(template, origin):
    assert tile_origin(template) == origin


def test_nothing_inline_and_nothing_from_elsewhere():
    directives = content_security_policy("")["DIRECTIVES"]
    assert directives["default-src"] == ["'none'"]
    assert directives["script-src"] == ["'self'"]
    assert not any("unsafe" in source or "*" in source for sources in directives.values() for source in sources)
    assert content_security_policy("https://t.example.cn/{z}")["DIRECTIVES"]["img-src"] == [
        "'self'",
        "data:",
        "https://t.example.cn",
    ]


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.parametrize("name", ["accounts:sign_in", "admin:login", "api:region-list"])
def test_every_answer_carries_the_policy_and_its_companions(client, name):
    answer = client.get(reverse(name))
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


def test_there_are_templates_to_look_at():
    assert len(TEMPLATES) > 10


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_anything_inline(path):
    if path.name in STANDS_ALONE:
        assert path.name == "document.html"
        return
    text = path.read_text()
    assert {what: re.findall(pattern, text) for what, pattern in INLINE.items() if re.search(pattern, text)} == {}


def test_the_check_finds_what_it_looks_for():
    bad = {
        "a script": "<script>1</script>", "a style element": "<style>p{}</style>", "a style attribute": '<p style="x">',
        "a handler": '<a onclick="x()">', "a script address": '<a href="javascript:x">',
    }  # fmt: skip
    assert all(re.search(INLINE[what], text) for what, text in bad.items())
