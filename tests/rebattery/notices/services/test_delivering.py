import json
from datetime import timedelta

import pytest
from django.core import mail
from django.db.models import F
from django.db.models.functions import Now

from rebattery.accounts.models import User
from rebattery.accounts.roles import Role
from rebattery.accounts.services import deactivate_person, invite_person
from rebattery.notices.domain.pauses import MAX_ATTEMPTS, PAUSES
from rebattery.notices.domain.signing import signed_headers
from rebattery.notices.models import Attempt, Delivery, Endpoint
from rebattery.notices.services import delivering
from rebattery.notices.services.delivering import claim_next, deliver_due
from rebattery.notices.services.endpoints import change_endpoint
from rebattery.notices.services.retrying import NothingToRetry, retry
from tests.factories import AT, make_actor, make_supplier
from tests.rebattery.notices.making import make_endpoint, make_notice
from tests.rebattery.notices.receiver import receiving


@pytest.fixture
def supplier(db, settings):
    settings.EMAIL_BACKEND = "tests.rebattery.notices.receiver.PickyMail"
    settings.WEBHOOKS_MAY_STAY_INSIDE = True
    settings.PUBLIC_URL = "https://rebattery.example"
    return make_supplier()


@pytest.fixture
def receiver(supplier):
    with receiving() as running:
        make_endpoint(supplier, url=running.url)
        yield running


def person(supplier, name) -> User:
    return invite_person(
        email=f"{name}@example.com",
        name=name,
        role=Role.SUPPLIER,
        supplier_id=supplier.pk,
        actor=make_actor(),
        at=AT,
    )


def lapse():
    """Let every pause and lease end now."""
    Delivery.objects.update(next_attempt_at=Now() - timedelta(seconds=1))


def pausing(pause):
    """Return the deliveries whose next attempt is ``pause`` away, less the moments that the test took."""
    then = Now() + pause
    return Delivery.objects.filter(next_attempt_at__lte=then, next_attempt_at__gt=then - timedelta(seconds=9))


def told():
    return sorted(Delivery.objects.values_list("address", "state", "last_error"))


def tries():
    return list(Attempt.objects.order_by("pk").values_list("outcome", "code"))


def started_anew():
    return retry(delivery_ids=list(Delivery.objects.values_list("pk", flat=True)))


class TestMail:
    def test_goes_to_each_person_alone_with_the_address_of_the_thing(self, supplier):
        person(supplier, "ann"), person(supplier, "bob")
        notice = make_notice(supplier, title="Batch 7 closed", text="Two are missing.", path="/batches/7/")

        assert deliver_due() == 2

        assert [message.to for message in mail.outbox] == [["ann@example.com"], ["bob@example.com"]]
        first = mail.outbox[0]
        assert first.subject == "Batch 7 closed"
        assert "Two are missing.\n\nhttps://rebattery.example/batches/7/\n" in first.body
        assert "https://rebattery.example/notices/settings/" in first.body
        assert first.extra_headers["Message-ID"].startswith(f"<notice-{notice.pk}-")

    @pytest.mark.rule(20)
    def test_that_fails_for_one_of_two_is_told_for_each(self, supplier):
        person(supplier, "ann"), person(supplier, "busy")
        make_notice(supplier)

        deliver_due()

        assert told() == [
            ("ann@example.com", "sent", ""),
            ("busy@example.com", "failed", "The mail server refused the address: 450 Try again later"),
        ]
        assert tries() == [("sent", None), ("failed", None)]

    @pytest.mark.rule(20)
    def test_that_is_refused_for_good_is_given_up_at_once(self, supplier):
        person(supplier, "refused")
        make_notice(supplier)

        deliver_due()

        [(_, state, error)] = told()
        assert (state, error) == ("given_up", "The mail server refused the address: 550 No such mailbox")

    def test_waits_while_the_mail_server_is_away(self, supplier):
        person(supplier, "broken")
        make_notice(supplier)

        deliver_due()

        assert told() == [("broken@example.com", "failed", "The mail was not taken: Connection refused")]

    def test_does_not_go_to_who_was_locked_out_meanwhile(self, supplier):
        ann = person(supplier, "ann")
        make_notice(supplier)
        deactivate_person(person_id=ann.pk, reason="Left", actor=make_actor(), at=AT)

        deliver_due()

        assert mail.outbox == []
        assert told()[0][1] == "given_up"


class TestWebhook:
    def test_is_signed_and_holds_the_notice(self, supplier, receiver):
        notice = make_notice(supplier, path="/batches/7/")

        deliver_due()

        [(_, headers, body)] = receiver.requests
        delivery, data = Delivery.objects.get(), json.loads(body)
        signed = signed_headers(
            secret=Endpoint.objects.get().secret,
            message_id=f"msg_{delivery.pk}",
            timestamp=int(headers["webhook-timestamp"]),
            body=body,
        )
        assert {name: headers[name] for name in signed} == signed
        assert (data["type"], data["timestamp"]) == ("notice.batch_closed", "2026-11-20T09:00:00Z")
        assert data["data"]["url"] == "https://rebattery.example/batches/7/"
        assert data["data"]["title"] == notice.title
        assert (delivery.state, delivery.last_code) == ("sent", 204)
        assert delivery.sent_at is not None

    def test_that_fails_comes_again_with_the_same_id_and_body(self, supplier, receiver):
        make_notice(supplier)
        receiver.codes = [503]

        deliver_due()
        assert (Delivery.objects.get().state, Delivery.objects.get().last_code) == ("failed", 503)
        assert deliver_due() == 0
        lapse()
        deliver_due()

        first, second = receiver.requests
        assert (first[1]["webhook-id"], first[2]) == (second[1]["webhook-id"], second[2])
        assert tries() == [("failed", 503), ("sent", 204)]
        assert told()[0][1:] == ("sent", "")

    def test_pauses_longer_each_time_and_is_given_up_with_its_error(self, supplier, receiver):
        make_notice(supplier)
        receiver.codes = [500] * MAX_ATTEMPTS

        for pause in PAUSES:
            deliver_due()
            assert pausing(pause).get().state == "failed"
            lapse()
        deliver_due()
        lapse()

        assert deliver_due() == 0
        assert told()[0][1:] == ("given_up", "It answered 500.")
        assert tries() == [("failed", 500)] * MAX_ATTEMPTS

    def test_that_does_not_answer_lets_its_others_wait_but_no_mail(self, supplier, receiver):
        person(supplier, "ann")
        for _ in range(3):
            make_notice(supplier)
        receiver.codes = [500]

        assert deliver_due() == 4

        assert len(mail.outbox) == 3 and len(receiver.requests) == 1
        assert pausing(timedelta(minutes=5)).filter(channel="webhook", state="waiting").count() == 2

    def test_is_not_sent_once_it_is_switched_off(self, supplier, receiver):
        make_notice(supplier)
        endpoint = Endpoint.objects.get()
        how = {"url": endpoint.url, "topics": endpoint.topics, "actor": make_actor(), "at": AT}
        change_endpoint(endpoint_id=endpoint.pk, is_active=False, **how)

        deliver_due()

        assert receiver.requests == []
        assert told()[0][1:] == ("given_up", "The webhook was switched off; nothing was sent.")


class TestClaimNext:
    def test_gives_a_delivery_to_one_worker(self, supplier):
        person(supplier, "ann")
        make_notice(supplier)

        assert claim_next() is not None
        assert claim_next() is None

    def test_takes_over_from_a_worker_that_is_gone_and_says_so(self, supplier):
        person(supplier, "ann")
        make_notice(supplier)
        claim_next()
        lapse()

        deliver_due()

        assert [outcome for outcome, _ in tries()] == ["lost", "sent"]
        assert "may have arrived" in Attempt.objects.earliest("pk").error

    def test_stops_after_all_attempts_ended_without_a_word(self, supplier):
        person(supplier, "ann")
        make_notice(supplier)
        for _ in range(MAX_ATTEMPTS):
            claim_next()
            lapse()

        deliver_due()

        assert mail.outbox == []
        assert told()[0][1:] == ("given_up", "The sending ended without a result each time.")

    def test_fences_a_late_worker(self, supplier):
        person(supplier, "ann")
        make_notice(supplier)
        late = claim_next()
        lapse()
        deliver_due()

        delivering._settle_failure(late, delivering.NotDelivered("too late"))

        assert told()[0][1:] == ("sent", "")


class TestRetry:
    def test_sends_what_had_failed_again(self, supplier, receiver):
        make_notice(supplier)
        receiver.codes = [410]
        deliver_due()

        assert started_anew() == 1
        deliver_due()

        assert told()[0][1] == "sent"
        assert tries() == [("failed", 410), ("sent", 204)]

    def test_gives_it_all_its_attempts_again(self, supplier):
        person(supplier, "broken")
        make_notice(supplier)
        Delivery.objects.update(state="given_up", attempts=MAX_ATTEMPTS)

        started_anew()
        deliver_due()

        assert pausing(PAUSES[0]).filter(state="failed", attempts=1).exists()

    def test_leaves_what_is_sent_or_just_being_sent(self, supplier):
        person(supplier, "ann"), person(supplier, "broken")
        make_notice(supplier)
        deliver_due()
        lapse()
        claim_next()

        with pytest.raises(NothingToRetry):
            started_anew()


class TestSweep:
    def test_nudges_only_when_something_is_due(self, supplier):
        assert delivering.sweep() is False

        person(supplier, "ann")
        make_notice(supplier)
        assert delivering.sweep() is True

        Delivery.objects.update(next_attempt_at=F("next_attempt_at") + timedelta(seconds=1))
        assert delivering.sweep() is False
