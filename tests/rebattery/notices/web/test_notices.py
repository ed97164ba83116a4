import pytest
from django.test import Client
from django.urls import reverse

from rebattery.accounts.roles import Role
from rebattery.notices.models import Delivery
from rebattery.notices.services import delivering
from tests.factories import make_person, make_supplier
from tests.rebattery.notices.making import make_notice


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def supplier(db, settings):
    settings.EMAIL_BACKEND = "tests.rebattery.notices.receiver.PickyMail"
    return make_supplier()


@pytest.fixture
def ann(supplier):
    return make_person(Role.SUPPLIER, supplier=supplier, name="Ann")


@pytest.fixture
def failed(supplier, ann):
    """A notice that reached Ann and did not reach her colleague."""
    other = make_person(Role.SUPPLIER, supplier=supplier)
    notice = make_notice(supplier)
    notice.deliveries.filter(person=other).update(address="refused@example.com")
    delivering.deliver_due()
    return notice


class TestNotices:
    def test_are_empty_for_another_supplier(self, failed):
        page = client_of(make_person(Role.SUPPLIER)).get(reverse("notices"))

        assert failed.title not in page.content.decode()
        assert "Nothing here yet." in page.content.decode()

    def test_name_who_was_not_reached(self, ann, failed):
        page = client_of(ann).get(reverse("notices")).content.decode()

        assert "1 sent; refused@example.com: given up" in page
        assert reverse("notice", args=[failed.pk]) in page

    def test_can_be_filtered_and_exported(self, ann, supplier, failed):
        make_notice(supplier, topic="results", title="9 packs have a result")
        client = client_of(ann)

        by_topic = client.get(reverse("notices"), {"topic": "results"}).content.decode()
        by_state = client.get(reverse("notices"), {"delivery": "given_up"}).content.decode()
        lines = b"".join(client.get(reverse("notices"), {"export": "csv"}).streaming_content).decode()

        assert "9 packs have a result" in by_topic and failed.title not in by_topic
        assert "9 packs have a result" not in by_state and failed.title in by_state
        assert "refused@example.com: given up" in lines and "2 waiting" in lines

    def test_ask_the_same_queries_for_any_number(self, ann, supplier, django_assert_max_num_queries):
        client = client_of(ann)
        for _ in range(12):
            make_notice(supplier)

        with django_assert_max_num_queries(8):
            client.get(reverse("notices"))


class TestNotice:
    def test_is_not_there_for_another_supplier(self, failed):
        stranger = client_of(make_person(Role.SUPPLIER))

        assert stranger.get(reverse("notice", args=[failed.pk])).status_code == 404

    @pytest.mark.rule(20)
    def test_shows_each_recipient_with_every_attempt(self, ann, failed):
        page = client_of(ann).get(reverse("notice", args=[failed.pk])).content.decode()

        assert ann.email in page and "refused@example.com" in page
        assert "The mail server refused the address: 550 No such mailbox" in page
        assert page.count("Send again") == 1
        assert f'href="{failed.path}"' in page

    def test_lets_an_auditor_look_and_no_more(self, failed):
        page = client_of(make_person(Role.AUDITOR)).get(reverse("notice", args=[failed.pk])).content.decode()

        assert "refused@example.com" in page and "Send again" not in page


class TestFailing:
    def test_shows_a_supplier_its_own_only(self, failed):
        page = client_of(make_person(Role.SUPPLIER)).get(reverse("failing_deliveries")).content.decode()

        assert "refused@example.com" not in page and "Nothing failed." in page

    @pytest.mark.rule(20)
    def test_shows_staff_each_recipient_and_why(self, supplier, failed):
        page = client_of(make_person(Role.ADMINISTRATOR)).get(reverse("failing_deliveries")).content.decode()

        assert "refused@example.com" in page and "550 No such mailbox" in page and supplier.code in page
        assert "Send 1 on this page again" in page

    def test_offers_an_auditor_no_button(self, failed):
        page = client_of(make_person(Role.AUDITOR)).get(reverse("failing_deliveries")).content.decode()

        assert "refused@example.com" in page and "on this page again" not in page


class TestDeliveriesRetry:
    def ask(self, person, *keys):
        return client_of(person).post(reverse("deliveries_retry"), {"delivery": keys})

    def key(self):
        return Delivery.objects.get(state="given_up").pk

    @pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.REVIEWER, Role.AUDITOR])
    def test_is_not_for_other_staff(self, failed, role):
        assert self.ask(make_person(role), self.key()).status_code == 403

    @pytest.mark.rule(5)
    def test_finds_nothing_of_another_supplier(self, failed):
        assert self.ask(make_person(Role.SUPPLIER), self.key()).status_code == 404
        assert Delivery.objects.filter(state="given_up").count() == 1

    @pytest.mark.rule(21)
    def test_with_one_of_another_supplier_starts_none(self, ann, failed):
        foreign = make_person(Role.SUPPLIER)
        make_notice(foreign.supplier)
        other = Delivery.objects.get(person=foreign)

        assert self.ask(ann, self.key(), other.pk).status_code == 404
        assert Delivery.objects.filter(state="given_up").count() == 1

    @pytest.mark.parametrize("keys", [(), ("x",), ("-1",), ("٣",)])
    def test_without_a_choice_says_so(self, ann, keys):
        response = self.ask(ann, *keys)

        assert response.status_code == 302

    def test_of_no_such_delivery_is_not_found(self, ann):
        assert self.ask(ann, "9" * 40).status_code == 404

    @pytest.mark.parametrize("who", ["supplier", "administrator"])
    def test_starts_it_anew(self, ann, failed, who):
        person = ann if who == "supplier" else make_person(Role.ADMINISTRATOR)

        response = self.ask(person, self.key())

        assert response["Location"] == reverse("notice", args=[failed.pk])
        assert Delivery.objects.filter(address="refused@example.com", state="waiting").exists()

    def test_of_what_is_sent_is_refused_in_words(self, ann, failed):
        sent = Delivery.objects.get(state="sent").pk
        client = client_of(ann)

        page = client.post(reverse("deliveries_retry"), {"delivery": [sent]}, follow=True)

        assert "Nothing here has failed" in page.content.decode()
