"""A house in which files of results can be sent and recorded."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from intake.models import Pack
from rebattery.accounts.roles import Role
from tests.evidence import make_inspected, publish_seed
from tests.factories import make_instrument, make_pack_type, make_person


@pytest.fixture(autouse=True)
def _setting(db: None, settings: Any, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path / "files"
    publish_seed()
    make_instrument(code="CY-1", calibrated_to_date=timezone.now().date().replace(year=2100))


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(make_person(Role.WAREHOUSE))
    return client


@pytest.fixture
def pack() -> Pack:
    return make_inspected(pack_type=make_pack_type())[0]
