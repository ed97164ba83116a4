import pytest

from grading.services.test_runs import finish_testing
from intake.models import Pack
from intake.services.lifecycle import MoveRefused
from rebattery.audit.trail import entry_of, events_of_pack
from tests.bench import RECORDED_AT
from tests.evidence import make_inspected
from tests.factories import balance, make_pack


class TestFinishTesting:
    def test_hands_the_packs_over_with_what_is_there(self, actor):
        packs = make_inspected(2)

        finish_testing(pack_ids=[pack.pk for pack in packs], actor=actor, at=RECORDED_AT)

        balance()
        assert {pack.status for pack in Pack.objects.all()} == {"tested"}
        assert entry_of(events_of_pack(pack_id=packs[0].pk).last()).sentence == "Otto finished testing."

    @pytest.mark.rule(21)
    def test_one_pack_that_is_elsewhere_stops_the_set_and_is_named(self, actor):
        ready, announced = make_inspected()[0], make_pack()

        with pytest.raises(MoveRefused, match=announced.serial):
            finish_testing(pack_ids=[ready.pk, announced.pk], actor=actor, at=RECORDED_AT)

        assert Pack.objects.get(pk=ready.pk).status == "inspected"
