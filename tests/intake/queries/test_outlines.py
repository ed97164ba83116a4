"""What a draft would be as a batch, in figures."""

from decimal import Decimal

import pytest

from intake.queries.outlines import outline_of
from intake.services import manifests
from tests.factories import AT, make_actor, make_supplier, manifest_csv
from tests.intake import drafting

pytestmark = pytest.mark.django_db


class TestOutlineOf:
    def test_adds_up_what_can_be_announced(self):
        draft = drafting.answered(drafting.make_draft(make_supplier()))

        outline = outline_of(manifest=draft)

        assert (outline.pack_count, outline.total_kwh, outline.without_kwh) == (3, Decimal("114.6"), 0)
        assert (outline.mean_soh_percent, outline.with_soh) == (Decimal("76.5"), 2)
        assert [(share.code, share.count, share.percent) for share in outline.chemistries] == [
            ("NMC", 2, 67),
            ("LMO", 1, 33),
        ]
        assert outline.mean_history_percent is not None and 0 < outline.mean_history_percent < 100

    def test_leaves_out_what_was_left_out(self):
        draft = drafting.answered(drafting.make_draft(make_supplier()))
        manifests.drop_rows(manifest_id=draft.pk, rows=[6], actor=make_actor(), at=AT)

        assert outline_of(manifest=draft).pack_count == 2

    def test_says_nothing_where_nothing_is_ready(self):
        draft = drafting.make_draft(make_supplier(), manifest_csv("RB-0001", Accident=""), "blank.csv")

        outline = outline_of(manifest=draft)

        assert (outline.pack_count, outline.total_kwh, outline.chemistries) == (0, Decimal(0), [])
        assert (outline.mean_soh_percent, outline.mean_history_percent) == (None, None)
