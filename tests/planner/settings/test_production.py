"""Production refuses to start insecure, and what starts passes Django's own deployment checks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
KEY = "fR4-" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2


def start(tmp_path, *command, **environment):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIGSHED_", "DATABASE_", "DJANGO_"))}
    kept |= {"DJANGO_SETTINGS_MODULE": "planner.settings.production", "GIGSHED_VAR_DIR": str(tmp_path), **environment}
    words = [sys.executable, "manage.py", *command]
    return subprocess.run(words, cwd=ROOT, env=kept, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"GIGSHED_ALLOWED_HOSTS": "gig.example.cn"}, "GIGSHED_SECRET_KEY"),
        ({"GIGSHED_SECRET_KEY": "short", "GIGSHED_ALLOWED_HOSTS": "gig.example.cn"}, "GIGSHED_SECRET_KEY"),
        ({"GIGSHED_SECRET_KEY": "x" * 60, "GIGSHED_ALLOWED_HOSTS": "gig.example.cn"}, "GIGSHED_SECRET_KEY"),
        ({"GIGSHED_SECRET_KEY": KEY}, "GIGSHED_ALLOWED_HOSTS"),
        ({"GIGSHED_SECRET_KEY": KEY, "GIGSHED_ALLOWED_HOSTS": "*"}, "GIGSHED_ALLOWED_HOSTS"),
        ({"GIGSHED_SECRET_KEY": KEY, "GIGSHED_ALLOWED_HOSTS": "gig.example.cn", "GIGSHED_DEBUG": "true"}, "GIGSHED_DEBUG"),
    ],
)
def test_it_does_not_start_without(tmp_path, environment, named):
    tried = start(tmp_path, "check", **environment)
    assert tried.returncode != 0
    assert f"ImproperlyConfigured: {named}" in tried.stderr


def test_the_deployment_check_finds_nothing(tmp_path):
    checked = start(
        tmp_path, "check", "--deploy", "--fail-level", "WARNING", GIGSHED_SECRET_KEY=KEY, GIGSHED_ALLOWED_HOSTS="gig.example.cn"
    )
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_demonstration_users_cannot_be_made(tmp_path):
    tried = start(tmp_path, "create_demo_users", GIGSHED_SECRET_KEY=KEY, GIGSHED_ALLOWED_HOSTS="gig.example.cn")
    assert tried.returncode == 2
    assert "production" in tried.stderr
