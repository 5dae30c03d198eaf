"""Fixtures of the imports: files in a folder of the test, a small province."""

import pytest

from tests.factories import make_province


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"


@pytest.fixture
def province():
    return make_province()[0]
