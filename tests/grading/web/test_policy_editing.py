"""Decision tables and other parts of a draft, edited with and without JavaScript."""

import pytest
from django.urls import reverse

from grading.domain.policy import seed_document
from grading.domain.policy_faults import faults_in
from grading.domain.policy_templates import TEMPLATES, template_document
from grading.services.policy_drafts import change_draft, start_draft
from grading.web.policy_parts import PARTS, PartForm
from rebattery.accounts.models import User
from tests.evidence import publish_seed
from tests.factories import AT, make_actor, make_person
from tests.grading.policy_drafting import make_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(client):
    author = make_person("reviewer")
    client.force_login(author)
    publish_seed()
    return make_draft(author)


def sent_rows(document, name="LFP", **changes):
    rows = [row for row in document["bands"] if row["class"] == name]
    sent = {"rows": str(len(rows)), "revision": "1"}
    for n, row in enumerate(rows):
        for key, value in row.items():
            if key in ("lo_incl", "hi_incl"):
                value = "yes" if value else "no"
            sent[f"row-{n}-{key}"] = "" if value is None else value
    return sent | changes


class TestDraftTable:
    def ask(self, client, draft, act, headers=None, **changes):
        page = reverse("policy_draft_table", args=[draft.pk, "LFP"])
        return client.post(page, sent_rows(draft.document, act=act, **changes), headers=headers)

    def test_of_no_such_class_is_not_found(self, client, draft):
        assert client.get(reverse("policy_draft_table", args=[draft.pk, "PB"])).status_code == 404

    def test_saves_what_it_showed_without_changing_it(self, client, draft):
        self.ask(client, draft, "save")
        draft.refresh_from_db()
        assert (draft.document["bands"], draft.revision) == (seed_document()["bands"], 1)

    def test_saves_a_moved_limit(self, client, draft):
        moved = {"row-1-hi": "65", "row-2-lo": "65,0", "row-3-lo": "65"}
        self.ask(client, draft, "save", **moved)
        draft.refresh_from_db()
        assert draft.revision == 2
        assert draft.document["bands"][2]["lo"] == "65.0"
        assert faults_in(draft.document) == []

    def test_with_a_character_that_no_table_can_hold_is_refused(self, client, draft):
        assert self.ask(client, draft, "save", **{"row-0-code": "A\0"}).status_code == 400

    def test_tells_faults_at_their_cells_and_saves_nothing_on_a_check(self, client, draft):
        page = self.ask(client, draft, "check", **{"row-1-lo": "21", "row-2-grade": ""}).content.decode()
        assert "2 faults, each told at its cell." in page
        assert "Gap between 20 and 21 %." in page
        assert "Name a grade." in page
        draft.refresh_from_db()
        assert draft.revision == 1

    def test_answers_the_browser_with_the_checks_alone(self, client, draft):
        moved = {"row-1-hi": "65", "row-2-lo": "65", "row-3-lo": "65"}
        page = self.ask(client, draft, "check", headers={"HX-Request": "true"}, **moved).content.decode()
        assert "<html" not in page
        assert 'id="direction-1" hx-swap-oob="true"' in page
        assert 'id="flags-1" hx-swap-oob="true"' in page
        assert "The tables are stricter in 1 place" in page
        assert "Not saved yet." in page

    def test_says_that_nothing_is_saved_only_where_something_changed(self, client, draft):
        assert "Not saved yet." not in self.ask(client, draft, "check").content.decode()
        assert "Not saved yet." in self.ask(client, draft, "remove-0").content.decode()

    def test_marks_the_fields_that_have_faults(self, client, draft):
        page = self.ask(client, draft, "check", **{"row-2-route": ""}).content.decode()
        assert page.count('aria-invalid="true"') == 1
        assert 'name="row-2-route" aria-invalid="true" aria-describedby="fault-2-route"' in page

    def test_names_every_field_by_its_row(self, client, draft):
        page = self.ask(client, draft, "check").content.decode()
        for name in ("SOH from, in %", "Resistance, × baseline", "Grade", "Reason, as a code"):
            assert f'<span class="visually-hidden">Row 2: </span>{name}</label>' in page

    def test_begins_with_a_button_that_saves_nothing(self, client, draft):
        """Enter without a script presses the first button of a form."""
        page = self.ask(client, draft, "check").content.decode()
        form = page.split('class="stack" data-is-mine')[1]
        assert 'value="check"' in form.split("<button")[1]

    def test_tells_what_is_stricter_while_other_parts_have_faults(self, client, draft):
        overlay = {"code": "NEW_1", "when": [], "classes": None, "grades": None, "grade": "C", "route": None}
        change_draft(
            draft_id=draft.pk,
            revision=1,
            document=draft.document | {"overlays": [overlay]},
            part="overlays",
            actor=make_actor(User.objects.get(pk=draft.author_person_id)),
            at=AT,
        )
        draft.refresh_from_db()
        assert faults_in(draft.document)
        moved = {"row-1-hi": "65", "row-2-lo": "65", "row-3-lo": "65", "revision": "2"}
        page = self.ask(client, draft, "check", **moved).content.decode()
        assert "The tables are stricter in 1 place" in page
        assert 'class="status' in page.split('id="direction-1"')[1].split("</div>")[0]

        broken = self.ask(client, draft, "check", **{"row-1-lo": "", "revision": "2"}).content.decode()
        assert (
            "The other tables give the same as before everywhere. Not compared, for faults of their own: LFP."
            in broken
        )
        assert "–" in broken.split('id="direction-1"')[1].split("</div>")[0]

    def test_adds_and_removes_rows_without_saving(self, client, draft):
        assert 'name="rows" value="7"' in self.ask(client, draft, "add").content.decode()
        assert 'name="rows" value="7"' in self.ask(client, draft, "insert-0").content.decode()
        assert 'name="rows" value="5"' in self.ask(client, draft, "remove-0").content.decode()

    def test_goes_on_in_the_row_that_it_added(self, client, draft):
        for act, name in (("add", "row-6-hi"), ("insert-0", "row-1-hi")):
            page = self.ask(client, draft, act).content.decode()
            assert page.count("autofocus") == 1
            assert " autofocus" in page.split(f'id="{name}"')[1].split(">")[0]

    def test_of_another_person_is_not_saved(self, client, draft):
        client.force_login(make_person("administrator"))
        page = self.ask(client, draft, "save", **{"row-1-grade": "D"}).content.decode()
        assert "Only its author changes a draft." in page

    @pytest.mark.parametrize("rows", ["", "x", "9999", "²"])
    def test_survives_strange_counts(self, client, draft, rows):
        page = reverse("policy_draft_table", args=[draft.pk, "LFP"])
        assert client.post(page, {"rows": rows, "act": "save"}).status_code == 200


def sent_part(part, document, **changes):
    """Return what the page of ``part`` sends when nobody touches it."""
    form = PartForm(part, document)
    sent = {"revision": "1"}
    for bound in form:
        value = bound.value()
        if bound.name != "revision" and value not in (None, False):
            sent[bound.html_name] = "on" if value is True else value
    return sent | changes


class TestDraftFaults:
    def test_are_told_as_the_forms_name_their_places(self, client, draft):
        bands = [draft.document["bands"][0] | {"lo": "-5"}, *draft.document["bands"][1:]]
        change_draft(
            draft_id=draft.pk,
            revision=1,
            document=draft.document | {"bands": bands},
            part="LFP",
            actor=make_actor(User.objects.get(pk=draft.author_person_id)),
            at=AT,
        )

        for name, args in (("policy_draft", []), ("policy_draft_part", ["limits"])):
            page = client.get(reverse(name, args=[draft.pk, *args])).content.decode()
            assert "Table of LFP, row 1, SOH from: enter a number of at least 0, not -5" in page
            assert "in a string" not in page


class TestDraftPart:
    def test_of_no_such_name_is_not_found(self, client, draft):
        assert client.get(reverse("policy_draft_part", args=[draft.pk, "x"])).status_code == 404

    @pytest.mark.parametrize("part", [key for key, _ in PARTS])
    @pytest.mark.parametrize("code", ["seed-v1", "seed-v2-guarded", *TEMPLATES])
    def test_untouched_changes_nothing(self, client, draft, part, code):
        author = make_actor(make_person("reviewer"))
        made = start_draft(document=template_document(code), source="x", actor=author, at=AT)
        form = PartForm(part, made.document, sent_part(part, made.document))
        assert form.is_valid(), form.errors
        assert form.written() == made.document

    def save(self, client, draft, part, **changes):
        page = reverse("policy_draft_part", args=[draft.pk, part])
        assert client.get(page).status_code == 200
        answer = client.post(page, sent_part(part, draft.document, **changes))
        draft.refresh_from_db()
        return answer

    def test_saves_floors(self, client, draft):
        self.save(client, draft, "limits", floors__pack_percent="30")
        assert draft.document["floors"]["pack_percent"] == "30"

    def test_tells_an_unreadable_number_at_its_field_and_saves_nothing(self, client, draft):
        page = self.save(client, draft, "limits", floors__pack_percent="x").content.decode()
        assert "Enter a number" in page
        assert draft.revision == 1

    def test_saves_procedures_and_leaves_them_out_again(self, client, draft):
        self.save(client, draft, "evidence", evidence__procedures__capacity="iso12405-capacity")
        assert draft.document["evidence"]["procedures"] == {"capacity": ["iso12405-capacity"]}
        self.save(client, draft, "evidence", evidence__procedures__capacity="", revision="2")
        assert "procedures" not in draft.document["evidence"]

    def test_saves_the_validity_of_a_grade(self, client, draft):
        self.save(client, draft, "validity", grade_validity__A__storage_months="12")
        assert draft.document["grade_validity"] == {"A": {"storage_months": 12, "remeasure_months": None}}

    def test_adds_and_removes_an_overlay(self, client, draft):
        count = len(draft.document["overlays"])
        self.save(client, draft, "overlays", act="add")
        assert len(draft.document["overlays"]) == count + 1
        assert faults_in(draft.document) == []
        self.save(client, draft, "overlays", revision="2", **{f"remove__overlays__{count}": "on"})
        assert draft.document["overlays"] == seed_document()["overlays"]

    def test_saves_what_an_application_needs(self, client, draft):
        self.save(client, draft, "applications", applications__0__min_current_a="100")
        assert draft.document["applications"][0]["min_current_a"] == "100"

    def test_gives_a_chemistry_a_table_of_its_own_and_takes_it_away(self, client, draft):
        name = "chemistry_classes__NCA__treat_as"
        self.save(client, draft, "chemistries", **{name: "NCA"})
        address = reverse("policy_draft_table", args=[draft.pk, "NCA"])
        assert 'name="rows" value="5"' in client.get(address).content.decode()
        assert faults_in(draft.document) == []

        client.post(address, {"act": "drop", "revision": "2"})
        assert client.get(address).status_code == 200
        self.save(client, draft, "chemistries", revision="2", **{name: "NMC"})
        assert "Take the table away" in client.get(address).content.decode()
        client.post(address, {"act": "drop", "revision": "3"})
        draft.refresh_from_db()
        assert draft.document == make_draft(User.objects.get(pk=draft.author_person_id)).document

    def test_is_refused_on_a_revision_that_is_gone(self, client, draft):
        answer = self.save(client, draft, "limits", floors__pack_percent="30", revision="9")
        assert "changed since you opened it" in answer.content.decode()
