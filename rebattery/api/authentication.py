"""Tokens: a program acts for one person, within the token's scopes."""

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from rebattery.accounts.models import ApiToken, User
from rebattery.accounts.queries import valid_token
from rebattery.accounts.services import note_token_use


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
        token = valid_token(secret=parts[1], at=now)
        if token is None:
            raise AuthenticationFailed("This token is unknown, revoked or expired.")
        note_token_use(token=token, at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class TokenScheme(OpenApiAuthenticationExtension):
    """Tell the schema how to sign in."""

    target_class = "rebattery.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
