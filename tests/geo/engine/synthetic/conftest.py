import numpy as np
import pytest

from geo.engine.network.build import build_network
from geo.engine.synthetic.invented import invented_province
from geo.engine.synthetic.settlements import settle
from geo.engine.synthetic.streets import generate_streets


@pytest.fixture(scope="session")
def province():
    return invented_province()


@pytest.fixture(scope="session")
def settlements(province):
    return settle(province, np.random.default_rng(1))


@pytest.fixture(scope="session")
def streets(province, settlements):
    return generate_streets(province, settlements, nodes=8_000, rng=np.random.default_rng(2))


@pytest.fixture(scope="session")
def network(streets):
    return build_network(streets, source="invented")
