"""The same capabilities as the pages, narrowed by the token's scopes."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from rebattery.accounts.models import ApiToken, User


class HasCapability(BasePermission):
    """Ask for the view's capability: ``capability``, or ``capabilities`` by method."""

    message = "Neither your role nor the token's scopes allow this."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.user, User):
            return False
        by_method = getattr(view, "capabilities", {})
        capability = by_method.get(request.method, getattr(view, "capability", None))
        if capability is None:
            return False
        scopes = request.auth.scopes if isinstance(request.auth, ApiToken) else []
        return request.user.may(capability) and capability in scopes
