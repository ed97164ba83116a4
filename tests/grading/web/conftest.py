"""Who and what is at the bench, for the tests of its pages."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from grading.models import Instrument
from intake.models import Pack
from rebattery.accounts.models import User
from tests.evidence import make_inspected, publish_seed
from tests.factories import make_instrument, make_pack_type, make_person


@pytest.fixture
def operator(client: Client) -> User:
    """Otto of the warehouse, signed in, with a policy in force."""
    publish_seed()
    person = make_person("warehouse", name="Otto")
    client.force_login(person)
    return person


@pytest.fixture
def instrument() -> Instrument:
    """An instrument that may measure on whatever day the tests run."""
    return make_instrument(code="CY-1", calibrated_to_date=timezone.now().date() + timedelta(60))


@pytest.fixture
def pack() -> Pack:
    """An inspected LFP pack of a type that says the same."""
    return make_inspected(chemistry="LFP", pack_type=make_pack_type(chemistry="LFP"))[0]


@pytest.fixture
def author(client: Client) -> User:
    """A reviewer who writes policies, signed in."""
    person = make_person("reviewer")
    client.force_login(person)
    return person
