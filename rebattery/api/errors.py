"""Every refusal as ``{"code", "message", "fields"}``."""

from typing import Any

from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from rebattery.errors import RuleViolation


def handle(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an anticipated refusal into its answer; let anything else rise as the bug it is."""
    if isinstance(exc, RuleViolation):
        body = {"code": exc.code, "message": exc.message, "fields": exc.fields}
        return Response(
            body, status=status.HTTP_422_UNPROCESSABLE_ENTITY if exc.fields else status.HTTP_409_CONFLICT
        )
    response = exception_handler(exc, context)
    if response is None:
        return None
    if isinstance(exc, ValidationError):
        body = {
            "code": "invalid",
            "message": "Some values cannot be taken; see fields.",
            "fields": exc.detail,
        }
        response.data, response.status_code = body, status.HTTP_422_UNPROCESSABLE_ENTITY
    elif isinstance(exc, APIException):
        response.data = {"code": exc.default_code, "message": str(exc.detail), "fields": {}}
    else:
        response.data = {"code": "not_found", "message": "There is nothing here.", "fields": {}}
    return response
