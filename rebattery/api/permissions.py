"""The same capabilities as the pages, narrowed by the token's scopes."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from rebattery.accounts.models import ApiToken, User


class HasCapability(BasePermission):
    """Ask for the view's capability: ``capability``, or ``capabilities`` by method.

    ``also_read_with`` names a scope that suffices to read, so that a program can follow what it sent; the
    token's person needs the capability all the same.
    """

    message = "Neither your role nor the token's scopes allow this."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.user, User):
            return False
        by_method = getattr(view, "capabilities", {})
        capability = by_method.get(request.method, getattr(view, "capability", None))
        if capability is None:
            return False
        scopes = request.auth.scopes if isinstance(request.auth, ApiToken) else []
        suffices = {capability}
        if request.method in SAFE_METHODS:
            suffices.add(getattr(view, "also_read_with", capability))
        return request.user.may(capability) and not suffices.isdisjoint(scopes)
