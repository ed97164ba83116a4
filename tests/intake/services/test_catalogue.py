from decimal import Decimal

import pytest

from intake.models import PackType
from intake.services.catalogue import PackTypeExists, add_pack_type, change_pack_type, load_pack_types
from rebattery.audit.record import ReasonMissing
from rebattery.audit.trail import events_of
from tests.factories import AT, balance, make_actor, make_pack_type, make_person

LEAF = {
    "key": "LEAF-40",
    "make": "Nissan",
    "model": "Leaf",
    "chemistry": "NMC",
    "nominal_energy_kwh": Decimal(40),
}


def trail_of(pack_type):
    return list(events_of(subject_type="pack_type", subject_id=pack_type.pk))


def change(pack_type, *, reason="The maker's sheet says so.", **values):
    return change_pack_type(
        pack_type_id=pack_type.pk,
        values=values,
        reason=reason,
        actor=make_actor(make_person("administrator")),
        at=AT,
    )


class TestAddPackType:
    def test_leaves_unconfirmed_figures_empty(self, db):
        values = {name: value for name, value in LEAF.items() if name != "key"}

        pack_type = add_pack_type(key="leaf-40", values=values, actor=make_actor(), at=AT)

        [event] = trail_of(pack_type)
        assert pack_type.key == "LEAF-40"
        assert pack_type.rated_capacity_ah is None
        assert event.after["nominal_energy_kwh"] == "40"
        balance()

    def test_refuses_a_key_that_is_taken(self, db):
        make_pack_type(key="LEAF-40")

        with pytest.raises(PackTypeExists):
            add_pack_type(key="leaf-40", values={}, actor=make_actor(), at=AT)


class TestChangePackType:
    def test_tells_before_and_after(self, db):
        pack_type = make_pack_type(mass_kg=None)

        change(pack_type, mass_kg=Decimal("303.0"), make="Nissan")

        event = trail_of(pack_type)[-1]
        assert (event.before, event.after) == ({"mass_kg": None}, {"mass_kg": "303.0"})
        assert event.reason == "The maker's sheet says so."
        balance()

    def test_refuses_without_a_reason(self, db):
        pack_type = make_pack_type(mass_kg=None)

        with pytest.raises(ReasonMissing):
            change(pack_type, reason="  ", mass_kg=Decimal(303))

        pack_type.refresh_from_db()
        assert pack_type.mass_kg is None

    def test_never_changes_the_key(self, db):
        pack_type = make_pack_type(key="LEAF-40")

        change(pack_type, key="OTHER")

        pack_type.refresh_from_db()
        assert pack_type.key == "LEAF-40"


class TestLoadPackTypes:
    def load(self, *rows):
        return load_pack_types(rows=rows, actor=make_actor(), at=AT)

    def test_adds_once(self, db):
        assert self.load(LEAF) == (1, 0)
        assert self.load(LEAF) == (0, 0)

        [event] = trail_of(PackType.objects.get(key="LEAF-40"))
        assert event.event_type == "pack_type.created"
        balance()

    def test_follows_a_corrected_list(self, db):
        self.load(LEAF)

        assert self.load(LEAF | {"mass_kg": Decimal(303)}) == (0, 1)

        assert PackType.objects.get(key="LEAF-40").mass_kg == 303
        balance()

    def test_leaves_alone_what_a_person_has_changed(self, db):
        self.load(LEAF)
        change(PackType.objects.get(key="LEAF-40"), mass_kg=Decimal(290))

        assert self.load(LEAF | {"mass_kg": Decimal(303)}) == (0, 0)

        assert PackType.objects.get(key="LEAF-40").mass_kg == 290
        balance()
