"""manage.py seed_demo"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grading.management.demo.people import PASSWORD, is_seeded, logins
from grading.management.demo.story import seed
from rebattery.errors import RuleViolation


class Command(BaseCommand):
    help = "Fill the database with a year of demo data, once, and print who can sign in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--i-know", action="store_true", help="also where real people sign in")

    def handle(self, *args: Any, i_know: bool, **options: Any) -> None:
        if not (settings.LOCAL or i_know):
            raise CommandError("Demo people share a printed password, so they are for local use only.")
        if not is_seeded():
            try:
                seed(at=timezone.now())
            except RuleViolation as refused:
                raise CommandError(
                    f"The demo does not fit into this database: {refused.message}"
                ) from refused
        people = logins()
        width = max((len(role) for role, _ in people), default=4)
        self.stdout.write(f"\n  {'Role'.ljust(width)}  {'E-mail'.ljust(28)}  Password")
        for role, email in people:
            self.stdout.write(f"  {role.ljust(width)}  {email.ljust(28)}  {PASSWORD}")
