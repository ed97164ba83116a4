"""What becomes of packs, who may approve, and what suppliers read."""

from datetime import UTC, datetime, timedelta

import pytest

from grading.domain.blast_radius import (
    FATE_WORDS,
    MOST_NAMED,
    Fate,
    fate_of,
    notice_text,
    since_faults,
)
from intake.domain.lifecycle import TRANSITIONS, Move, Status

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class TestFateOf:
    @pytest.mark.rule(14)
    @pytest.mark.parametrize(
        ("status", "fate"),
        [
            ("announced", Fate.UNTOUCHED),
            ("missing", Fate.UNTOUCHED),
            ("withdrawn", Fate.UNTOUCHED),
            ("received", Fate.WAITING),
            ("inspected", Fate.AT_BENCH),
            ("tested", Fate.RETEST),
            ("graded", Fate.RETEST),
            ("in_review", Fate.RETEST),
            ("quarantined", Fate.QUARANTINED),
            ("rejected", Fate.RETEST),
        ],
    )
    def test_follows_from_the_state(self, status, fate):
        assert fate_of(status=Status(status), rests=True) == fate
        assert fate_of(status=Status(status), rests=False) == Fate.UNTOUCHED

    @pytest.mark.parametrize("status", Status)
    def test_keeps_a_reject_for_danger_and_nothing_else(self, status):
        found = fate_of(status=status, rests=True, is_dangerous=True)

        if status is Status.REJECTED:
            assert found == Fate.REJECTED
        else:
            assert found == fate_of(status=status, rests=True)
        assert fate_of(status=status, rests=False, is_dangerous=True) == Fate.UNTOUCHED

    def test_sends_back_exactly_what_the_table_of_moves_allows(self):
        back = {status for status in Status if fate_of(status=status, rests=True) == Fate.RETEST}

        assert back == TRANSITIONS[Move.SUSPEND].sources
        assert TRANSITIONS[Move.SUSPEND].target == Status.INSPECTED

    def test_has_words_for_each(self):
        assert set(FATE_WORDS) == set(Fate)


class TestSinceFaults:
    @pytest.mark.parametrize(("ahead", "is_fault"), [(-1, False), (0, False), (1, True)])
    def test_refuses_a_moment_to_come(self, ahead, is_fault):
        found = since_faults(since=NOW + timedelta(microseconds=ahead), now=NOW)

        assert bool(found) == is_fault


class TestNoticeText:
    def test_says_what_follows_for_which_packs(self):
        text = notice_text(
            fates={Fate.RETEST: 2, Fate.REJECTED: 1}, serials={Fate.RETEST: ["A", "B"], Fate.REJECTED: ["C"]}
        )

        assert "until then they are not graded: A, B." in text
        assert "you may dispute it on the pack's page: C." in text

    @pytest.mark.parametrize(
        ("count", "more"), [(MOST_NAMED, ""), (MOST_NAMED + 1, " and 1 more"), (90_000, " and 89980 more")]
    )
    def test_counts_what_it_does_not_name(self, count, more):
        serials = [f"P{number}" for number in range(min(count, MOST_NAMED))]

        text = notice_text(fates={Fate.RETEST: count}, serials={Fate.RETEST: serials})

        assert f"P{MOST_NAMED - 1}{more}." in text
