"""Decision tables to be read: of what is published, and of a draft with what it changes."""

import copy

import pytest
from django.urls import reverse

from grading.domain.policy import seed_document
from grading.services.policy_drafts import change_draft
from tests.evidence import publish_seed
from tests.factories import AT, make_actor, make_person
from tests.grading.policy_drafting import make_draft, make_proposed, make_report, numbers

pytestmark = pytest.mark.django_db


def moved(**faults):
    """Return the bands with 65 % for 60 % in the table of LFP, and ``faults`` in its second row."""
    bands = copy.deepcopy(seed_document()["bands"])
    bands[1] |= {"hi": "65"} | faults
    bands[2]["lo"] = bands[3]["lo"] = "65"
    return bands


def shown(client, name, row):
    return client.get(reverse(name, args=[row.pk])).content.decode()


def table(page, title):
    return page.split(f"<h2>{title}</h2>")[1].split("</section>")[0]


LFP = "Lithium iron phosphate (LFP) and 2 more"


class TestPublishedTables:
    def test_are_shown_without_anything_to_compare_or_edit(self, client, author):
        found = table(shown(client, "policy", publish_seed()), LFP)
        assert "60 % ≤ SOH ≤ 80 %" in found
        assert "Against live" not in found
        assert "Edit" not in found


class TestDraftTables:
    def test_show_what_is_stricter_in_each_row(self, client, author):
        publish_seed()
        found = table(shown(client, "policy_draft", make_draft(author, bands=moved())), LFP)
        rows = found.split("<tr")[2:]
        assert "20 % ≤ SOH &lt; 65 %" in rows[1]
        assert [("stricter" in row, "as before" in row) for row in rows] == [
            (number == 1, number != 1) for number in range(6)
        ]

    def test_count_faults_and_tell_them_in_their_rows(self, client, author):
        publish_seed()
        draft = make_draft(author)
        change_draft(
            draft_id=draft.pk,
            revision=1,
            document=draft.document | {"bands": moved(lo="21", route="")},
            part="LFP",
            actor=make_actor(author),
            at=AT,
        )
        page = shown(client, "policy_draft", draft)
        rows = table(page, LFP).split("<tr")[2:]
        assert "2 faults to mend" in table(page, LFP)
        assert "Gap between 20 and 21 %." in rows[1]
        assert "Name a route." in rows[1]
        assert [row.count("cell-message") for row in rows] == [0, 2, 0, 0, 0, 0]
        assert "–" in rows[1] and "as before" not in rows[0]
        assert "to mend" not in table(page, "Lithium manganese oxide (LMO)")

    def test_are_edited_by_their_author_alone(self, client, author):
        publish_seed()
        mine, other = make_draft(author), make_draft(make_person("administrator"))
        address = reverse("policy_draft_table", args=[mine.pk, "LFP"])
        assert f'href="{address}"' in table(shown(client, "policy_draft", mine), LFP)
        assert "Edit" not in table(shown(client, "policy_draft", other), LFP)
        ruled = table(shown(client, "policy_draft", mine), "Sodium ion and 2 more")
        assert f'href="{reverse("policy_draft_part", args=[mine.pk, "chemistries"])}"' in ruled
        assert "Edit" not in ruled
        assert "<a" not in table(shown(client, "policy_draft", mine), "Unknown chemistry")

    def test_stand_beside_what_tries_them(self, client, author):
        live, draft = publish_seed(), make_draft(author, bands=moved())
        tries = table(shown(client, "policy_draft", draft), "Try it")
        for address in (
            reverse("policy_draft_simulate", args=[draft.pk]),
            f"{reverse('what_if')}?candidate=d{draft.pk}&amp;against={live.pk}",
            "#difference",
        ):
            assert f'href="{address}"' in tries
        assert "The tables are stricter in 1 place" in tries

    def test_show_nothing_against_live_where_there_is_none(self, client, author):
        page = shown(client, "policy_draft", make_draft(author))
        assert "Against live" not in page
        assert "#difference" not in page


class TestPublication:
    def test_says_on_its_button_what_it_would_change(self, client, author):
        live, draft = publish_seed(), make_proposed(make_person("administrator"))
        report = make_report(live, draft, "a" * 64, numbers=numbers(("A", "A", 1159), ("A", "B", 41)))
        page = table(shown(client, "policy_draft", draft), "Publish")
        assert ">Publish: 41 of 1,200 packs would get another grade</button>" in page
        assert "none is graded again by itself" in page
        assert f'href="{reverse("what_if_report", args=[report.pk])}"' in page
        assert f'<option value="{"a" * 64}" selected>' in page

    def test_says_that_it_is_not_known_without_a_report_on_all_packs(self, client, author):
        live, draft = publish_seed(), make_proposed(make_person("administrator"))
        make_report(live, draft, "a" * 64, numbers=numbers(("A", "B", 41)), scope={"supplier": "ALPHA"})
        page = table(shown(client, "policy_draft", draft), "Publish")
        assert ">Publish</button>" in page
        assert "is not known: no what-if report tried this revision against seed-v1 v1 on all packs" in page
        assert '<option value="" selected>' in page
