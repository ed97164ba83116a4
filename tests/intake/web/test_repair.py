from datetime import date

import pytest
from django.urls import reverse

from intake.models import Intent, ManifestState
from intake.services import manifests
from rebattery.accounts.roles import Role
from tests.factories import AT, make_actor, make_person, make_supplier
from tests.intake import drafting
from tests.intake.drafting import BLANK_ROW, DAMAGED_ROW, LOCATION_COLUMN, SERIAL_COLUMN

VERBS = ["manifest_answer", "manifest_undo", "manifest_announce", "manifest_discard", "manifest_leave_out"]


@pytest.fixture
def supplier(db):
    return make_supplier()


@pytest.fixture
def owner(client, supplier):
    person = make_person(Role.SUPPLIER, supplier=supplier)
    client.force_login(person)
    return person


@pytest.fixture
def draft(supplier):
    return drafting.make_draft(supplier)


def post(client, name, draft, **fields):
    return client.post(reverse(name, args=[draft.pk]), fields)


def said_at(client, response):
    return client.get(response.url).content.decode()


@pytest.mark.parametrize("name", VERBS)
class TestEveryVerb:
    def test_is_refused_to_who_may_not_send(self, client, draft, name):
        client.force_login(make_person(Role.WAREHOUSE))

        assert post(client, name, draft).status_code == 403

    @pytest.mark.rule(5)
    def test_is_not_there_for_another_supplier(self, client, draft, name):
        client.force_login(make_person(Role.SUPPLIER))

        assert post(client, name, draft).status_code == 404


class TestManifestAnswer:
    def test_has_the_file_read_again_with_it(self, client, draft, owner):
        response = post(client, "manifest_answer", draft, **{f"column:{LOCATION_COLUMN}": "extra"})

        draft.refresh_from_db()
        step = draft.corrections.get()
        assert response.url == reverse("manifest", args=[draft.pk])
        assert draft.state == ManifestState.QUEUED
        assert (step.kind, step.payload) == ("answer", {f"column:{LOCATION_COLUMN}": "extra"})

    def test_keeps_only_what_changes(self, client, draft, owner):
        form = {"column:1": "pack_serial", "unit:5": "kWh", "sheet": "Akkus", "header_row": "4"}

        post(client, "manifest_answer", draft, **form, **{f"column:{LOCATION_COLUMN}": "notes"})

        assert draft.corrections.get().payload == {f"column:{LOCATION_COLUMN}": "notes"}

    def test_goes_on_when_nothing_changes(self, client, draft, owner):
        response = post(client, "manifest_answer", draft, **{"column:1": "pack_serial", "unit:5": ""})

        draft.refresh_from_db()
        assert response.url.endswith("?stage=check")
        assert draft.state == ManifestState.DRAFT

    def test_takes_a_tab_for_what_stands_between_cells(self, client, supplier, owner):
        content = drafting.good_csv(["RB-0001"]).replace(b",", b"\t")
        draft = drafting.make_draft(supplier, content, "tabs.csv")
        drafting.answered(draft, delimiter="|")

        post(client, "manifest_answer", draft, delimiter="\t")

        assert drafting.read(draft).summary["delimiter"] == "\t"

    def test_says_what_cannot_be(self, client, draft, owner):
        response = post(client, "manifest_answer", draft, **{f"column:{LOCATION_COLUMN}": "no_such_field"})

        assert "Nothing was changed." in said_at(client, response)
        assert not draft.corrections.exists()

    def test_mends_a_whole_group(self, client, draft, owner):
        draft = drafting.answered(draft)

        post(client, "manifest_answer", draft, **{"fill:accident_flag": "no"})

        row = drafting.read(draft).rows.get(row=BLANK_ROW)
        assert (row.severity, row.values["accident_flag"]) == (0, False)


class TestManifestUndo:
    def test_takes_the_last_step_back_and_stays_where_it_was(self, client, draft, owner):
        draft = drafting.answered(draft)
        drafting.edit(draft, DAMAGED_ROW, SERIAL_COLUMN, "ID3-77-041")

        response = post(client, "manifest_undo", draft, back="stage=check&show=error&evil=1")

        assert response.url == f"{reverse('manifest', args=[draft.pk])}?stage=check&show=error"
        assert "Taken back: Row 9, Seriennummer" in said_at(client, response)
        assert draft.corrections.order_by("position").last().undone_at is not None

    def test_is_not_offered_for_what_went_into_the_batch(self, client, draft, owner):
        draft = drafting.announce(drafting.answered(draft))

        page = client.get(reverse("manifest", args=[draft.pk])).content.decode()

        assert "data-undo disabled" in " ".join(page.split())

    def test_says_when_there_is_nothing(self, client, draft, owner):
        response = post(client, "manifest_undo", draft)

        assert "Nothing was changed." in said_at(client, response)


class TestManifestLeaveOut:
    def test_leaves_a_whole_group_out(self, client, draft, owner):
        response = post(client, "manifest_leave_out", draft, rule="safety_blank", column="Unfall")

        assert "1 row is left out." in said_at(client, response)
        assert draft.rows.get(row=BLANK_ROW).fate == "dropped"

    @pytest.mark.parametrize("rule", ["", "no_such_rule"])
    def test_leaves_nothing_out_without_a_rule(self, client, draft, owner, rule):
        post(client, "manifest_leave_out", draft, rule=rule)

        assert not draft.corrections.exists()


class TestManifestAnnounce:
    def test_queues_what_is_ready_with_its_day(self, client, draft, owner):
        draft = drafting.answered(draft)
        day = date(2030, 1, 2)

        post(client, "manifest_announce", draft, intent="announce_valid", expected_on=day.isoformat())

        draft.refresh_from_db()
        assert (draft.state, draft.intent, draft.expected_on) == ("queued", Intent.ANNOUNCE_VALID, day)
        batch = drafting.read(draft).batch
        assert (batch.packs.count(), batch.expected_on) == (3, day)

    def test_announces_nothing_while_a_row_is_wrong_and_all_were_asked_for(self, client, draft, owner):
        draft = drafting.answered(draft)

        response = post(client, "manifest_announce", draft, intent="announce_all")

        draft.refresh_from_db()
        assert "rows cannot be announced yet" in said_at(client, response)
        assert draft.state == ManifestState.DRAFT

    @pytest.mark.parametrize(
        "fields", [{}, {"intent": "anything"}, {"intent": "announce_valid", "expected_on": "soon"}]
    )
    def test_refuses_what_the_form_cannot_send(self, client, draft, owner, fields):
        response = post(client, "manifest_announce", draft, **fields)

        draft.refresh_from_db()
        assert "Nothing was announced." in said_at(client, response)
        assert draft.state == ManifestState.DRAFT

    def test_ends_a_file_whose_other_rows_are_left_out(self, client, draft, owner):
        draft = drafting.announce(drafting.answered(draft))
        rows = [row.row for row in draft.rows.filter(fate="open")]
        manifests.drop_rows(manifest_id=draft.pk, rows=rows, actor=make_actor(), at=AT)

        page = client.get(reverse("manifest", args=[draft.pk])).content.decode()

        bar = page.partition('id="announce"')[2].partition("</form>")[0]
        assert "Finish: the rows left out are not sent</button>" in bar
        assert " disabled" not in bar and "expected_on" not in bar
        assert "No row is open any more." in page and "Every row can be announced." not in page
        post(client, "manifest_announce", draft, intent="announce_all")
        ended = drafting.read(draft)
        assert (ended.state, ended.batch.packs.count()) == (ManifestState.IMPORTED, 3)


class TestManifestDiscard:
    def test_calls_a_file_that_never_became_a_draft_a_file(self, client, supplier, owner):
        refused = drafting.make_draft(supplier, b"\x00\x01binary", "junk.xlsx")

        response = client.post(reverse("manifest_discard", args=[refused.pk]))

        assert "The file junk.xlsx is discarded." in said_at(client, response)

    def test_gives_the_draft_up(self, client, draft, owner):
        response = post(client, "manifest_discard", draft)

        draft.refresh_from_db()
        assert response.url == reverse("batches")
        assert f"The draft {draft.file_name} is discarded." in said_at(client, response)
        assert draft.state == ManifestState.DISCARDED

    def test_says_why_not(self, client, supplier, owner):
        made = drafting.take(supplier, drafting.good_csv(["RB-0001"]), intent=Intent.ANNOUNCE_ALL)
        made = drafting.read(made)

        response = post(client, "manifest_discard", made)

        assert "Nothing was changed." in said_at(client, response)
