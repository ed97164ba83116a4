"""A pack's page at the bench keeps what is typed, is blind to what others say, and says all that lacks."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from grading.models import BenchDraft, CapacityTest
from grading.services.reviews import order_retest
from grading.services.reviews.cases import RetestDemand
from tests.evidence import add_capacity, make_inspected, make_reviews
from tests.factories import balance, make_actor, make_instrument, make_pack_type, make_person
from tests.grading.services.reviews.acts import WHY, seen
from tests.grading.web.test_bench import WRONG, capacity, post, resistance

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operator")]


def page_of(client, pack, **query) -> str:
    return client.get(reverse("bench_pack", args=[pack.pk]), query, follow=True).text


def save(client, pack, data, *, kind="capacity", seen=0, **more):
    values = data | {"seen": str(seen)} | more
    return client.post(reverse("bench_draft", args=[pack.pk, kind]), values, headers={"HX-Request": "true"})


class TestAccess:
    @pytest.mark.parametrize("role", WRONG)
    def test_who_does_not_test_is_refused(self, client, pack, role):
        client.force_login(make_person(role))

        assert save(client, pack, {}).status_code == 403

    def test_only_kinds_of_test_have_drafts(self, client, pack):
        assert save(client, pack, {}, kind="report").status_code == 404


class TestDraft:
    def test_keeps_what_is_typed_readable_or_not(self, client, pack, instrument):
        answer = save(client, pack, capacity(instrument, c_rate="abc"))

        assert answer.status_code == 200 and "Saved" in answer.text
        assert BenchDraft.objects.get().values["c_rate"] == "abc"
        page = page_of(client, pack)
        assert 'value="85,1"' in page and 'value="abc"' in page and "Draft of Otto" in page

    def test_answers_with_what_follows(self, client, pack, instrument):
        text = save(client, pack, capacity(instrument, temperature_degc="10", ended_by_cell_limit="")).text

        assert "<output>74.00</output>" in text
        assert "10 °C is unusual" in text
        assert re.search(r'href="#id_capacity-ended_by_cell_limit[^"]*">Did the test end', text)

    def test_says_when_nothing_lacks_with_uncertainty_and_members(self, client, pack, instrument):
        members = "kind\tlabel\tAh\nseries group\t1\t85,1\nseries group\t2\t88"

        text = save(client, pack, capacity(instrument, members=members)).text

        assert "Ready to record" in text
        assert "Spread of the members (points)</dt><dd>2.52" in text

    def test_computes_the_ratio(self, client, pack, instrument):
        text = save(client, pack, resistance(instrument), kind="resistance").text

        assert "<output>1.200</output>" in text

    def test_a_pack_elsewhere_keeps_nothing(self, client, instrument):
        (pack,) = make_reviews()[:1]

        text = save(client, pack.pack, capacity(instrument)).text

        assert "Not saved." in text and not BenchDraft.objects.exists()

    def test_works_without_script(self, client, pack, instrument):
        page = client.post(
            reverse("bench_draft", args=[pack.pk, "capacity"]), capacity(instrument), follow=True
        ).text

        assert f"Draft of {pack.serial} saved." in page and 'value="85,1"' in page

    def test_is_gone_once_it_is_recorded(self, client, pack, instrument):
        save(client, pack, capacity(instrument))

        post(client, "bench_capacity", pack, capacity(instrument) | {"seen": "1"})

        balance()
        assert not BenchDraft.objects.exists() and CapacityTest.objects.exists()
        assert "recorded meanwhile" in save(client, pack, capacity(instrument), seen=1).text


class TestTwoPeople:
    @pytest.fixture
    def other(self, operator, client, pack, instrument):
        """Anna has typed another charge, and a note."""
        fields = capacity(instrument, measured_capacity_ah="90", note="Connector was loose")
        anna = client.__class__()
        anna.force_login(make_person("warehouse", name="Anna"))
        save(anna, pack, fields)

    @pytest.mark.usefixtures("other")
    def test_where_they_differ_both_are_shown_and_nothing_is_overwritten(self, client, pack, instrument):
        text = save(client, pack, capacity(instrument)).text

        assert "Anna typed: 90" in text and 'value="85,1"' in text and "Connector was loose" in text
        assert BenchDraft.objects.get().values["measured_capacity_ah"] == "90"

    @pytest.mark.usefixtures("other")
    def test_whoever_has_seen_both_settles_it(self, client, pack, instrument):
        mine = capacity(instrument, note="Connector was loose")

        save(client, pack, mine, settled="1")

        draft = BenchDraft.objects.get()
        assert (draft.values["measured_capacity_ah"], draft.saved_by) == ("85,1", "Otto")

    @pytest.mark.usefixtures("other")
    def test_a_submission_waits_for_it_too(self, client, pack, instrument):
        page = post(client, "bench_capacity", pack, capacity(instrument)).text

        assert "Anna typed: 90" in page and "I have seen both" in page
        assert not CapacityTest.objects.exists()


class TestBlind:
    def test_neither_claim_nor_report_is_on_the_page_before_a_value_is(self, client, instrument):
        pack = make_inspected(declared_soh_percent="81.37", declared_soh_method="odometer")[0]
        minute = (timezone.now() - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")
        report = {"kind": "bms", "value_percent": "83.91", "read_at": minute}
        post(client, "bench_soh_report", pack, {f"report-{name}": text for name, text in report.items()})

        before = page_of(client, pack)
        saved = save(client, pack, capacity(instrument, reference="nameplate:ah")).text
        post(client, "bench_capacity", pack, capacity(instrument, reference="nameplate:ah") | {"seen": "1"})
        after = page_of(client, pack)

        for text in (before, saved):
            assert not any(word in text for word in ("81.37", "81.4", "83.9", "odometer", "laimed"))
        assert "81.4" in after and "83.9" in after

    def test_a_retest_is_blind_to_the_result_before(self, client, instrument):
        [case] = make_reviews(soh="13.7")
        reviewer = make_actor(make_person("reviewer"))
        order_retest(cases=seen([case]), why=WHY, demand=RetestDemand(), actor=reviewer, at=timezone.now())

        before, listed = page_of(client, case.pack), client.get(reverse("bench")).text
        add_capacity([case.pack], "44.4", at=timezone.now())
        after = page_of(client, case.pack)

        assert "13.7" not in before and "13.7" not in listed
        assert "Earlier results of capacity and resistance are shown once" in before
        assert "13.7" in after and "44.4" in after


class TestSubmit:
    def test_says_everything_at_once_each_with_a_link(self, client, pack, instrument):
        data = capacity(instrument, c_rate="abc", voltage_to_v="500", measured_capacity_ah="")

        page = post(client, "bench_capacity", pack, data).text

        box = page.split('class="form-errors"')[1].split("</div>")[0]
        links = re.findall(r'href="#([^"]+)"', box)
        assert len(links) == 3 and all(f'id="{link}"' in page for link in links)

    def test_goes_on_to_the_next_pack_that_lacks_the_same(self, client, instrument):
        first, second = make_inspected(2, chemistry="LFP", pack_type=make_pack_type(chemistry="LFP"))

        answer = client.post(
            reverse("bench_capacity", args=[first.pk]), capacity(instrument) | {"then": "next"}
        )

        assert answer.url == reverse("bench_pack", args=[second.pk])

    def test_returns_to_the_list_when_none_is_left(self, client, pack, instrument):
        answer = client.post(
            reverse("bench_capacity", args=[pack.pk]), capacity(instrument) | {"then": "next"}
        )

        assert answer.url == reverse("bench")

    @pytest.mark.parametrize("lack", [{"c_rate": "abc"}, {"voltage_to_v": "500"}])
    def test_what_is_refused_is_kept_cleared_fields_included(self, client, pack, instrument, lack):
        """Whether a field cannot be read or the services refuse it."""
        members = "kind\tlabel\tAh\nseries group\t1\t85,1"
        save(client, pack, capacity(instrument, voltage_from_v="1", members=members))

        page = post(client, "bench_capacity", pack, capacity(instrument, **lack) | {"seen": "1"}).text

        values = BenchDraft.objects.get().values
        assert values["voltage_from_v"] == "402" and "members" not in values
        assert 'id="capacity-seen" value="2"' in page and "Draft of Otto, saved" in page
        post(client, "bench_capacity", pack, capacity(instrument, note="again", **lack) | {"seen": "2"})
        assert "again" in page_of(client, pack)


class TestScan:
    def test_an_instrument_is_chosen(self, client, pack, instrument):
        page = page_of(client, pack, code="cy-1")

        assert page.count(f'value="{instrument.pk}" selected') == 2

    @pytest.mark.rule(13)
    def test_one_that_may_not_measure_is_not(self, client, pack):
        lapsed = make_instrument(code="CY-OLD", calibrated_to_date=timezone.now().date())

        page = page_of(client, pack, code="CY-OLD")

        assert "CY-OLD cannot be chosen: Calibration lapsed" in page
        assert f'value="{lapsed.pk}" selected' not in page

    def test_another_pack_is_opened(self, client, pack):
        (other,) = make_inspected()

        assert other.serial in page_of(client, pack, code=other.serial)


class TestUnseenResult:
    def test_nobody_replaces_what_they_have_not_seen(self, client, instrument):
        pack = make_inspected(chemistry="LFP", pack_type=make_pack_type(chemistry="LFP"))[0]
        post(client, "bench_capacity", pack, capacity(instrument))
        first = CapacityTest.objects.get()
        again = {"measured_capacity_ah": "90", "reason": "Typed wrongly"}
        mine = capacity(instrument, **again) | {"newest": str(first.pk)}
        assert f'name="newest" value="{first.pk}"' in page_of(client, pack)
        client.force_login(make_person("warehouse", name="Wanda"))
        post(client, "bench_capacity", pack, mine | {"capacity-measured_capacity_ah": "80"})
        second = CapacityTest.objects.get(superseded_by=None)

        page = post(client, "bench_capacity", pack, mine).text

        assert "Wanda recorded a result of this kind at" in page
        assert f'name="newest" value="{second.pk}"' in page and 'value="90"' in page
        assert CapacityTest.objects.get(superseded_by=None) == second
        post(client, "bench_capacity", pack, mine | {"newest": str(second.pk), "seen": "1"})
        balance()
        assert CapacityTest.objects.count() == 3
