"""People and tokens as their pages list them, and the token behind a secret."""

import hashlib
from datetime import datetime

from django.db.models import Q, QuerySet

from rebattery.accounts.models import ApiToken, User


def people() -> QuerySet[User]:
    """Return everybody with their supplier, by name."""
    return User.objects.select_related("supplier").order_by("name", "pk")


def named(people: QuerySet[User], text: str) -> QuerySet[User]:
    """Keep the people whose name or e-mail contains ``text``."""
    return people.filter(Q(name__icontains=text) | Q(email__icontains=text))


def tokens_of(*, person: User) -> QuerySet[ApiToken]:
    """Return a person's tokens, newest first."""
    return ApiToken.objects.filter(user=person).order_by("-pk")


def valid_token(*, secret: str, at: datetime) -> ApiToken | None:
    """Return the token with this secret and its person, unless it is revoked, expired or its person out."""
    return (
        ApiToken.objects.select_related("user__supplier")
        .filter(secret_sha256=sha256_of(secret), revoked_at__isnull=True, expires_at__gt=at)
        .filter(user__is_active=True)
        .first()
    )


def sha256_of(secret: str) -> str:
    """Return the digest under which a token's secret is stored and looked up."""
    return hashlib.sha256(secret.encode()).hexdigest()
