"""``Idempotency-Key``: a program that lost our answer asks again and gets it, and nothing happens twice."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from rebattery.accounts.models import ApiToken
from rebattery.api.models import KeptAnswer
from rebattery.errors import RuleViolation

KEPT_FOR = timedelta(hours=48)
MAX_KEY_LENGTH = 255
HEADER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Any text of at most 255 characters, new for each piece of work. The same key with the same "
    "data within 48 hours gets the first answer again, and nothing happens twice.",
)
Post = Callable[..., Response]


class KeyReused(RuleViolation):
    """This Idempotency-Key came with other data before. Nothing was changed."""

    code = "idempotency_key_reused"


class KeyTooLong(RuleViolation):
    """An Idempotency-Key has at most 255 characters. Nothing was changed."""

    code = "idempotency_key_too_long"


def idempotent(post: Post) -> Post:
    """Let ``post`` work once per token and ``Idempotency-Key``.

    The answer is stored in the transaction of the effects: both are there or neither. A refusal changes
    nothing, so it is not kept, and the mended request may use its key again. Of two requests at once, the
    second waits at the unique constraint until the first is done.
    """

    @extend_schema(parameters=[HEADER])
    @wraps(post)
    def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return post(view, request, *args, **kwargs)
        if len(key) > MAX_KEY_LENGTH:
            raise KeyTooLong(fields={"Idempotency-Key": "Too long."})
        assert isinstance(request.auth, ApiToken)
        with transaction.atomic():
            kept, is_new = _claim(request.auth, key, _digest(request))
            if not is_new:
                return Response(kept.body, kept.status, headers={"Idempotent-Replayed": "true"})
            response = post(view, request, *args, **kwargs)
            kept.body, kept.status = response.data, response.status_code
            kept.save(update_fields=["body", "status"])
        return response

    once.is_idempotent = True  # type: ignore[attr-defined]  # read by the test that walks all endpoints
    return once


def _claim(token: ApiToken, key: str, digest: str) -> tuple[KeptAnswer, bool]:
    now = timezone.now()
    # Whoever comes by clears what is too old; rows that another request is clearing are left to it.
    old = KeptAnswer.objects.filter(at__lt=now - KEPT_FOR).select_for_update(skip_locked=True)
    KeptAnswer.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    kept, is_new = KeptAnswer.objects.get_or_create(
        token=token, key=key, defaults={"request_sha256": digest, "at": now}
    )
    if kept.request_sha256 != digest:
        raise KeyReused(fields={"Idempotency-Key": "Use a new one for other data."})
    return kept, is_new


def _digest(request: Request) -> str:
    """Return the SHA-256 of what was asked: of the data, because a form's boundary is new each time."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    data = request.data
    if isinstance(data, QueryDict):
        for name, values in sorted(data.lists()):
            if name not in request.FILES:
                digest.update(json.dumps([name, values]).encode())
        uploads = [(name, file) for name, many in sorted(request.FILES.lists()) for file in many]
        for name, upload in uploads:
            digest.update(json.dumps([name, upload.name, upload.size]).encode())
            for chunk in upload.chunks():
                digest.update(chunk)
            upload.seek(0)
    else:
        digest.update(json.dumps(data, sort_keys=True).encode())
    return digest.hexdigest()
