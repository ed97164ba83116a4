"""Tokens: a program acts for one person, within the token's scopes."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from rebattery.accounts.models import ApiToken, User
from rebattery.accounts.services import sha256_of

USE_NOTED_EVERY = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer rb_…``; nothing else signs a program in, a session does not."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).decode("latin-1").split()
        if not parts or parts[0].lower() != self.keyword.lower():
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("Send one token: Authorization: Bearer rb_…")
        now = timezone.now()
        valid = Q(revoked_at__isnull=True, expires_at__gt=now, user__is_active=True)
        token = ApiToken.objects.select_related("user__supplier").filter(
            valid, secret_sha256=sha256_of(parts[1])
        )
        if not (found := token.first()):
            raise AuthenticationFailed("This token is unknown, revoked or expired.")
        if found.last_used_at is None or found.last_used_at < now - USE_NOTED_EVERY:
            ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
        return found.user, found

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tell the schema how to sign in."""

    target_class = "rebattery.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
