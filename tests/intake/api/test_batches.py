from intake.services.arrivals import expect_batch
from intake.services.withdrawing import withdraw_batch
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from tests.factories import AT, make_batch
from tests.programs import Program


class TestBatchList:
    def test_shows_counts_and_totals(self, db):
        batch = make_batch(packs=3)

        [told] = Program(Role.AUDITOR).get("batches/").json()["results"]

        assert (told["number"], told["pack_count"], told["arrived_count"]) == (batch.number, 3, 0)
        assert (told["total_kwh"], told["supplier"]) == ("120.000", batch.supplier.code)

    def test_shows_suppliers_their_own_only(self, db):
        program = Program(Role.SUPPLIER)
        own, _ = make_batch(program.person.supplier), make_batch()

        assert [told["id"] for told in program.get("batches/").json()["results"]] == [own.pk]

    def test_asks_the_same_queries_for_any_number(self, db, django_assert_num_queries):
        program = Program(Role.AUDITOR)
        program.get("batches/")
        make_batch()
        with django_assert_num_queries(2):
            program.get("batches/")

        for _ in range(10):
            make_batch(packs=2)

        with django_assert_num_queries(2):
            assert len(program.get("batches/").json()["results"]) == 11


class TestBatchDetail:
    def test_holds_the_receipt(self, db):
        batch = make_batch(packs=[{"serial": "RB-1", "declared": {"mass_kg": "303"}}, {"serial": "RB-2"}])

        told = Program(Role.AUDITOR).get(f"batches/{batch.pk}/").json()

        assert told["code"] == f"http://testserver/batches/{batch.pk}/?number={batch.number}"
        assert told["receipt"] == {
            "number": batch.number,
            "supplier": batch.supplier.name,
            "pack_count": 2,
            "total_kwh": "80.000",
            "without_kwh": 0,
            "total_mass_kg": "303.000",
            "without_mass": 1,
            "announced_at": "2026-11-20T09:00:00Z",
            "expected_on": None,
            "file_name": batch.manifest.file_name,
            "sha256": batch.manifest.stored_file.sha256,
            "serials": ["RB-1", "RB-2"],
        }


class TestStates:
    def test_are_told_and_filtered(self, db):
        waiting, cancelled = make_batch(), make_batch()
        withdraw_batch(batch_id=cancelled.pk, reason="Sold.", actor=SYSTEM, at=AT)
        expect_batch(batch_id=waiting.pk, expected_on=AT.date(), actor=SYSTEM, at=AT)
        program = Program(Role.AUDITOR)

        def found(state):
            return [told["id"] for told in program.get(f"batches/?state={state}").json()["results"]]

        assert found("announced") == found("overdue") == [waiting.pk]
        assert found("cancelled") == [cancelled.pk]
        assert found("arriving") == found("nonsense") == []
        told = program.get(f"batches/{waiting.pk}/").json()
        assert (told["state"], told["expected_on"], told["is_overdue"]) == ("announced", "2026-11-20", True)
