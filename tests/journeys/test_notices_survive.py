"""A real worker delivers; killed between sending and marking, it repeats at most one message."""

import time

import pytest
from django.db import transaction

from rebattery.accounts.roles import Role
from rebattery.notices.models import Attempt, Delivery
from rebattery.notices.services import delivering
from tests.factories import make_person
from tests.journeys.waiting import wait_for
from tests.rebattery.notices.making import make_endpoint, make_notice
from tests.rebattery.notices.receiver import receiving

PATIENCE_S = 60


def sent() -> int:
    return Delivery.objects.filter(state="sent").count()


def sweep() -> None:
    """Nudge as beat does, more often."""
    delivering.sweep()
    time.sleep(0.1)


@pytest.fixture
def posts_inside(monkeypatch, settings):
    """Let this process, and the worker that it starts next, post to this machine."""
    monkeypatch.setenv("WEBHOOKS_MAY_STAY_INSIDE", "yes")
    settings.WEBHOOKS_MAY_STAY_INSIDE = True


@pytest.fixture
def inside(posts_inside, short_leases):
    """A worker that may post to this machine and whose leases lapse in seconds."""
    return short_leases


class TestNotices:
    def test_reach_mail_and_webhook_by_a_real_worker(self, inside):
        ann = make_person(Role.SUPPLIER)
        with receiving() as receiver:
            make_endpoint(ann.supplier, url=receiver.url)
            with transaction.atomic():
                make_notice(ann.supplier)
                time.sleep(0.5)
                assert receiver.requests == []  # nothing leaves before the commit

            wait_for(lambda: sent() == 2, patience_s=PATIENCE_S)

        assert len(receiver.requests) == 1
        assert "To: " + ann.email in inside.log.read_text()

    @pytest.mark.rule(10)
    def test_survive_a_worker_killed_between_sending_and_marking(self, inside):
        supplier = make_person(Role.SUPPLIER).supplier
        with receiving() as receiver:
            make_endpoint(supplier, url=receiver.url)
            receiver.on_request = inside.kill_9
            notice = make_notice(supplier)
            wait_for(lambda: receiver.requests, patience_s=PATIENCE_S)
            wait_for(lambda: not inside.is_running, patience_s=PATIENCE_S)
            receiver.on_request = lambda: None
            hook = notice.deliveries.get(channel="webhook")
            assert hook.state == "waiting"

            inside.start()
            wait_for(lambda: sent() == 2, nudge=sweep, patience_s=PATIENCE_S)
            time.sleep(1)

        assert len(receiver.requests) == 2
        first, second = receiver.requests
        assert first[1]["webhook-id"] == second[1]["webhook-id"] and first[2] == second[2]
        outcomes = Attempt.objects.filter(delivery=hook).order_by("pk").values_list("outcome", flat=True)
        assert list(outcomes) == ["lost", "sent"]

    def test_are_sent_once_by_two_workers_that_are_nudged_often(self, inside):
        supplier = make_person(Role.SUPPLIER).supplier
        with receiving() as receiver:
            make_endpoint(supplier, url=receiver.url)
            for _ in range(40):
                make_notice(supplier)
                delivering.sweep()

            wait_for(lambda: sent() == 80, nudge=sweep, patience_s=PATIENCE_S)

        ids = [headers["webhook-id"] for _, headers, _ in receiver.requests]
        assert len(ids) == len(set(ids)) == 40
