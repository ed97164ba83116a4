"""Every refusal as ``{"code", "message", "fields"}``."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from rebattery.errors import RuleViolation

REFUSED = 422
"""The payload can be read, but its values cannot be taken."""
NOT_FOUND = {"code": "not_found", "message": "There is nothing here."}
FORBIDDEN = {"code": "permission_denied", "message": "You may not do this."}


def handle(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an anticipated refusal into its answer; let anything else rise as the bug it is."""
    if isinstance(exc, RuleViolation):
        body = {"code": exc.code, "message": exc.message, "fields": exc.fields}
        return Response(body, REFUSED if exc.fields else status.HTTP_409_CONFLICT)
    if isinstance(exc, RequestDataTooBig):
        body = {"code": "too_large", "message": "Send less at once: at most 5 MB of JSON.", "fields": {}}
        return Response(body, status.HTTP_413_REQUEST_ENTITY_TOO_LARGE)
    response = exception_handler(exc, context)
    if response is None:
        return None
    if isinstance(exc, ValidationError):
        body = {
            "code": "invalid",
            "message": "Some values cannot be taken; see fields.",
            "fields": flat(exc.detail),
        }
        response.data, response.status_code = body, REFUSED
    elif isinstance(exc, APIException):
        response.data = {"code": exc.default_code, "message": str(exc.detail), "fields": {}}
    else:  # Django's own two: Http404 and PermissionDenied
        response.data = (NOT_FOUND if response.status_code == status.HTTP_404_NOT_FOUND else FORBIDDEN) | {
            "fields": {}
        }
    return response


def flat(detail: Any, path: str = "") -> dict[str, str]:
    """Return all errors of nested fields by their address, such as ``rows.3.method``."""
    if isinstance(detail, dict):
        parts = [(str(name), inner) for name, inner in detail.items()]
    elif isinstance(detail, list) and any(isinstance(inner, (dict, list)) for inner in detail):
        parts = [(str(index), inner) for index, inner in enumerate(detail)]
    else:
        return {path: " ".join(map(str, detail if isinstance(detail, list) else [detail]))}
    found: dict[str, str] = {}
    for name, inner in parts:
        found |= flat(inner, f"{path}.{name}" if path else name)
    return found
