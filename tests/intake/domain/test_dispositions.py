from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from intake.domain.chemistry import Chemistry
from intake.domain.dispositions import (
    MOVES,
    SETTLES_AFTER,
    SHIPPED_CODES,
    TRANSPORT,
    LegalStatus,
    OrderKind,
    Standing,
    code_applies,
    declared_safety,
    is_settled,
    legal_status_after,
    obstacle,
    transport_class_of,
)
from intake.domain.lifecycle import GONE, TRANSITIONS, Status

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
REJECTED = Standing(status=Status.REJECTED, is_settled=True)
KEPT = Standing(status=Status.QUARANTINED, is_settled=True, has_open_review=True, hazards=("Warm",))
RETURN, RECYCLING = OrderKind.RETURN, OrderKind.RECYCLING


class TestObstacle:
    @pytest.mark.parametrize("kind", OrderKind)
    def test_is_none_for_a_rejected_pack(self, kind):
        assert obstacle(kind, REJECTED) == ""

    @pytest.mark.parametrize("status", [s for s in Status if s not in (Status.REJECTED, Status.QUARANTINED)])
    @pytest.mark.parametrize("kind", OrderKind)
    def test_is_every_other_state(self, kind, status):
        assert "and not rejected" in obstacle(kind, replace(REJECTED, status=status))

    @pytest.mark.parametrize("kind", OrderKind)
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"other_order": "RT-1"}, "in order RT-1 already"),
            ({"has_open_dispute": True}, "disputed"),
            ({"has_open_review": True}, "waits for a reviewer"),
            ({"is_own_work": True}, "by you"),
            ({"is_settled": False}, "just now"),
        ],
    )
    def test_names_what_stands_in_the_way(self, kind, change, words):
        assert words in obstacle(kind, replace(REJECTED, **change))

    def test_lets_quarantine_out_to_recycling_with_its_hazards_only(self):
        assert obstacle(RECYCLING, KEPT) == ""
        assert "no hazard is on record" in obstacle(RECYCLING, replace(KEPT, hazards=()))
        assert "only to recycling" in obstacle(RETURN, KEPT)

    @pytest.mark.parametrize("kind", OrderKind)
    def test_agrees_with_the_table_of_moves(self, kind):
        allowed = {s for s in Status if obstacle(kind, replace(KEPT, status=s, has_open_review=False)) == ""}

        assert allowed == TRANSITIONS[MOVES[kind]].sources
        assert TRANSITIONS[MOVES[kind]].target in GONE


class TestIsSettled:
    def test_begins_when_nobody_can_take_it_back(self):
        assert not is_settled(since=AT, at=AT + SETTLES_AFTER - timedelta(microseconds=1))
        assert is_settled(since=AT, at=AT + SETTLES_AFTER)


class TestLegalStatusAfter:
    @pytest.mark.parametrize("now", LegalStatus)
    def test_is_waste_for_recycling_and_unchanged_for_a_return(self, now):
        assert legal_status_after(RECYCLING, now) is LegalStatus.WASTE
        assert legal_status_after(RETURN, now) is now


class TestCodeApplies:
    @pytest.mark.parametrize(
        ("begin", "end", "expected"),
        [
            (None, None, True),
            (date(2026, 11, 9), None, True),
            (date(2026, 11, 10), None, False),
            (None, date(2026, 11, 9), True),
            (None, date(2026, 11, 8), False),
        ],
    )
    def test_counts_both_ends(self, begin, end, expected):
        assert code_applies(applies_from=begin, applies_until=end, on=date(2026, 11, 9)) is expected


class TestTransportClassOf:
    @pytest.mark.parametrize(
        ("kind", "chemistry", "safety", "expected"),
        [
            (RETURN, Chemistry.NMC, "ok", "normal"),
            (RECYCLING, Chemistry.NMC, "ok", "waste_disposal"),
            (RETURN, Chemistry.LFP, "damaged", "damaged_defective"),
            (RECYCLING, Chemistry.LFP, "critical", "critical"),
            (RECYCLING, Chemistry.NA_ION, "ok", "sodium_ion"),
            (RETURN, Chemistry.NA_ION, "critical", "sodium_ion_damaged"),
            (RETURN, Chemistry.NIMH, "ok", "other"),
            (RECYCLING, Chemistry.UNKNOWN, "damaged", "other_damaged"),
        ],
    )
    def test_follows_from_kind_chemistry_and_safety(self, kind, chemistry, safety, expected):
        assert transport_class_of(kind=kind, chemistry=chemistry, safety=safety).code == expected

    @pytest.mark.parametrize("chemistry", Chemistry)
    @pytest.mark.parametrize("safety", ["ok", "damaged", "critical"])
    def test_never_calls_a_damaged_pack_sound(self, chemistry, safety):
        for kind in OrderKind:
            travels = transport_class_of(kind=kind, chemistry=chemistry, safety=safety)
            assert travels.is_damaged == (safety != "ok") and travels.code in TRANSPORT


class TestDeclaredSafety:
    @pytest.mark.parametrize(
        ("word", "expected"),
        [("none", "ok"), ("damaged", "damaged"), ("defective", "damaged"), ("recalled", "damaged"),
         ("critical", "critical")],
    )  # fmt: skip
    def test_takes_a_suppliers_word_at_its_worst(self, word, expected):
        assert declared_safety(word) == expected


class TestShippedCodes:
    def test_hold_what_is_known_and_no_guess(self):
        codes = {row.code: row for row in SHIPPED_CODES}

        assert len(codes) == len(SHIPPED_CODES) == 5
        assert all(row.is_confirmed == (row.applies_from == date(2026, 11, 9)) for row in SHIPPED_CODES)
        assert {row.applies_until for row in SHIPPED_CODES} == {None, date(2026, 11, 8)}
