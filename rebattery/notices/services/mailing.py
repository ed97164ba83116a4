"""Send one notice to one person by mail."""

import logging
import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from rebattery.notices.models import Delivery
from rebattery.notices.services.posting import NotDelivered

log = logging.getLogger(__name__)
_FOREVER = range(500, 600)
"""Answers of a mail server that the same mail will get again."""


def mail(delivery: Delivery) -> None:
    """Hand one mail to the mail server.

    :raises NotDelivered: when it does not take it, with its reason.
    """
    message = EmailMessage(
        subject=delivery.notice.title,
        body=_body(delivery),
        to=[delivery.address],
        headers={"Message-ID": _message_id(delivery), "Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as exc:
        code, said = exc.recipients.get(delivery.address, (0, b""))
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        why = f"The mail server refused the address: {code} {words}"
        raise NotDelivered(why, is_final=code in _FOREVER) from exc
    except Exception as exc:  # back ends are the operator's choice; whatever one raises is shown
        log.warning("Mail of delivery %s failed: %s: %s", delivery.pk, type(exc).__name__, exc)
        raise NotDelivered(f"The mail was not taken: {exc or type(exc).__name__}") from exc


def _message_id(delivery: Delivery) -> str:
    # The same for each attempt: mail programs recognize a repeat by it.
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<notice-{delivery.notice_id}-{delivery.pk}@{host}>"


def _body(delivery: Delivery) -> str:
    notice = delivery.notice
    choose = settings.PUBLIC_URL + reverse("notice_settings")
    return (
        f"{notice.text}\n\n{settings.PUBLIC_URL}{notice.path}\n\n"
        f"--\nYou get this mail because you work for the supplier it is about.\n"
        f"Choose which mails come: {choose}\n"
    )
