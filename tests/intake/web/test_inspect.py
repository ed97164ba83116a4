"""The inspection page: nothing preselected, saved field by field, hazards one tap away."""

import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from intake.domain.hazards import HAZARDS, QUESTIONS
from intake.domain.inspection import IDENTITY
from intake.models import Inspection, InspectionDraft, Pack, Photo
from tests.factories import make_pack, make_person
from tests.intake.pictures import uploaded

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
COMPLETE = {question.code: "no" for question in QUESTIONS} | {
    IDENTITY: "yes",
    "isolation_kohm": "500,5",
    "pack_voltage_v": "350.4",
}
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_ROOT = tmp_path


@pytest.fixture
def pack(db) -> Pack:
    return make_pack(serial="RB-1", status="received")


@pytest.fixture
def warehouse(client, db):
    client.force_login(make_person(name="Ines"))
    return client


def page(pack, name="inspect_pack"):
    return reverse(name, args=[pack.pk])


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def status_of(pack) -> str:
    return Pack.objects.get(pk=pack.pk).status


class TestWhoMayInspect:
    @pytest.mark.parametrize("role", ["supplier", "reviewer", "administrator", "auditor"])
    def test_only_the_warehouse_may(self, client, pack, role):
        client.force_login(make_person(role))

        assert client.get(page(pack)).status_code == 403
        for name in ("inspect_pack", "inspection_draft", "report_hazard", "photo_add"):
            assert client.post(page(pack, name), COMPLETE | {"codes": "smoke"}).status_code == 403
        assert status_of(pack) == "received"

    @pytest.mark.parametrize("role", ["supplier", "warehouse", "administrator", "auditor"])
    def test_only_a_reviewer_re_opens(self, client, role):
        pack = make_pack(status="quarantined")
        client.force_login(make_person(role))

        assert client.post(page(pack, "reopen_pack"), {"reason": "Fine."}).status_code == 403


class TestInspectPack:
    def test_preselects_no_verdict(self, warehouse, pack):
        html = warehouse.get(page(pack)).content.decode()

        chosen = re.findall(r'<input type="radio" name="(\w+)" value="(\w*)"[^>]*checked', html)
        assert dict(chosen) == dict.fromkeys([IDENTITY, *(question.code for question in QUESTIONS)], "")

    def test_passes_a_full_inspection_with_its_photo_in_one_post(self, warehouse, pack):
        response = warehouse.post(page(pack), COMPLETE | {"photo_label": uploaded()}, follow=True)

        made = Inspection.objects.get()
        assert status_of(pack) == "inspected"
        assert (str(made.isolation_kohm), str(made.pack_voltage_v)) == ("500.50", "350.40")
        assert "Pack RB-1 passed its inspection." in text_of(response)

    @pytest.mark.rule(1)
    def test_lists_everything_that_is_open_each_with_a_link(self, warehouse, pack):
        html = warehouse.post(page(pack), {}).content.decode()

        measured = ["isolation_kohm", "pack_voltage_v", "photo_label"]
        for name in [IDENTITY, *(q.code for q in QUESTIONS), *measured]:
            assert f'href="#at-{name}"' in html
            assert f'id="at-{name}"' in html
        assert status_of(pack) == "received"

    @pytest.mark.rule(2)
    @pytest.mark.parametrize("blank", ["", "  "])
    def test_refuses_a_blank_number(self, warehouse, pack, blank):
        posted = COMPLETE | {"isolation_kohm": blank, "photo_label": uploaded()}

        response = warehouse.post(page(pack), posted)

        assert [name for name, _, _ in response.context["form"].faults()] == ["isolation_kohm"]
        assert status_of(pack) == "received"

    @pytest.mark.parametrize("value", ["abc", "1.234,5", "-1", "NaN", "Infinity", "1e3", "99999999999"])
    def test_refuses_a_number_that_it_cannot_read(self, warehouse, pack, value):
        response = warehouse.post(page(pack), COMPLETE | {"isolation_kohm": value, "photo_label": uploaded()})

        assert response.context["form"].errors["isolation_kohm"]
        assert status_of(pack) == "received"

    def test_quarantines_at_once_and_says_why(self, warehouse, pack):
        response = warehouse.post(page(pack), {"swelling": "yes"}, follow=True)

        assert status_of(pack) == "quarantined"
        assert "Pack RB-1 is in quarantine: Case or cells swollen. Isolate it now." in text_of(response)
        assert "In quarantine." in text_of(response)

    def test_keeps_a_photo_although_the_rest_is_refused(self, warehouse, pack):
        warehouse.post(page(pack), {"photo_label": uploaded()})

        assert Photo.objects.get().pack == pack

    def test_keeps_a_photo_once_although_the_form_is_refused_twice(self, warehouse, pack):
        for _ in range(2):
            warehouse.post(page(pack), {"photo_label": uploaded()})

        assert Photo.objects.count() == 1

    def test_says_in_words_that_a_picture_is_none(self, warehouse, pack):
        response = warehouse.post(page(pack), COMPLETE | {"photo_label": uploaded(content=b"<svg/>")})

        assert "This is not a JPEG, PNG or WebP picture." in text_of(response)
        assert status_of(pack) == "received"

    @pytest.mark.parametrize("status", ["announced", "inspected", "tested", "graded", "rejected"])
    def test_shows_no_form_for_a_pack_that_waits_for_no_inspection(self, warehouse, status):
        response = warehouse.get(page(make_pack(status=status)))

        assert response.context["form"] is None
        assert 'id="inspection"' not in response.content.decode()

    def test_refuses_a_form_that_comes_too_late(self, warehouse):
        pack = make_pack(status="graded")

        response = warehouse.post(page(pack), COMPLETE, follow=True)

        assert response.status_code == 200
        assert status_of(pack) == "graded"
        assert not Inspection.objects.exists()


class TestInspectionDraft:
    def test_saves_and_shows_the_answers_again_without_script(self, warehouse, pack):
        warehouse.post(page(pack, "inspection_draft"), {"burn": "no", "isolation_kohm": "12"}, follow=True)

        form = warehouse.get(page(pack)).context["form"]
        assert (form["burn"].value(), form["isolation_kohm"].value()) == ("no", "12")
        assert status_of(pack) == "received"

    def test_answers_a_field_with_the_time_and_the_new_version(self, warehouse, pack):
        response = warehouse.post(page(pack, "inspection_draft"), {"burn": "no"}, headers=HTMX)

        html = response.content.decode()
        assert re.search(r"Saved \d\d:\d\d UTC", html)
        assert InspectionDraft.objects.get().saved_at.isoformat() in html

    def test_shows_a_hazard_at_once(self, warehouse, pack):
        response = warehouse.post(page(pack, "inspection_draft"), {"smoke": "yes"}, headers=HTMX)

        assert "Put RB-1 into quarantine" in text_of(response)

    def test_shows_a_saved_hazard_before_anything_else_of_the_page(self, warehouse, pack):
        warehouse.post(page(pack, "inspection_draft"), {"smoke": "yes"}, headers=HTMX)
        assert status_of(pack) == "received"

        html = warehouse.get(page(pack)).content.decode()
        assert html.index("Put RB-1 into quarantine") < html.index("What the supplier says")

    @pytest.mark.parametrize("name", ["inspection_draft", "inspect_pack"])
    @pytest.mark.parametrize("rest", [{}, {"pack_voltage_v": "abc"}, {"isolation_kohm": "99999999"}])
    def test_isolates_at_once_whatever_else_is_wrong(self, warehouse, pack, name, rest):
        response = warehouse.post(page(pack, name), {"smoke": "yes", **rest}, follow=True)

        assert status_of(pack) == "quarantined"
        assert "Pack RB-1 is in quarantine: Smoke or sparks. Isolate it now." in text_of(response)
        assert ("Not kept:" in text_of(response)) is bool(rest)

    @pytest.mark.rule(22)
    def test_keeps_on_record_what_a_hazard_overrules(self, client, pack):
        client.force_login(make_person(name="Ines"))
        client.post(page(pack, "inspection_draft"), {"smoke": "no"})
        client.force_login(make_person(name="Otto"))

        client.post(page(pack, "inspection_draft"), {"smoke": "yes"})

        assert status_of(pack) == "quarantined"
        assert Inspection.objects.get().note == "Ines had saved: smoke no."

    def test_saves_field_by_field_from_one_page(self, warehouse, pack):
        draft_page = page(pack, "inspection_draft")
        warehouse.post(draft_page, {"burn": "no"}, headers=HTMX)
        seen = InspectionDraft.objects.get().saved_at.isoformat()

        warehouse.post(draft_page, {"burn": "no", "water": "no", "seen_draft_at": seen}, headers=HTMX)

        assert InspectionDraft.objects.get().answers == {"burn": "no", "water": "no"}

    @pytest.mark.rule(22)
    def test_shows_the_second_person_both_versions_and_loses_nothing(self, client, pack):
        draft_page = page(pack, "inspection_draft")
        client.force_login(make_person(name="Ines"))
        client.post(draft_page, {"burn": "yes", "smoke": "no", "note": "soot"}, headers=HTMX)
        client.force_login(make_person(name="Otto"))

        response = client.post(draft_page, {"burn": "no", "water": "no"})

        form = response.context["form"]
        assert (form["burn"].value(), form["water"].value()) == ("no", "no")
        assert (form["smoke"].value(), form["note"].value()) == ("no", "soot")
        assert re.search(r"Ines saved at \d\d:\d\d UTC: yes", text_of(response))
        assert InspectionDraft.objects.get().answers == {"burn": "yes", "smoke": "no"}

    @pytest.mark.rule(22)
    def test_takes_the_second_save_that_knows_both(self, client, pack):
        draft_page = page(pack, "inspection_draft")
        client.force_login(make_person(name="Ines"))
        client.post(draft_page, {"burn": "yes", "smoke": "no"}, headers=HTMX)
        client.force_login(make_person(name="Otto"))
        shown = client.post(draft_page, {"burn": "no"}, headers=HTMX)
        assert shown["HX-Retarget"] == "#inspection"
        form = shown.context["form"]

        data = {name: form[name].value() or "" for name in ("burn", "smoke", "seen_draft_at")}

        unanswered = client.post(draft_page, data)
        assert "I have seen both" in text_of(unanswered)
        assert InspectionDraft.objects.get().answers == {"burn": "yes", "smoke": "no"}
        client.post(draft_page, data | {"settled": form.conflict})

        draft = InspectionDraft.objects.get()
        assert (draft.answers, draft.saved_by) == ({"burn": "no", "smoke": "no"}, "Otto")

    @pytest.mark.parametrize("seen", ["nonsense", "2026-13-45T00:00", "2026-11-22"])
    def test_takes_a_spoiled_version_for_none(self, warehouse, pack, seen):
        warehouse.post(page(pack, "inspection_draft"), {"burn": "no"})

        posted = {"burn": "yes", "seen_draft_at": seen}
        response = warehouse.post(page(pack, "inspection_draft"), posted, headers=HTMX)

        assert "saved answers about this pack" in text_of(response)


class TestReportHazard:
    @pytest.mark.parametrize("question", HAZARDS, ids=lambda question: question.code)
    def test_isolates_with_one_tap(self, warehouse, pack, question):
        html = warehouse.get(page(pack)).content.decode()
        assert re.search(rf'<button[^>]*name="codes" value="{question.code}"', html)

        warehouse.post(page(pack, "report_hazard"), {"codes": question.code})

        assert status_of(pack) == "quarantined"

    @pytest.mark.parametrize("codes", ["", "nonsense", "seal_broken"])
    def test_says_that_no_hazard_was_chosen(self, warehouse, pack, codes):
        response = warehouse.post(page(pack, "report_hazard"), {"codes": codes}, follow=True)

        assert "Not reported." in text_of(response)
        assert status_of(pack) == "received"

    def test_says_that_a_pack_is_not_here(self, warehouse):
        pack = make_pack(status="announced")

        response = warehouse.post(page(pack, "report_hazard"), {"codes": "smoke"}, follow=True)

        assert "is announced" in text_of(response)


class TestReopenPack:
    def test_sends_the_pack_back_to_its_inspection(self, client, pack):
        client.force_login(make_person())
        client.post(page(pack, "report_hazard"), {"codes": "burn"})
        client.force_login(make_person("reviewer"))

        assert "Burn marks or melted plastic" in text_of(client.get(page(pack, "reopen_pack")))
        response = client.post(page(pack, "reopen_pack"), {"reason": "It was soot."})

        assert response["Location"] == page(pack, "pack")
        assert status_of(pack) == "received"

    @pytest.mark.parametrize("reason", ["", "   "])
    def test_needs_a_reason(self, client, reason):
        pack = make_pack(status="quarantined")
        client.force_login(make_person("reviewer"))

        response = client.post(page(pack, "reopen_pack"), {"reason": reason})

        assert response.context["form"].errors["reason"]
        assert status_of(pack) == "quarantined"
