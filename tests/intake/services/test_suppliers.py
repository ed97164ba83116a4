import pytest

from intake.models import Supplier
from intake.services.suppliers import SupplierExists, add_supplier, change_supplier
from rebattery.audit.trail import entry_of, events_of
from tests.factories import AT, balance, make_actor, make_person, make_supplier


def trail_of(supplier):
    return list(events_of(subject_type="supplier", subject_id=supplier.pk))


class TestAddSupplier:
    def test_adds_with_its_event(self, db):
        actor = make_actor(make_person("administrator", name="Ada"))

        supplier = add_supplier(code=" gx-1 ", name="Green Cars", country="de", actor=actor, at=AT)

        [event] = trail_of(supplier)
        assert (supplier.code, supplier.country, supplier.is_active) == ("GX-1", "DE", True)
        assert entry_of(event).sentence == "Ada added supplier Green Cars (GX-1)."
        assert event.after["code"] == "GX-1"
        balance()

    def test_refuses_a_code_that_is_taken(self, db):
        make_supplier("GX-1")

        with pytest.raises(SupplierExists) as refused:
            add_supplier(code="gx-1", name="Other", country="", actor=make_actor(), at=AT)

        assert refused.value.fields == {"code": "Taken."}
        assert Supplier.objects.filter(code="GX-1").count() == 1


class TestChangeSupplier:
    def test_tells_only_what_changed(self, db):
        supplier = make_supplier("GX-1", name="Green Cars")

        change_supplier(
            supplier_id=supplier.pk, name="Green Cars", country="", is_active=False, actor=make_actor(), at=AT
        )

        event = trail_of(supplier)[-1]
        assert (event.before, event.after) == ({"is_active": True}, {"is_active": False})
        balance()

    def test_writes_nothing_when_nothing_changes(self, db):
        supplier = make_supplier("GX-1", name="Green Cars")

        change_supplier(
            supplier_id=supplier.pk, name="Green Cars", country="", is_active=True, actor=make_actor(), at=AT
        )

        assert len(trail_of(supplier)) == 1
        balance()
