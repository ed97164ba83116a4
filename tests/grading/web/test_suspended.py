"""A pack whose decision is suspended is shown as not graded on every page, in exports and to programs."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from grading.models import Decision
from grading.services import decisions
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from tests.evidence import add_capacity, finish_again, publish_seed
from tests.factories import make_instrument, make_person
from tests.grading.declaring import APPROVED_AT, approve, make_measured, propose
from tests.programs import Program

LAST = "B by seed-v1 v1"


@pytest.fixture
def pack(db):
    publish_seed()
    bad = make_instrument(code="CY-1")
    [pack] = make_measured(with_=bad)
    assert Decision.objects.get(pack=pack).grade == "B"
    approve(propose(bad))
    return pack


def words(client, name, *args, **params):
    text = client.get(reverse(name, args=args), params).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


@pytest.mark.rule(14)
class TestSuspended:
    @pytest.mark.parametrize("role", ["reviewer", "supplier"])
    def test_is_the_headline_of_the_pack_and_nothing_of_it_holds(self, client, pack, role):
        viewer = make_person(role, supplier=pack.supplier if role == "supplier" else None)
        client.force_login(viewer)

        shown = words(client, "pack", pack.pk)

        assert "Not graded now: the last decision is suspended." in shown
        assert "Suspended: not graded now" in shown and "Last decision, not in force Grade B by" in shown
        assert "Suggested applications" not in shown and "months" not in shown
        now, story, history = shown.partition("Custody")  # what was decided stays in the story, dated
        assert "B, not A" not in now
        assert f"Grade {LAST} is suspended." in history or role == "reviewer"

    def test_is_in_lists_and_exports(self, client, pack):
        client.force_login(make_person("supplier", supplier=pack.supplier))

        for name, args in (("packs", ()), ("batch_results", (pack.batch_id,))):
            assert f"not graded suspended: {LAST}" in words(client, name, *args)
            assert pack.serial in words(client, name, *args, grade="none")
            assert pack.serial not in words(client, name, *args, grade="B")
            export = client.get(reverse(name, args=args), {"export": "csv"})
            assert LAST in b"".join(export.streaming_content).decode()

    @pytest.mark.parametrize("role", ["reviewer", "supplier"])
    def test_stands_beside_the_state_in_its_batch(self, client, pack, role):
        client.force_login(make_person(role, supplier=pack.supplier if role == "supplier" else None))

        assert "Inspected, grade suspended" in words(client, "batch", pack.batch_id)
        export = client.get(reverse("batch", args=[pack.batch_id]), {"export": "csv"})
        assert "Inspected, grade suspended" in b"".join(export.streaming_content).decode()

    def test_stands_there_no_longer_once_the_pack_is_graded_again(self, client, pack):
        client.force_login(make_person("auditor"))
        add_capacity([pack], "74", instrument=make_instrument(code="CY-2"))
        finish_again([pack])
        assert "Tested, grade suspended" in words(client, "batch", pack.batch_id)

        decisions.grade(pack_ids=[pack.pk], actor=SYSTEM, at=APPROVED_AT + timedelta(hours=1))

        assert "grade suspended" not in words(client, "batch", pack.batch_id)

    def test_is_told_to_programs(self, pack):
        reader = Program(Role.AUDITOR)

        found = reader.get(f"packs/{pack.pk}/").json()
        [decided] = reader.get("decisions/", pack=str(pack.pk)).json()["results"]

        assert (found["grade"], found["policy"], found["suspended"]) == (None, None, LAST)
        assert (decided["grade"], decided["in_force"], decided["suspended"]) == ("B", False, True)

    def test_is_in_the_declaration_s_tile_and_list(self, client, pack):
        client.force_login(make_person("auditor"))
        key = Decision.objects.get(pack=pack).suspended_by_id

        assert "1 suspended" in words(client, "declaration", key)
        shown = words(client, "declaration_part", key, "decisions", current="suspended")
        assert "Suspended: not graded now" in shown
        assert pack.serial not in words(client, "declaration_part", key, "decisions", current="yes")
