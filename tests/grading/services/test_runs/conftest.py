import pytest

from grading.models import Instrument
from intake.models import Pack
from rebattery.accounts.models import User
from rebattery.actor import Actor
from tests.evidence import make_inspected, publish_seed
from tests.factories import make_actor, make_instrument, make_pack_type, make_person


@pytest.fixture(autouse=True)
def policy(db: None) -> None:
    publish_seed()


@pytest.fixture
def operator() -> User:
    return make_person("warehouse", name="Otto")


@pytest.fixture
def actor(operator: User) -> Actor:
    return make_actor(operator)


@pytest.fixture
def instrument() -> Instrument:
    return make_instrument(code="CY-1")


@pytest.fixture
def pack() -> Pack:
    """An inspected NMC pack of a type with a baseline."""
    return make_inspected(pack_type=make_pack_type())[0]
