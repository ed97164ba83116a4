"""The demo's people: one login per role, a second warehouse worker, a second reviewer, suppliers' people."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password

from grading.management.demo.fleet import SOURCES
from intake.models import Supplier
from intake.services.suppliers import add_supplier, change_supplier
from rebattery.accounts import services as accounts
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability, Role
from rebattery.actor import SYSTEM, Actor

PASSWORD = "demo password 2026"  # noqa: S105  printed at every start, and refused outside the local mode
DOMAIN = "demo.example"
_STAFF = (
    ("administrator", "Adele Roth", Role.ADMINISTRATOR),
    ("warehouse", "Wanda Koch", Role.WAREHOUSE),
    ("warehouse2", "Kim Lund", Role.WAREHOUSE),
    ("reviewer", "Rosa Marin", Role.REVIEWER),
    ("reviewer2", "Ravi Nair", Role.REVIEWER),
    ("auditor", "Aude Perrin", Role.AUDITOR),
)


@dataclass(frozen=True)
class Cast:
    """Everybody in the demo, as authors of what they do."""

    actors: dict[str, Actor]
    """First part of the e-mail address to the person."""
    suppliers: dict[str, Supplier]
    """Code to supplier."""

    def __getitem__(self, name: str) -> Actor:
        return self.actors[name]


def logins() -> list[tuple[str, str]]:
    """Return role and e-mail address of everybody who can sign in, staff first; empty before the seeding."""
    people = User.objects.filter(email__endswith=f"@{DOMAIN}", is_active=True).select_related("supplier")
    return [
        (f"{Role(p.role).label} {p.supplier.code}" if p.supplier else Role(p.role).label, p.email)
        for p in people.order_by("pk")
    ]


def is_seeded() -> bool:
    """Return whether the demo is here; it comes as one transaction, so wholly or not at all."""
    return User.objects.filter(email=f"{_STAFF[0][0]}@{DOMAIN}").exists()


def bring_together(*, at: datetime) -> Cast:
    """Add staff, suppliers and their people, each with the demo's password."""
    staff = {_STAFF[0][0]: _invited(*_STAFF[0], None, SYSTEM, at)}
    boss = actor_for(staff["administrator"])
    for name, label, role in _STAFF[1:]:
        # The auditor came as a warehouse worker.
        first_role = Role.WAREHOUSE if role == Role.AUDITOR else role
        staff[name] = _invited(name, label, first_role, None, boss, at)
    suppliers = {
        source.code: add_supplier(
            code=source.code, name=source.name, country=source.country, actor=boss, at=at
        )
        for source in SOURCES
    }
    for source in SOURCES:
        name = source.email.split("@")[0]
        staff[name] = _invited(name, source.contact, Role.SUPPLIER, suppliers[source.code].pk, boss, at)
    # One hash for all: each would take a tenth of a second, and the demo's password is no secret.
    User.objects.filter(email__endswith=f"@{DOMAIN}").update(password=make_password(PASSWORD))
    return Cast({name: actor_for(person) for name, person in staff.items()}, suppliers)


def change_some(cast: Cast, *, at: datetime) -> None:
    """Let happen to people and suppliers what happens in a year."""
    boss = cast["administrator"]
    auditor, absent = cast["auditor"].person_id or 0, cast["warehouse2"].person_id or 0
    accounts.change_role(
        person_id=auditor, role=Role.AUDITOR, reason="Moves to internal audit.", actor=boss, at=at
    )
    accounts.deactivate_person(person_id=absent, reason="Badge lost.", actor=boss, at=at)
    accounts.reactivate_person(person_id=absent, reason="Badge found.", actor=boss, at=at)
    quayside = cast.suppliers["QUAYSIDE"]
    change_supplier(
        supplier_id=quayside.pk, name="Quayside Battery Traders", country="GB", is_active=True,
        actor=boss, at=at,
    )  # fmt: skip
    seller = User.objects.get(email=f"supplier@{DOMAIN}")
    for label in ("Old export script", "Warehouse system"):
        made = accounts.create_token(
            person=seller, label=label, scopes=[Capability.UPLOAD_MANIFEST], actor=cast["supplier"], at=at
        )
        if label.startswith("Old"):
            accounts.revoke_token(token_id=made.token.pk, person=seller, actor=cast["supplier"], at=at)


def actor_for(person: User) -> Actor:
    """Return ``person`` as the author of changes."""
    return Actor(kind="user", id=person.pk, person_id=person.pk, label=person.name)


def _invited(name: str, label: str, role: Role, supplier_id: int | None, actor: Actor, at: datetime) -> User:
    email = f"{name}@{DOMAIN}"
    return accounts.invite_person(
        email=email, name=label, role=role, supplier_id=supplier_id, actor=actor, at=at
    )
