import pytest
from django.test import Client
from django.urls import reverse

from rebattery.accounts.roles import Role
from rebattery.notices.models import Delivery, Endpoint
from rebattery.notices.queries import wanted_topics
from rebattery.notices.services import delivering
from tests.factories import balance, make_person
from tests.rebattery.notices.making import ALL_TOPICS, URL, make_endpoint
from tests.rebattery.notices.receiver import receiving

STAFF = [role for role in Role if role != Role.SUPPLIER]


@pytest.fixture
def ann(db):
    return make_person(Role.SUPPLIER, name="Ann")


@pytest.fixture
def client(ann):
    return client_of(ann)


@pytest.fixture
def endpoint(ann):
    return make_endpoint(ann.supplier)


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def text_of(response):
    return response.content.decode()


class TestNoticeSettings:
    @pytest.mark.parametrize("role", STAFF)
    def test_are_the_suppliers_alone(self, db, role):
        assert client_of(make_person(role)).get(reverse("notice_settings")).status_code == 403

    def test_show_no_webhook_of_another_supplier(self, endpoint):
        stranger = client_of(make_person(Role.SUPPLIER))

        assert "hooks.example.com" not in text_of(stranger.get(reverse("notice_settings")))

    def test_show_a_secret_once(self, client):
        page = client.post(reverse("notice_settings"), {"url": URL, "topics": ALL_TOPICS})

        secret = Endpoint.objects.get().secret
        assert secret in text_of(page)
        assert secret not in text_of(client.get(reverse("notice_settings")))
        assert secret not in text_of(client.get(reverse("endpoint", args=[Endpoint.objects.get().pk])))
        balance()

    @pytest.mark.parametrize(
        ("url", "topics", "words"),
        [
            ("http://example.com/", ALL_TOPICS, "must start with https://"),
            ("https://192.168.1.1/", ALL_TOPICS, "private network"),
            ("", ALL_TOPICS, "required"),
            (URL, [], "required"),
            (URL, ["nonsense"], "not one of the available choices"),
        ],
    )
    def test_say_what_is_wrong(self, client, url, topics, words):
        page = client.post(reverse("notice_settings"), {"url": url, "topics": topics})

        assert words in text_of(page)
        assert not Endpoint.objects.exists()

    def test_take_the_supplier_from_the_session(self, ann, client):
        other = make_person(Role.SUPPLIER).supplier

        client.post(reverse("notice_settings"), {"url": URL, "topics": ALL_TOPICS, "supplier_id": other.pk})

        assert Endpoint.objects.get().supplier == ann.supplier


class TestNoticeTopics:
    def test_switch_mails_off_and_on(self, ann, client):
        client.post(reverse("notice_topics"), {"topics": ["results"]})
        assert wanted_topics(person=ann) == ["results"]

        client.post(reverse("notice_topics"), {"topics": ALL_TOPICS})
        assert wanted_topics(person=ann) == ALL_TOPICS
        balance()

    def test_refuse_what_is_no_topic(self, ann, client):
        client.post(reverse("notice_topics"), {"topics": ["nonsense"]})

        assert wanted_topics(person=ann) == ALL_TOPICS

    @pytest.mark.parametrize("role", STAFF)
    def test_are_not_for_staff(self, db, role):
        assert client_of(make_person(role)).post(reverse("notice_topics")).status_code == 403


class TestEndpoint:
    @pytest.mark.rule(5)
    @pytest.mark.parametrize("name", ["endpoint", "endpoint_secret", "endpoint_test"])
    def test_is_not_there_for_another_supplier(self, endpoint, name):
        stranger = client_of(make_person(Role.SUPPLIER))

        assert stranger.post(reverse(name, args=[endpoint.pk])).status_code == 404
        assert not Delivery.objects.exists()

    @pytest.mark.parametrize("name", ["endpoint", "endpoint_secret", "endpoint_test"])
    @pytest.mark.parametrize("role", STAFF)
    def test_is_not_for_staff(self, endpoint, name, role):
        assert client_of(make_person(role)).post(reverse(name, args=[endpoint.pk])).status_code == 403

    def test_can_be_changed_and_switched_off(self, client, endpoint):
        client.post(
            reverse("endpoint", args=[endpoint.pk]), {"url": "https://b.example/", "topics": ["results"]}
        )

        endpoint.refresh_from_db()
        assert (endpoint.url, endpoint.topics, endpoint.is_active) == (
            "https://b.example/",
            ["results"],
            False,
        )
        balance()

    def test_gets_a_new_secret_that_is_shown_once(self, client, endpoint):
        page = client.post(reverse("endpoint_secret", args=[endpoint.pk]))

        assert Endpoint.objects.get().secret in text_of(page)
        assert Endpoint.objects.get().secret != endpoint.secret
        balance()

    def test_is_tested_and_tells_what_came_of_it(self, ann, client, settings):
        settings.WEBHOOKS_MAY_STAY_INSIDE = True
        with receiving() as receiver:
            receiver.codes, receiver.said = [500], b"<b>out of order</b>"
            address = reverse("endpoint", args=[make_endpoint(ann.supplier, url=receiver.url).pk])
            client.post(f"{address}test/")
            delivering.deliver_due()

            page = text_of(client.get(address))
            assert "It answered 500: &lt;b&gt;out of order&lt;/b&gt;" in page
            assert page.count("Send again") == 1

            client.post(reverse("deliveries_retry"), {"delivery": [Delivery.objects.get().pk]})
            delivering.deliver_due()

        page = text_of(client.get(address))
        assert "204" in page and "Send again" not in page

    def test_says_that_a_test_is_waiting(self, client, endpoint):
        client.post(reverse("endpoint_test", args=[endpoint.pk]))

        page = client.post(reverse("endpoint_test", args=[endpoint.pk]), follow=True)

        assert "A test is on its way already." in text_of(page)
        assert Delivery.objects.count() == 1
