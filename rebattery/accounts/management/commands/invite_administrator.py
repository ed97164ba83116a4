"""Invite the first administrator of a new installation; everybody else is invited on the People page."""

from argparse import ArgumentParser
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from rebattery.accounts.roles import Role
from rebattery.accounts.services import invite_person
from rebattery.actor import SYSTEM
from rebattery.errors import RuleViolation


class Command(BaseCommand):
    help = "Invite an administrator and print the link under which they set their password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        try:
            person = invite_person(
                email=email,
                name=name,
                role=Role.ADMINISTRATOR,
                supplier_id=None,
                actor=SYSTEM,
                at=timezone.now(),
            )
        except RuleViolation as refused:
            raise CommandError(refused.message) from refused
        key = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
        path = reverse("account_reset_password_from_key", kwargs=key)
        self.stdout.write(f"{name} sets a password at https://{settings.ALLOWED_HOSTS[0]}{path}")
