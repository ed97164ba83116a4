"""Trying facts under a policy, which binds nobody."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grading.models import Decision
from grading.queries.policies import policies
from grading.queries.simulations import FACTS
from grading.services.policy_drafts import change_draft
from rebattery.accounts.roles import Role
from rebattery.audit.models import Event
from tests.evidence import make_tested, publish_seed
from tests.factories import AT, make_actor, make_pack, make_person
from tests.grading.policy_drafting import make_draft, with_floor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy(db):
    return publish_seed()


@pytest.fixture
def url(policy):
    return reverse("policy_simulate", args=[policies().get().pk])


class TestPolicySimulate:
    def test_is_for_staff(self, client, url):
        assert client.get(url).status_code == 302
        client.force_login(make_person(Role.SUPPLIER))
        assert client.get(url).status_code in (403, 404)

    def test_starts_from_what_is_known_and_changes_no_row(self, client, url):
        pack = make_tested(soh="74", ratio="1.2")[0]
        client.force_login(make_person(Role.REVIEWER))
        rows = Decision.objects.count(), Event.objects.count()

        page = client.get(url, {"pack": pack.pk}).text

        assert "Not binding" in page
        assert 'value="74"' in page
        assert "B, not A: SOH 74.0 %" in page
        assert "SOH above 80 % would make it A, pack reuse." in page
        assert (Decision.objects.count(), Event.objects.count()) == rows

    def test_takes_the_claim_as_if_it_were_measured(self, client, url):
        pack = make_pack(declared_soh_percent="83")
        client.force_login(make_person(Role.REVIEWER))

        assert 'value="83"' in client.get(url, {"pack": pack.pk, "basis": "claimed"}).text
        assert (
            "its claim as if a bench had confirmed it"
            in client.get(url, {"pack": pack.pk, "basis": "claimed"}).text
        )

    def test_judges_edited_facts(self, client, url):
        client.force_login(make_person(Role.REVIEWER))
        facts = {
            "policy": policies().get().pk,
            "chemistry": "NMC",
            "safety": "ok",
            "identity_confirmed": "yes",
            "soh_percent": "85",
            "soh_source": "lab",
            "ir_ratio": "1,7",
            "ir_comparable": "yes",
            "weakest_cell_soh_percent": "70",
        }
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = client.get(url, facts).text

        assert "D, not A: IR 1.70× baseline is not below 1.5×" in page
        assert "IR below 1.5× baseline would make it A, pack reuse." in page
        written = [q["sql"] for q in queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
        assert not [sql for sql in written if "django_session" not in sql]

    @pytest.mark.parametrize(
        ("bad", "status"),
        [
            ({"pack": "x"}, 404),
            ({"pack": "999999"}, 404),
            ({"pack": "9" * 30}, 404),
            ({"chemistry": "LFP", "policy": "999999"}, 404),
            ({"chemistry": "LFP", "soh_percent": "many"}, 200),
            ({"chemistry": "LFP", "soh_percent": "99999999999"}, 200),
            ({"chemistry": "LFP", "soh_percent": "NaN"}, 200),
            ({"chemistry": "GOLD"}, 200),
            ({"chemistry": "LFP", "safety": "fine"}, 200),
        ],
    )
    def test_answers_nonsense_with_a_page(self, client, url, bad, status):
        client.force_login(make_person(Role.REVIEWER))
        answer = client.get(url, bad)

        assert answer.status_code == status
        if status == 200:
            assert "Correct the facts to see a result." in answer.text


class TestPolicyDraftSimulate:
    def url(self, draft):
        return reverse("policy_draft_simulate", args=[draft.pk])

    def test_is_for_those_who_see_policies(self, client):
        draft = make_draft()
        client.force_login(make_person(Role.SUPPLIER))
        assert client.get(self.url(draft)).status_code == 403

    def test_of_no_such_draft_is_not_found(self, client):
        client.force_login(make_person(Role.REVIEWER))
        assert client.get(reverse("policy_draft_simulate", args=[9999])).status_code == 404

    def test_judges_by_the_draft_what_is_known_and_what_is_claimed(self, client):
        draft = make_draft(floors=with_floor("76"), title="Strict")
        pack = make_tested(soh="74", ratio="1.2", declared_soh_percent="83")[0]
        client.force_login(make_person(Role.REVIEWER))

        known = client.get(self.url(draft), {"pack": pack.pk}).text
        assert "D: weakest cell" in known or "D: SOH 74.0 % is below the floor of 76 %" in known
        assert "a draft decides nothing until another person publishes it" in known
        assert "Not binding" in known
        claimed = client.get(self.url(draft), {"pack": pack.pk, "basis": "claimed"}).text
        assert 'value="83"' in claimed
        assert "Strict, draft" in claimed

    def test_can_be_chosen_beside_published_ones(self, client, url):
        draft = make_draft(grade_validity={"A": {"storage_months": 6, "remeasure_months": 3}})
        client.force_login(make_person(Role.REVIEWER))
        facts = {"policy": f"d{draft.pk}", "chemistry": "LFP", "safety": "ok", "identity_confirmed": "yes"}
        facts |= {"soh_percent": "85", "soh_source": "lab", "ir_ratio": "1.2", "ir_comparable": "yes"}
        facts |= {"weakest_cell_soh_percent": "70"}

        page = client.get(url, facts | {"soh_age_months": "6"}).text
        assert "The grade would count for 6 months after the SOH measurement" in page
        assert "to be measured again after 3 months." in page
        assert "grade A counts for 6 months" in client.get(url, facts | {"soh_age_months": "7"}).text

    def test_says_what_is_wrong_with_it(self, client):
        author = make_person(Role.REVIEWER)
        draft = make_draft(author)
        broken = draft.document | {"guard_band_pts": "much"}
        change_draft(
            draft_id=draft.pk, revision=1, document=broken, part="limits", actor=make_actor(author), at=AT
        )
        client.force_login(author)

        page = client.get(self.url(draft)).text
        assert "cannot judge yet: 1 fault to mend" in page
        assert "policy.guard_band_pts" in page

    def test_shows_every_fact_but_where_it_comes_from(self, client, url):
        client.force_login(make_person(Role.REVIEWER))
        page = client.get(url).text
        assert [name for name in FACTS if f'name="{name}"' not in page] == []
