import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from grading.models import CapacityTest, ResistanceTest
from intake.models import Pack
from tests.evidence import add_capacity, make_inspected
from tests.factories import balance, make_instrument, make_pack, make_pack_type, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operator")]
POSTS = ["bench_capacity", "bench_resistance", "bench_finish"]
WRONG = ["supplier", "auditor", "administrator"]


def now() -> str:
    return timezone.now().strftime("%Y-%m-%dT%H:%M")


def capacity(instrument, **fields) -> dict[str, str]:
    values = {
        "instrument_id": instrument.pk,
        "measured_at": now(),
        "method": "cc_discharge",
        "reference": "pack_type:ah",
        "measured_capacity_ah": "85,1",
        "c_rate": "0.33",
        "temperature_degc": "25",
        "voltage_from_v": "402",
        "voltage_to_v": "288",
        "ended_by_cell_limit": "yes",
    }
    return {f"capacity-{name}": value for name, value in (values | fields).items()}


def resistance(instrument, **fields) -> dict[str, str]:
    values = {
        "instrument_id": instrument.pk,
        "measured_at": now(),
        "method": "dc_pulse",
        "ir_mohm": "72",
        "soc_percent": "50",
        "temperature_degc": "25",
        "pulse_duration_s": "10",
        "pulse_current_a": "100",
        "baseline_source": "type_catalogue",
    }
    return {f"resistance-{name}": value for name, value in (values | fields).items()}


def post(client, name, pack, data=None, follow=True):
    return client.post(reverse(name, args=[pack.pk]), data or {}, follow=follow)


class TestAccess:
    @pytest.mark.parametrize("role", WRONG)
    def test_who_does_not_test_is_refused(self, client, pack, role):
        client.force_login(make_person(role))

        assert client.get(reverse("bench")).status_code == 403
        assert client.get(reverse("bench_pack", args=[pack.pk])).status_code == 403
        assert [post(client, name, pack).status_code for name in POSTS] == [403, 403, 403]

    def test_an_unknown_pack_is_not_found(self, client):
        assert client.get(reverse("bench_pack", args=[0])).status_code == 404


class TestBench:
    def test_lists_inspected_packs_with_what_is_recorded(self, client, pack):
        add_capacity([pack], "74")
        elsewhere = make_pack()

        page = client.get(reverse("bench")).text

        assert pack.serial in page and "74.0" in page
        assert elsewhere.serial not in page

    def test_filters_by_what_is_lacking(self, client, pack):
        add_capacity([pack], "74")

        assert pack.serial not in client.get(reverse("bench"), {"lacks": "capacity"}).text
        assert pack.serial in client.get(reverse("bench"), {"lacks": "resistance"}).text

    def test_opens_the_pack_that_is_scanned(self, client, pack):
        response = client.get(reverse("bench"), {"code": f" {pack.serial.lower()} "})

        assert response.url == reverse("bench_pack", args=[pack.pk])

    def test_offers_a_choice_when_two_suppliers_use_one_serial(self, client):
        first, second = make_inspected(serial="TWIN-1"), make_inspected(serial="TWIN-1")

        page = client.get(reverse("bench"), {"code": "TWIN-1"}).text

        assert all(reverse("bench_pack", args=[pack.pk]) in page for pack in (*first, *second))

    def test_says_that_a_code_is_unknown(self, client):
        assert "No pack has the serial" in client.get(reverse("bench"), {"code": "NOPE<b>"}).text

    def test_exports_the_list(self, client, pack):
        lines = b"".join(client.get(reverse("bench"), {"export": "csv"})).decode()

        assert pack.serial in lines

    def test_says_where_packs_come_from_when_none_waits(self, client):
        assert "No pack waits for tests." in client.get(reverse("bench")).text

    def test_asks_the_database_as_often_for_many_packs_as_for_one(self, client, django_assert_num_queries):
        make_inspected(1, pack_type=make_pack_type())
        client.get(reverse("bench"))  # the first request also notes the session
        with CaptureQueriesContext(connection) as for_one:
            client.get(reverse("bench"))
        make_inspected(40, pack_type=make_pack_type())

        with django_assert_num_queries(len(for_one)):
            assert client.get(reverse("bench")).text.count("/bench/") > 40


class TestBenchPack:
    def test_hides_the_claim_until_a_value_is_recorded(self, client, pack):
        assert "claimed" not in client.get(reverse("bench_pack", args=[pack.pk])).text

        add_capacity([pack], "74")

        page = client.get(reverse("bench_pack", args=[pack.pk])).text
        assert "8.0 points below the claim" in page

    def test_names_what_is_missing_for_a_grade(self, client, pack):
        page = client.get(reverse("bench_pack", args=[pack.pk])).text

        assert "a bench measurement of SOH" in page

    def test_shows_unit_and_plausible_range_of_a_field(self, client, pack):
        page = client.get(reverse("bench_pack", args=[pack.pk])).text

        assert "-40 to 80 °C" in page

    @pytest.mark.rule(13)
    def test_a_lapsed_instrument_is_listed_but_cannot_be_picked(self, client, pack):
        lapsed = make_instrument(code="CY-OLD", calibrated_to_date=timezone.now().date())

        page = client.get(reverse("bench_pack", args=[pack.pk])).text

        option = f'<option value="{lapsed.pk}" disabled data-code="CY-OLD">CY-OLD Pack cycler — '
        assert f"{option}Calibration lapsed on" in page

    def test_a_resistance_tester_is_not_offered_for_capacity(self, client, pack):
        make_instrument(code="IR-1", kind="ir_tester", name="Tester")

        page = client.get(reverse("bench_pack", args=[pack.pk]))

        assert "IR-1" not in str(page.context["capacity_form"]["instrument_id"])
        assert "IR-1" in str(page.context["resistance_form"]["instrument_id"])

    def test_asks_for_a_word_where_a_value_is_hardly_plausible(self, client, pack, instrument):
        typed = capacity(instrument, measured_capacity_ah="1.1")

        page = post(client, "bench_capacity", pack, typed).text

        assert "SOH of 1.0 % is below 20 %. Read it again: correct it" in page
        assert not CapacityTest.objects.exists()
        word = {"capacity-confirmation": "I read it again", "capacity-seen": "1"}
        post(client, "bench_capacity", pack, typed | word)
        assert CapacityTest.objects.get().soh_percent < 1

    def test_every_form_carries_its_token(self, client, pack):
        page = client.get(reverse("bench_pack", args=[pack.pk])).text

        assert page.count('name="csrfmiddlewaretoken"') == page.count('method="post"')

    def test_a_pack_elsewhere_shows_no_form(self, client):
        page = client.get(reverse("bench_pack", args=[make_pack().pk])).text

        assert "Record capacity test" not in page
        assert "This pack is announced." in page

    def test_asks_the_database_as_often_for_many_results_as_for_one(
        self, client, pack, django_assert_num_queries
    ):
        add_capacity([pack], "74")
        client.get(reverse("bench_pack", args=[pack.pk]))  # the first request also notes the session
        with CaptureQueriesContext(connection) as for_one:
            client.get(reverse("bench_pack", args=[pack.pk]))
        for soh in ("75", "76", "77"):
            add_capacity([pack], soh)

        with django_assert_num_queries(len(for_one)):
            client.get(reverse("bench_pack", args=[pack.pk]))


class TestRecording:
    def test_records_a_capacity_test_with_a_decimal_comma(self, client, pack, instrument):
        page = post(client, "bench_capacity", pack, capacity(instrument)).text

        balance()
        assert "SOH 74.0 %" in page
        assert CapacityTest.objects.get().person_label == "Otto"

    def test_records_a_resistance_test(self, client, pack, instrument):
        page = post(client, "bench_resistance", pack, resistance(instrument)).text

        balance()
        assert "1.20× its baseline" in page
        assert ResistanceTest.objects.get().is_comparable

    def test_both_together_send_the_pack_to_grading(self, client, pack, instrument):
        post(client, "bench_capacity", pack, capacity(instrument))
        page = post(client, "bench_resistance", pack, resistance(instrument)).text

        assert Pack.objects.get(pk=pack.pk).status == "tested"
        assert "This pack is tested." in page

    @pytest.mark.rule(2)
    def test_an_empty_form_records_nothing_and_keeps_the_other_form_clean(self, client, pack):
        response = post(client, "bench_capacity", pack)

        forms = response.context["capacity_form"], response.context["resistance_form"]
        assert not CapacityTest.objects.exists()
        assert {"c_rate", "temperature_degc", "ended_by_cell_limit", "instrument_id"} <= set(forms[0].errors)
        assert not forms[1].errors

    def test_shows_what_the_service_refuses_at_its_field(self, client, pack, instrument):
        data = capacity(instrument, voltage_to_v="402", measured_capacity_ah="")

        response = post(client, "bench_capacity", pack, data)

        assert set(response.context["capacity_form"].errors) == {"voltage_to_v", "measured_capacity_ah"}

    @pytest.mark.rule(13)
    def test_a_lapsed_instrument_sent_all_the_same_is_refused(self, client, pack):
        lapsed = make_instrument(calibrated_to_date=timezone.now().date())

        page = post(client, "bench_capacity", pack, capacity(lapsed)).text

        assert "Calibration lapsed on" in page
        assert not CapacityTest.objects.exists()

    def test_a_second_result_asks_why(self, client, pack, instrument):
        post(client, "bench_capacity", pack, capacity(instrument))

        refused = post(client, "bench_capacity", pack, capacity(instrument))
        page = post(client, "bench_capacity", pack, capacity(instrument, reason="Cable was loose")).text

        assert list(refused.context["capacity_form"].errors) == ["reason"]
        assert "Superseded: Cable was loose" in page
        balance()

    def test_points_at_a_rare_value_after_recording_it(self, client, pack, instrument):
        page = post(client, "bench_capacity", pack, capacity(instrument, temperature_degc="10")).text

        assert "Temperature: 10 °C is unusual" in page
        assert CapacityTest.objects.exists()

    def test_flags_a_weakest_member_below_what_the_test_allows(self, client, pack, instrument):
        data = capacity(instrument, weakest_soh_percent="66", weakest_kind="series_group")

        page = post(client, "bench_capacity", pack, data).text

        assert "The weakest series group is reported 8.0 points below the pack" in page


class TestRefused:
    @pytest.mark.parametrize("kind", ["capacity", "resistance"])
    def test_stands_above_everything_else_with_links_to_what_is_wrong(self, client, pack, instrument, kind):
        data = {"capacity": capacity, "resistance": resistance}[kind](instrument, temperature_degc="warm")

        main = post(client, f"bench_{kind}", pack, data).text.split("<main")[1]

        box = main.split('class="form-errors"')[1].split("</div>")[0]
        target = re.search(r'href="#([^"]+)">[^<]*</a>: Enter a number', box)[1]
        assert f'id="{target}"' in main
        assert main.index('class="form-errors"') < main.index("What comes next")
        assert main.count("Record capacity test") == main.count("Record resistance test") == 1


class TestFinish:
    def test_hands_the_pack_over(self, client, pack):
        page = post(client, "bench_finish", pack).text

        balance()
        assert f"Testing of {pack.serial} finished." in page
        assert Pack.objects.get(pk=pack.pk).status == "tested"

    def test_says_why_not(self, client):
        page = post(client, "bench_finish", make_pack()).text

        assert "Finish testing: not possible" in page
