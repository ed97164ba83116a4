import pytest
from django.db import transaction

from rebattery.accounts.roles import Role
from rebattery.accounts.services import deactivate_person
from rebattery.notices.domain.topics import Topic
from rebattery.notices.models import Delivery, Notice
from rebattery.notices.services.endpoints import change_endpoint
from rebattery.notices.services.preferences import choose_topics
from tests.factories import AT, balance, make_actor, make_person, make_supplier
from tests.rebattery.notices.making import ALL_TOPICS, URL, make_endpoint, make_notice


def recipients(notice):
    return sorted(notice.deliveries.values_list("channel", "address", "state"))


@pytest.fixture
def supplier(db):
    return make_supplier()


class TestNotify:
    def test_writes_one_delivery_per_person_and_webhook(self, supplier):
        ann, bob = (make_person(Role.SUPPLIER, supplier=supplier) for _ in range(2))
        make_endpoint(supplier)

        notice = make_notice(supplier)

        assert recipients(notice) == [
            ("mail", ann.email, "waiting"),
            ("mail", bob.email, "waiting"),
            ("webhook", "https://hooks.example.com/rebattery", "waiting"),
        ]
        balance()

    def test_tells_no_other_supplier_and_no_staff(self, supplier):
        make_person(Role.SUPPLIER)
        make_person(Role.ADMINISTRATOR)
        make_endpoint(make_supplier())

        assert recipients(make_notice(supplier)) == []

    def test_tells_nobody_who_is_locked_out(self, supplier):
        ann = make_person(Role.SUPPLIER, supplier=supplier)
        deactivate_person(person_id=ann.pk, reason="Left", actor=make_actor(), at=AT)

        assert recipients(make_notice(supplier)) == []

    def test_leaves_out_who_does_not_want_the_topic(self, supplier):
        ann = make_person(Role.SUPPLIER, supplier=supplier)
        wanted = [topic for topic in ALL_TOPICS if topic != Topic.BATCH_CLOSED]
        choose_topics(person=ann, topics=wanted, actor=make_actor(ann), at=AT)
        make_endpoint(supplier, topics=wanted)

        assert recipients(make_notice(supplier)) == []
        assert len(recipients(make_notice(supplier, topic=Topic.RESULTS))) == 2

    def test_leaves_out_a_webhook_that_is_off(self, supplier):
        endpoint = make_endpoint(supplier)
        how = {"url": URL, "topics": ALL_TOPICS, "actor": make_actor(), "at": AT}
        change_endpoint(endpoint_id=endpoint.pk, is_active=False, **how)

        assert recipients(make_notice(supplier)) == []

    def test_tells_the_same_once(self, supplier):
        make_person(Role.SUPPLIER, supplier=supplier)

        first, again = (make_notice(supplier, dedupe="batch_closed:1", title=t) for t in ("One", "Two"))

        assert first == again and again.title == "One"
        assert Delivery.objects.count() == 1

    def test_makes_one_line_of_a_title(self, supplier):
        notice = make_notice(supplier, title="a\r\nBcc: eve@example.com\u2028.csv " + "x" * 400)

        assert notice.title.startswith("a Bcc: eve@example.com .csv")
        assert len(notice.title) == 300

    def test_goes_with_its_transaction(self, supplier):
        with transaction.atomic():
            make_notice(supplier)
            transaction.set_rollback(True)

        assert not Notice.objects.exists()

    def test_asks_the_same_queries_for_any_number_of_people(self, supplier, django_assert_num_queries):
        for _ in range(5):
            make_person(Role.SUPPLIER, supplier=supplier)

        with django_assert_num_queries(5):  # savepoint, notice, deliveries, release, and the notice read
            make_notice(supplier)
