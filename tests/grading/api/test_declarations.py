"""Declarations by token: the wrong person first, then proposing and asking what is touched."""

import pytest
from django.test import Client
from django.urls import reverse

from grading.models import InstrumentDeclaration
from rebattery.accounts.roles import Capability, Role
from tests.evidence import publish_seed
from tests.factories import make_instrument
from tests.grading.declaring import SINCE, WHY, make_measured, propose
from tests.programs import Program

pytestmark = pytest.mark.django_db
ALL = [Capability.VIEW_INSTRUMENTS, Capability.PROPOSE_DECLARATIONS]


@pytest.fixture
def bad():
    publish_seed()
    return make_instrument(code="CY-1")


def program(role, scopes=ALL) -> Client:
    return Program(role, *scopes).client


def body(instrument, **more):
    return {"instrument_id": instrument.pk, "since_at": SINCE.isoformat(), "reason": WHY} | more


def post(client, instrument, **more):
    return client.post(reverse("api_declarations"), body(instrument, **more), content_type="application/json")


class TestPost:
    def test_is_not_for_a_token_that_only_reads(self, bad):
        assert post(program(Role.WAREHOUSE, [Capability.VIEW_INSTRUMENTS]), bad).status_code == 403
        assert not InstrumentDeclaration.objects.exists()

    def test_proposes_and_does_nothing_else(self, bad):
        [pack] = make_measured(with_=bad)

        answer = post(program(Role.WAREHOUSE), bad)

        assert answer.status_code == 201
        assert (answer.json()["state"], answer.json()["instrument"]) == ("proposed", "CY-1")
        pack.refresh_from_db()
        assert pack.status == "graded"

    @pytest.mark.parametrize(
        ("more", "field"),
        [({"reason": ""}, "reason"), ({"instrument_id": 0}, "instrument_id"), ({"channel_id": 0}, None),
         ({"since_at": "2126-01-01T00:00:00Z"}, "since_at"), ({"since": "x"}, "since")],
    )  # fmt: skip
    def test_names_what_is_wrong(self, bad, more, field):
        answer = post(program(Role.WAREHOUSE), bad, **more)

        if field is None:
            assert answer.status_code == 201  # 0 is no channel: the whole instrument
        else:
            assert answer.status_code in (400, 409, 422) and field in answer.json()["fields"]

    def test_refuses_the_same_twice(self, bad):
        propose(bad)

        answer = post(program(Role.REVIEWER), bad)

        assert (answer.status_code, answer.json()["code"]) == (409, "already_proposed")


class TestRadius:
    def test_counts_what_is_touched(self, bad):
        make_measured(2, with_=bad, other=bad)
        declaration = propose(bad)

        answer = program(Role.AUDITOR, [Capability.VIEW_INSTRUMENTS]).get(
            reverse("api_declaration_radius", args=[declaration.pk])
        )

        assert answer.json() == {
            "capacity": 2, "capacity_standing": 2, "resistance": 2, "resistance_standing": 2,
            "decisions": 2, "decisions_current": 2, "decisions_suspended": 0, "packs": 2,
            "fates": {"retest": 2}, "batches": 1, "suppliers": 1, "reviews": 0, "disputes": 0,
            "certificates": 0,
        }  # fmt: skip
