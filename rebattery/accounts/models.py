"""People, and the tokens they let programs use."""

from collections.abc import Iterable
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from rebattery.accounts.roles import API_SCOPES, Capability, Role, may


class UserManager(BaseUserManager["User"]):
    """Looks people up by e-mail; creating them is the accounts service's work."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """One person with one role; suppliers' people belong to exactly one supplier."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role)
    # The one edge upward: a person's supplier lives in intake, named lazily, never imported here.
    supplier = models.ForeignKey(
        "intake.Supplier", null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_ignoring_case"),
            models.CheckConstraint(
                condition=models.Q(role=Role.SUPPLIER, supplier__isnull=False)
                | (~models.Q(role=Role.SUPPLIER) & models.Q(supplier__isnull=True)),
                name="user_has_supplier_only_as_supplier",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def may(self, capability: Capability | str) -> bool:
        """Return whether this person's role holds ``capability``."""
        return self.is_active and may(self.role, Capability(capability))

    @property
    def is_supplier(self) -> bool:
        return self.role == Role.SUPPLIER

    # Django's admin asks these; it shows reference data to administrators and nothing else.
    @property
    def is_staff(self) -> bool:
        return self.is_active and self.role == Role.ADMINISTRATOR

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_staff

    def has_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class ApiToken(models.Model):
    """A secret that lets a program act for one person, within chosen capabilities."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    label = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    secret_sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.label} ({self.prefix}…)"

    @property
    def scope_labels(self) -> list[str]:
        return [API_SCOPES[Capability(scope)] for scope in self.scopes]
