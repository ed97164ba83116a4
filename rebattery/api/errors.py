"""Every refusal as ``{"code", "message", "fields"}``."""

from typing import Any

from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from rebattery.errors import RuleViolation

REFUSED = 422
"""The payload can be read, but its values cannot be taken."""


def handle(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an anticipated refusal into its answer; let anything else rise as the bug it is."""
    if isinstance(exc, RuleViolation):
        body = {"code": exc.code, "message": exc.message, "fields": exc.fields}
        return Response(body, REFUSED if exc.fields else status.HTTP_409_CONFLICT)
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
    else:
        response.data = {"code": "not_found", "message": "There is nothing here.", "fields": {}}
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
