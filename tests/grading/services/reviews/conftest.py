"""The people and the policy of the review tests."""

import pytest

from tests.evidence import (
    publish_seed,
)
from tests.factories import make_actor, make_person


@pytest.fixture
def policy(db):
    return publish_seed()


@pytest.fixture
def ann(db):
    return make_actor(make_person("reviewer", name="Ann"))


@pytest.fixture
def ben(db):
    return make_actor(make_person("reviewer", name="Ben"))
