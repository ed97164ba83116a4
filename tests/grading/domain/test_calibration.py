from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.domain.calibration import (
    LONGEST_INTERVAL_DAYS,
    Standing,
    period_faults,
)
from tests.grading.domain.proofs import DAY, FROM, JULY, JUNE, MAY, TO, certificate, check, proof


class TestCertificates:
    @pytest.mark.parametrize(
        ("on", "why", "since"),
        [
            (FROM - DAY, "Certificate CAL-7 holds only from 10 Jan 2026", None),
            (FROM, "", None),
            (TO - DAY, "", None),
            (TO, "Calibration lapsed on 10 Jan 2027 (certificate CAL-7)", TO),
            (TO + DAY, "Calibration lapsed on 10 Jan 2027 (certificate CAL-7)", TO),
        ],
    )
    def test_hold_from_the_first_day_and_no_longer_on_the_last(self, on, why, since):
        found = proof().on(on)

        assert (found.usable, found.why, found.since) == (not why, why, since)

    @given(st.dates())
    def test_are_what_makes_it_usable_and_nothing_else(self, on):
        assert proof().on(on).usable == (FROM <= on < TO)

    def test_none_is_said(self):
        assert proof(certificates=()).on(FROM).why == "No certificate is recorded for the whole of it"

    @pytest.mark.parametrize(
        ("on", "number"), [(JUNE - DAY, "CAL-7"), (JUNE, "CAL-8"), (TO, "CAL-8"), (TO + 30 * DAY, "CAL-8")]
    )
    def test_the_newest_that_holds_on_the_day_of_the_test_counts(self, on, number):
        both = (certificate("CAL-8", JUNE, date(2027, 6, 1)), certificate())

        assert proof(certificates=both).on(on).certificate_number == number

    def test_a_gap_between_two_is_a_lapse(self):
        both = (certificate(until=MAY), certificate("CAL-8", JUNE))

        assert proof(certificates=both).on(MAY).why == "Calibration lapsed on 1 May 2026 (certificate CAL-7)"

    def test_of_one_channel_do_not_cover_the_whole_but_those_of_the_whole_cover_each(self):
        of_channel = proof(certificates=(certificate(channel="3"),))

        assert of_channel.on(MAY, "3").usable
        assert not of_channel.on(MAY).usable and not of_channel.on(MAY, "4").usable
        assert proof().on(MAY, "3").certificate_number == "CAL-7"


class TestFailures:
    @pytest.mark.parametrize(
        ("on", "usable"),
        [
            (MAY - DAY, True),
            (MAY, True),
            (MAY + DAY, False),
            (JUNE - DAY, False),
            (JUNE, False),
            (JUNE + DAY, False),
            (JULY - DAY, False),
            (JULY, True),
            (JULY + DAY, True),
        ],
    )
    def test_of_a_check_reach_from_the_last_passed_one_to_the_next(self, on, usable):
        found = proof(check(MAY, True), check(JUNE, False), check(JULY, True))

        assert found.on(on).usable == usable

    def test_say_why_and_since_when(self):
        failed = proof(check(MAY, True), check(JUNE, False), check(JUNE + DAY, False))

        assert failed.on(JULY) == Standing(False, "Failed its check on 2 Jun 2026 (REF-1)", JUNE)
        before = failed.on(JUNE - DAY)
        assert before.why == "Failed its check on 1 Jun 2026 (REF-1), last proven on 1 May 2026"
        assert before.since == MAY

    def test_of_a_check_end_with_a_passed_calibration(self):
        again = (certificate(), certificate("CAL-8", JULY))

        assert not proof(check(JUNE, False), certificates=again).on(JULY - DAY).usable
        assert proof(check(JUNE, False), certificates=again).on(JULY).usable

    def test_do_not_end_with_a_passed_check_of_another_item(self):
        assert not proof(check(JUNE, False), check(JULY, True, item="REF-2")).on(JULY).usable

    def test_of_a_calibration_do_not_end_with_a_passed_check(self):
        failed = (certificate(), certificate("CAL-8", JUNE, JUNE + DAY, has_passed=False))

        found = proof(check(JULY, True), certificates=failed).on(JULY)

        assert found == Standing(False, "Failed its calibration on 1 Jun 2026 (certificate CAL-8)", JUNE)

    @pytest.mark.parametrize(("first", "then", "usable"), [(False, True, True), (True, False, False)])
    def test_on_one_day_the_later_counts(self, first, then, usable):
        assert proof(check(JUNE, first, hour=8), check(JUNE, then, hour=9)).on(JUNE).usable == usable

    @pytest.mark.parametrize(("first", "then", "usable"), [(False, True, True), (True, False, False)])
    def test_of_one_minute_the_one_recorded_later_counts(self, first, then, usable):
        checks = (check(JUNE, then, recorded=14), check(JUNE, first, recorded=13))

        assert proof(*checks).on(JUNE).usable == usable

    def test_at_one_moment_outweigh_what_passed(self):
        assert not proof(check(JUNE, False), check(JUNE, True)).on(JUNE).usable

    def test_of_one_channel_speak_against_it_and_the_unnamed_whole(self):
        failed = proof(check(JUNE, False, channel="3"))

        assert failed.on(JULY, "4").usable
        assert failed.on(JULY, "3").why == "Failed its check on 1 Jun 2026 (REF-1)"
        assert failed.on(JULY).why == "Channel 3: Failed its check on 1 Jun 2026 (REF-1)"

    def test_of_the_whole_speak_against_each_channel(self):
        assert not proof(check(JUNE, False)).on(JULY, "3").usable

    @given(st.lists(st.tuples(st.dates(FROM, TO), st.booleans()), max_size=8), st.dates(FROM, TO - DAY))
    def test_are_what_makes_a_covered_day_unusable(self, made, on):
        found = proof(*(check(day, passed) for day, passed in made)).on(on)

        assert found.usable or any(not passed for _, passed in made)
        assert bool(found.why) != found.usable


class TestService:
    def test_out_of_service_is_said_with_its_day(self):
        assert proof(is_active=False, inactive_since=MAY).on(FROM) == Standing(False, "Out of service", MAY)


class TestPeriodFaults:
    @pytest.mark.parametrize(
        ("valid_from", "valid_to", "field"),
        [
            (FROM, FROM + DAY, None),
            (FROM, FROM, "valid_to_date"),
            (FROM, FROM - DAY, "valid_to_date"),
            (FROM + DAY, TO, "valid_from_date"),
            (FROM, FROM + LONGEST_INTERVAL_DAYS * DAY, None),
            (FROM, FROM + (LONGEST_INTERVAL_DAYS + 1) * DAY, "valid_to_date"),
        ],
    )
    def test_names_the_field(self, valid_from, valid_to, field):
        faults = period_faults(valid_from=valid_from, valid_to=valid_to, today=FROM)

        assert list(faults) == ([field] if field else [])
