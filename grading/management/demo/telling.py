"""What the demo's supplier wants to be told, and where; and the year's mails."""

from datetime import datetime, timedelta

from django.conf import settings

from grading.management.demo.people import DOMAIN
from grading.management.demo.timeline import Year
from rebattery.accounts.models import User
from rebattery.notices.domain.topics import CHOICES, Topic
from rebattery.notices.models import Delivery
from rebattery.notices.services import delivering, endpoints
from rebattery.notices.services.preferences import choose_topics

_SOON = timedelta(minutes=5)
NOWHERE = "https://stock.demo.invalid/rebattery"
"""No name under .invalid exists, so what the demo sends there is seen to fail and reaches nobody."""
_SILENT = "django.core.mail.backends.dummy.EmailBackend"


def set_up_notices(year: Year, at: datetime) -> None:
    """Let the supplier add a webhook, widen it, renew its secret, and switch a topic of mails off."""
    seller = User.objects.get(email=f"supplier@{DOMAIN}")
    webhook = endpoints.add_endpoint(
        supplier_id=year.cast.suppliers["DEMO"].pk,
        url=NOWHERE,
        topics=[Topic.RESULTS],
        actor=year.who("supplier"),
        at=at,
    ).endpoint
    endpoints.change_endpoint(
        endpoint_id=webhook.pk,
        url=NOWHERE,
        topics=[Topic.RESULTS, Topic.DISPUTE_ANSWERED],
        is_active=True,
        actor=year.who("supplier"),
        at=at + _SOON,
    )
    endpoints.renew_secret(endpoint_id=webhook.pk, actor=year.who("supplier"), at=at + 2 * _SOON)
    wanted = [topic for topic, _ in CHOICES if topic != Topic.BATCH_ANNOUNCED]
    choose_topics(person=seller, topics=wanted, actor=year.who("supplier"), at=at + 3 * _SOON)


def send_mails(year: Year, at: datetime) -> None:
    """Send the year's mails to nobody: at the start they would bury the list of who can sign in."""
    usual, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, _SILENT
    try:
        while Delivery.objects.filter(state=Delivery.State.WAITING, channel=Delivery.Channel.MAIL).exists():
            delivering.deliver_due()
    finally:
        settings.EMAIL_BACKEND = usual
