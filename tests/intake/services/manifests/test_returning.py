"""A serial that was here before: back when it went back, never again when it was recycled."""

import pytest
from django.db import IntegrityError, transaction

from intake.domain.lifecycle import Move
from intake.models import Pack
from intake.services.lifecycle import move_packs
from intake.services.receiving import receive
from rebattery.actor import SYSTEM
from tests.factories import AT, balance, make_actor, make_batch, make_supplier, manifest_csv
from tests.intake.services.manifests.acts import accept, draft, problems, read, submitted

ON_THE_WAY_OUT = [Move.RECEIVE, Move.QUARANTINE, Move.REJECT]
FILE_SERIAL = "RB-0001"


def left(supplier, move: Move) -> Pack:
    """Make a pack with the serial of the file that has left the house."""
    pack = make_batch(supplier, packs=[{"serial": FILE_SERIAL}]).packs.get()
    facts = {"batch": "T", "order": "RT-1", "document": "CMR-1"}
    for step in (*ON_THE_WAY_OUT, move):
        move_packs(pack_ids=[pack.pk], move=step, actor=SYSTEM, at=AT, reason="Test", facts=facts)
    return pack


def file_of(supplier):
    return read(accept(supplier, manifest_csv(FILE_SERIAL)))


@pytest.fixture
def supplier(db):
    return make_supplier()


class TestAnnounce:
    def test_takes_a_returned_serial_as_a_new_stay(self, supplier):
        earlier = left(supplier, Move.HAND_BACK)

        manifest = file_of(supplier)

        assert (manifest.state, manifest.batch.packs.get().serial) == ("imported", FILE_SERIAL)
        assert manifest.batch.packs.get().pk != earlier.pk
        earlier.refresh_from_db()
        assert earlier.status == "returned"
        balance()

    def test_refuses_a_recycled_one(self, supplier):
        left(supplier, Move.RECYCLE)

        manifest = file_of(supplier)

        assert [rule for _, _, rule, _ in problems(manifest)] == ["serial_recycled"]
        assert Pack.objects.count() == 1

    def test_refuses_a_second_new_stay(self, supplier):
        left(supplier, Move.HAND_BACK)
        make_batch(supplier, packs=[{"serial": FILE_SERIAL}])

        assert [rule for _, _, rule, _ in problems(file_of(supplier))] == ["serial_already_announced"]

    def test_refuses_it_of_another_supplier(self, supplier):
        left(make_supplier(), Move.HAND_BACK)

        assert [rule for _, _, rule, _ in problems(file_of(supplier))] == ["serial_already_known"]

    def test_keeps_one_stay_at_a_time_by_the_database_too(self, supplier):
        left(supplier, Move.HAND_BACK)
        make_batch(supplier, packs=[{"serial": FILE_SERIAL}])

        with pytest.raises(IntegrityError), transaction.atomic():
            make_batch(supplier, packs=[{"serial": FILE_SERIAL}])


class TestReceive:
    def test_takes_the_new_stay_and_not_the_old_one(self, supplier):
        earlier = left(supplier, Move.HAND_BACK)
        batch = file_of(supplier).batch

        old = receive(batch_id=earlier.batch_id, code=FILE_SERIAL, nonce=None, actor=make_actor(), at=AT)
        new = receive(batch_id=batch.pk, code=FILE_SERIAL, nonce=None, actor=make_actor(), at=AT)

        assert (old.outcome, new.outcome) == ("refused", "received")
        assert new.pack_id == batch.packs.get().pk
        balance()


class TestLegalStatus:
    @pytest.mark.parametrize("word", ["product", "waste"])
    def test_begins_as_what_the_pack_came_as(self, supplier, word):
        manifest = submitted(draft(supplier, manifest_csv(FILE_SERIAL, **{"Received as": word})))

        pack = manifest.batch.packs.get()
        assert (pack.received_as, pack.legal_status) == (word, word)
