"""What a supplier finds while a reviewer may still take the last step back."""

import pytest
from django.urls import reverse
from django.utils import timezone

from grading.models import Dispute
from grading.services import reviews
from tests.evidence import make_reviews, publish_seed
from tests.factories import make_actor, make_person
from tests.grading import cast
from tests.grading.services.disputes.acts import decision_of, owner_of
from tests.grading.web.reviewing import signed_in

pytestmark = pytest.mark.django_db
SAID = "A reviewer can still take the last step back: dispute it from "


def test_shows_the_former_state_and_takes_no_dispute_yet():
    publish_seed()
    [case] = make_reviews(soh="15")
    actor, now = make_actor(make_person("reviewer")), timezone.now()
    reviews.confirm(cases={case.pk: case.version}, why=cast.WHY, actor=actor, at=now)
    client, address = signed_in(owner_of(case.pack)), reverse("dispute_open", args=[case.pack_id])

    shown = client.get(reverse("pack", args=[case.pack_id])).text
    assert "Rejected" not in shown and "In review" in shown and "Dispute this result" not in shown
    sent = {"comment": "Our own test says 84 %.", "decision_id": decision_of(case.pack).pk}
    assert SAID in client.get(address).text
    assert SAID in client.post(address, sent).text
    assert not Dispute.objects.exists()
