"""Invite, change and deactivate people; create and revoke their tokens."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from rebattery.accounts.models import ApiToken, User
from rebattery.accounts.queries import sha256_of
from rebattery.accounts.roles import Capability, Role, scopes_of
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation

TOKEN_LIFETIME = timedelta(days=365)
TOKEN_USE_NOTED_EVERY = timedelta(minutes=1)


class PersonExists(RuleViolation):
    """Somebody with this e-mail address is already here."""

    code = "person_exists"


class SupplierMismatch(RuleViolation):
    """A supplier's person belongs to one supplier, staff to none."""

    code = "supplier_mismatch"


class OwnAccount(RuleViolation):
    """Nobody changes their own role or deactivates themselves; ask another administrator."""

    code = "own_account"


class ScopeNotHeld(RuleViolation):
    """A token cannot do more than its person, nor anything that the API does not offer."""

    code = "scope_not_held"


@transaction.atomic
def invite_person(
    *, email: str, name: str, role: str, supplier_id: int | None, actor: Actor, at: datetime
) -> User:
    """Create a person without a password; they set one through the link in their mail.

    :raises PersonExists: when the e-mail address is taken.
    :raises SupplierMismatch: when role and supplier do not fit together.
    """
    if User.objects.filter(email__iexact=email).exists():
        raise PersonExists(f"Somebody with the address {email} is already here.", fields={"email": "Taken."})
    if (role == Role.SUPPLIER) != (supplier_id is not None):
        raise SupplierMismatch(fields={"supplier": "Choose one for suppliers, none for staff."})
    person = User(email=email.lower(), name=name, role=role, supplier_id=supplier_id, created_at=at)
    person.set_unusable_password()
    person.save()
    after = {"email": person.email, "name": name, "role": role, "supplier_id": supplier_id, "is_active": True}
    facts = {"role": Role(role).label}
    _record("person.invited", person, actor=actor, at=at, after=after, facts=facts)
    return person


@transaction.atomic
def change_role(*, person_id: int, role: str, reason: str, actor: Actor, at: datetime) -> User:
    """Give a member of staff another staff role; the one they have already changes nothing.

    :raises OwnAccount: when somebody changes their own role.
    :raises SupplierMismatch: when a supplier's person would become staff or the reverse.
    """
    person = _locked(person_id, actor)
    if Role.SUPPLIER in (role, person.role):
        raise SupplierMismatch
    if role == person.role:
        return person
    before = {"role": person.role}
    person.role = role
    person.save(update_fields=["role"])
    facts = {"role": Role(role).label}
    _record(
        "person.role_changed",
        person,
        actor=actor,
        at=at,
        before=before,
        after={"role": role},
        facts=facts,
        reason=reason,
    )
    return person


def deactivate_person(*, person_id: int, reason: str, actor: Actor, at: datetime) -> User:
    """Lock a person out at once: their sessions end with their next request, their tokens with it."""
    return _set_active(person_id, False, "person.deactivated", reason, actor, at)


def reactivate_person(*, person_id: int, reason: str, actor: Actor, at: datetime) -> User:
    """Let a deactivated person in again."""
    return _set_active(person_id, True, "person.reactivated", reason, actor, at)


@dataclass(frozen=True)
class NewToken:
    """A fresh token; ``secret`` is shown once and kept nowhere."""

    token: ApiToken
    secret: str


@transaction.atomic
def create_token(
    *,
    person: User,
    label: str,
    scopes: list[str],
    actor: Actor,
    at: datetime,
    lifetime: timedelta = TOKEN_LIFETIME,
) -> NewToken:
    """Create a token that acts for ``person`` within ``scopes``, for at most a year.

    :raises ScopeNotHeld: when a scope is none of the API, or not among the person's own capabilities.
    """
    if not scopes or not set(scopes) <= set(scopes_of(person.role)):
        raise ScopeNotHeld(fields={"scopes": "Choose among what you may do yourself."})
    prefix = secrets.token_hex(4)
    secret = f"rb_{prefix}_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        user=person,
        label=label,
        prefix=prefix,
        secret_sha256=sha256_of(secret),
        scopes=sorted(str(Capability(scope)) for scope in scopes),
        created_at=at,
        expires_at=at + min(lifetime, TOKEN_LIFETIME),
    )
    after = {
        "user_id": person.pk,
        "label": label,
        "prefix": prefix,
        "scopes": token.scopes,
        "expires_at": token.expires_at,
    }
    event = Event(code="token.created", subject_id=token.pk, subject_label=str(token), after=after)
    record(events=[event], actor=actor, at=at)
    return NewToken(token, secret)


@transaction.atomic
def revoke_token(*, token_id: int, person: User, actor: Actor, at: datetime) -> ApiToken:
    """Make one of ``person``'s tokens worthless; revoking twice changes nothing."""
    token = ApiToken.objects.select_for_update().get(pk=token_id, user=person)
    if token.revoked_at is None:
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
        event = Event(
            code="token.revoked",
            subject_id=token.pk,
            subject_label=str(token),
            before={"revoked_at": None},
            after={"revoked_at": at},
        )
        record(events=[event], actor=actor, at=at)
    return token


def note_token_use(*, token: ApiToken, at: datetime) -> None:
    """Remember when a token was last used, at most once a minute; no event, it judges nothing."""
    if token.last_used_at is None or token.last_used_at < at - TOKEN_USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)


@transaction.atomic
def _set_active(person_id: int, active: bool, code: str, reason: str, actor: Actor, at: datetime) -> User:
    person = _locked(person_id, actor)
    if person.is_active != active:
        person.is_active = active
        person.save(update_fields=["is_active"])
        _record(
            code,
            person,
            actor=actor,
            at=at,
            before={"is_active": not active},
            after={"is_active": active},
            reason=reason,
        )
    return person


def _locked(person_id: int, actor: Actor) -> User:
    if person_id == actor.person_id:
        raise OwnAccount
    return User.objects.select_for_update().get(pk=person_id)


def _record(
    code: str,
    person: User,
    *,
    actor: Actor,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    facts: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    event = Event(
        code=code,
        subject_id=person.pk,
        subject_label=f"{person.name} <{person.email}>",
        before=before,
        after=after,
        facts=facts or {},
        reason=reason,
    )
    record(events=[event], actor=actor, at=at)
