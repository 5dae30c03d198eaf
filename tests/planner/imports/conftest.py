"""Fixtures of the pages of imports: two counties, and a planner of the western one."""

import pytest

from planner.accounts.models import Role
from tests.planner.accounts.world import make_member, make_world


@pytest.fixture
def world(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return make_world()


@pytest.fixture
def planner(client, world):
    client.force_login(make_member(Role.PLANNER, world.west.region))
    return client
