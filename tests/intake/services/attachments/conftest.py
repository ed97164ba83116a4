"""A batch whose documents go to a folder of the test."""

import pytest

from intake.models import Batch
from tests.factories import make_batch


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"


@pytest.fixture
def batch(db) -> Batch:
    return make_batch(packs=[{"serial": "RB-0001"}, {"serial": "RB-0002"}, {"serial": "RB-0003"}])
