import pytest

from rebattery.audit.trail import events_of
from rebattery.audit.verify import verify
from rebattery.notices.models import Delivery, Endpoint
from rebattery.notices.services.endpoints import (
    MOST_ENDPOINTS,
    AddressRefused,
    EndpointIsOff,
    TooManyEndpoints,
    TopicUnknown,
    change_endpoint,
    renew_secret,
    send_test,
)
from rebattery.notices.services.endpoints import (
    TestIsWaiting as AnotherTestIsWaiting,
)
from tests.factories import AT, balance, make_actor, make_supplier
from tests.rebattery.notices.making import ALL_TOPICS, URL, make_endpoint


def story(endpoint):
    events = events_of(subject_type="endpoint", subject_id=endpoint.pk)
    return [(event.event_type, event.before, event.after) for event in events]


def change(endpoint, **more):
    values = {"url": endpoint.url, "topics": endpoint.topics, "is_active": endpoint.is_active}
    return change_endpoint(endpoint_id=endpoint.pk, **values | more, actor=make_actor(), at=AT)


@pytest.fixture
def endpoint(db):
    return make_endpoint(make_supplier())


class TestAddEndpoint:
    def test_makes_a_secret_that_the_trail_does_not_know(self, endpoint):
        [(code, before, after)] = story(endpoint)

        assert (code, before) == ("endpoint.added", None)
        assert endpoint.secret.startswith("whsec_") and len(endpoint.secret) > 40
        assert endpoint.secret not in str(after) and "key=1" not in str(after)
        assert after["topics"] == sorted(ALL_TOPICS)
        balance()
        assert list(verify()) == []

    @pytest.mark.parametrize("url", ["http://example.com/", "https://127.0.0.1/", "https://localhost/"])
    def test_refuses_what_we_must_not_call(self, db, url):
        with pytest.raises(AddressRefused) as refused:
            make_endpoint(make_supplier(), url=url)

        assert "url" in refused.value.fields

    @pytest.mark.parametrize("topics", [["nonsense"], ["test"]])
    def test_refuses_unknown_topics(self, db, topics):
        with pytest.raises(TopicUnknown):
            make_endpoint(make_supplier(), topics=topics)

    def test_takes_five_and_no_sixth(self, db):
        supplier = make_supplier()
        for _ in range(MOST_ENDPOINTS):
            make_endpoint(supplier)

        with pytest.raises(TooManyEndpoints):
            make_endpoint(supplier)
        assert make_endpoint(make_supplier())


class TestChangeEndpoint:
    def test_tells_what_changed_and_no_more(self, endpoint):
        change(endpoint, is_active=False)

        assert story(endpoint)[1:] == [("endpoint.changed", {"is_active": True}, {"is_active": False})]
        balance()

    def test_leaves_the_key_in_an_address_out_of_the_trail(self, endpoint):
        change(endpoint, url="https://other.example/in?key=2")

        [(code, before, after)] = story(endpoint)[1:]
        assert (code, after) == ("endpoint.changed", {"address": "https://other.example/in"})
        assert "key" not in before["address"]
        balance()
        assert list(verify()) == []

    def test_writes_nothing_when_nothing_changes(self, endpoint):
        change(endpoint)

        assert len(story(endpoint)) == 1
        balance()

    def test_refuses_to_lead_inside(self, endpoint):
        with pytest.raises(AddressRefused):
            change(endpoint, url="https://10.0.0.1/")

    def test_does_not_get_round_the_limit(self, endpoint):
        change(endpoint, is_active=False)
        for _ in range(MOST_ENDPOINTS):
            make_endpoint(endpoint.supplier)

        with pytest.raises(TooManyEndpoints):
            change(endpoint, is_active=True)


class TestRenewSecret:
    def test_replaces_it_in_silence_about_what_it_is(self, endpoint):
        new = renew_secret(endpoint_id=endpoint.pk, actor=make_actor(), at=AT)

        assert Endpoint.objects.get().secret == new.secret != endpoint.secret
        assert story(endpoint)[1:] == [("endpoint.secret_changed", None, {})]
        balance()
        assert list(verify()) == []


class TestSendTest:
    def test_goes_to_this_webhook_alone(self, endpoint):
        make_endpoint(endpoint.supplier, url=f"{URL}2")

        delivery = send_test(endpoint_id=endpoint.pk, at=AT)

        assert Delivery.objects.get() == delivery
        assert (delivery.endpoint, delivery.notice.topic) == (endpoint, "test")

    def test_waits_for_the_one_before(self, endpoint):
        send_test(endpoint_id=endpoint.pk, at=AT)

        with pytest.raises(AnotherTestIsWaiting):
            send_test(endpoint_id=endpoint.pk, at=AT)

    def test_needs_a_webhook_in_use(self, endpoint):
        change(endpoint, is_active=False)

        with pytest.raises(EndpointIsOff):
            send_test(endpoint_id=endpoint.pk, at=AT)
