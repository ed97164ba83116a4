from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from intake.queries.receipts import SERIALS_SHOWN, receipt_of
from intake.services.withdrawing import withdraw_batch
from tests.factories import AT, make_actor, make_batch, make_supplier, manifest_csv
from tests.intake.services.manifests.acts import draft, imported, submitted


class TestReceiptOf:
    def test_sums_what_was_declared_and_says_what_was_not(self, db):
        packs = [
            {"serial": "RB-1", "declared": {"mass_kg": "300.5"}},
            {"serial": "RB-2", "nominal_energy_kwh": None},
            {"serial": "RB-3", "declared": {"mass_kg": "299.5"}, "nominal_energy_kwh": Decimal("62.5")},
        ]

        receipt = receipt_of(batch=make_batch(packs=packs))

        assert (receipt.pack_count, receipt.total_kwh, receipt.without_kwh) == (3, Decimal("102.5"), 1)
        assert (receipt.total_mass_kg, receipt.without_mass) == (600, 1)
        assert receipt.serials == ["RB-1", "RB-2", "RB-3"] and receipt.more == 0

    def test_claims_no_mass_where_none_was_declared(self, db):
        assert receipt_of(batch=make_batch()).total_mass_kg is None

    def test_names_the_newest_file(self, db):
        batch = imported(make_supplier(), manifest_csv("RB-1"))
        submitted(draft(batch.supplier, manifest_csv("RB-1", "RB-2"), replaces=batch, name="second.csv"))

        receipt = receipt_of(batch=batch)

        assert (receipt.file_name, receipt.serials) == ("second.csv", ["RB-1", "RB-2"])

    def test_leaves_out_what_was_withdrawn(self, db):
        batch = make_batch(packs=2)
        withdraw_batch(batch_id=batch.pk, reason="Sold.", actor=make_actor(), at=AT)

        receipt = receipt_of(batch=batch)

        assert (receipt.pack_count, receipt.serials, receipt.total_kwh) == (0, [], 0)

    def test_lists_the_first_serials_in_three_queries(self, db):
        batch = make_batch(packs=SERIALS_SHOWN + 5)
        with CaptureQueriesContext(connection) as asked:
            receipt = receipt_of(batch=batch)

        assert len(receipt.serials) == SERIALS_SHOWN and receipt.more == 5
        assert len(asked) == 3
