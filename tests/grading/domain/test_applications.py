"""Suggested applications."""

from decimal import Decimal as D

import pytest

from grading.domain.applications import fits_of, suggest_applications
from tests.grading.domain.packs import SEED, changed_policy


def suggest(route, kwh="24", soh="50", volts="360"):
    energy, soh_percent, voltage = (None if value is None else D(value) for value in (kwh, soh, volts))
    found = suggest_applications(
        SEED, route, nominal_energy_kwh=energy, soh_percent=soh_percent, nominal_voltage_v=voltage
    )
    return {application.code: application for application in found}


class TestSuggestApplications:
    @pytest.mark.parametrize(
        ("route", "codes"),
        [
            ("pack_reuse", {"ESS", "UPS"}),
            ("small_application", {"UPS", "TELECOM_48V", "LOW_SPEED_VEHICLE", "E_BIKE", "AUTOMOTIVE_12_24V"}),
            ("recycling", set()),
            ("hold", set()),
        ],
    )
    def test_offers_what_the_policy_lists_for_the_route(self, route, codes):
        assert set(suggest(route)) == codes

    @pytest.mark.parametrize(
        ("kwh", "soh", "fits"), [("10", "50", True), ("9.99", "50", False), ("5", "100", True)]
    )
    def test_asks_for_usable_energy(self, kwh, soh, fits):
        assert suggest("pack_reuse", kwh=kwh, soh=soh)["ESS"].fits is fits

    @pytest.mark.parametrize(
        ("volts", "fits", "needs_rebuild"),
        [
            ("43.9", False, False),
            ("44", True, False),
            ("56", True, False),
            ("56.1", True, True),
            ("360", True, True),
        ],
    )
    def test_regroups_modules_only_downward(self, volts, fits, needs_rebuild):
        telecom = suggest("small_application", volts=volts)["TELECOM_48V"]

        assert (telecom.fits, telecom.needs_rebuild) == (fits, needs_rebuild)

    @pytest.mark.parametrize("unknown", ["kwh", "soh", "volts"])
    def test_never_fits_on_facts_that_are_not_known(self, unknown):
        assert not any(
            application.fits for application in suggest("small_application", **{unknown: None}).values()
        )

    def test_says_why(self):
        assert suggest("pack_reuse", soh="75")["ESS"].why == (
            "18.0 kWh usable, meets at least 5 kWh; 360 V nominal, within 40 to 1000 V."
        )

    def test_puts_what_fits_first(self):
        found = list(suggest("small_application", kwh="2", soh="40", volts="48").values())

        assert [application.fits for application in found] == sorted((a.fits for a in found), reverse=True)

    def test_does_not_fit_where_a_current_is_asked_for_that_nobody_knows(self):
        entries = [entry | {"min_current_a": "50"} for entry in SEED.document["applications"]]
        found = suggest_applications(
            changed_policy(applications=entries),
            "pack_reuse",
            nominal_energy_kwh=D(24),
            soh_percent=D(80),
            nominal_voltage_v=D(360),
        )

        assert not any(application.fits for application in found)
        assert "permitted current unknown, needs at least 50 A." in found[0].why


class TestFitsOf:
    def fits(self, route, **facts):
        stored = [application.to_json() for application in suggest(route, **facts).values()]
        return {fit.label: fit for fit in fits_of(SEED, route, stored)}

    def test_names_every_application_of_the_policy(self):
        labels = {entry["label"] for entry in SEED.document["applications"]}
        assert set(self.fits("pack_reuse")) == set(self.fits("small_application")) == labels

    def test_says_what_each_needs_and_why_it_does_not_fit(self):
        found = {code: fit for code, fit in self.fits("pack_reuse", kwh="2").items() if not fit.fits}
        ess = next(fit for fit in found.values() if "5 kWh" in fit.needs and "needs" in fit.why)
        assert (ess.result, ess.needs) == ("Does not fit", "at least 5 kWh usable, 40 to 1000 V")
        assert ess.why.startswith("1.0 kWh usable, needs at least 5 kWh")
        assert any(fit.why == "Only for packs on the route small application." for fit in found.values())

    def test_says_where_modules_have_to_be_regrouped(self):
        results = {fit.result for fit in self.fits("small_application").values() if fit.fits}
        assert "Fits with its modules regrouped" in results

    @pytest.mark.parametrize("route", ["recycling", "hold", "quarantine"])
    def test_has_nothing_where_no_application_is_listed(self, route):
        assert self.fits(route) == {}
