"""Signatures of webhooks as the Standard Webhooks specification describes them (version 1, symmetric)."""

import hashlib
import hmac
from base64 import b64decode, b64encode

PREFIX = "whsec_"


def secret_of(key: bytes) -> str:
    """Return ``key`` in the form in which it is shown to its owner."""
    return PREFIX + b64encode(key).decode()


def signed_headers(*, secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three headers by which a receiver knows that ``body`` is ours and fresh.

    Signed is ``id.timestamp.body`` with HMAC-SHA256, so that neither can be changed or replayed late.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(b64decode(secret.removeprefix(PREFIX)), signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{b64encode(digest).decode()}",
    }
