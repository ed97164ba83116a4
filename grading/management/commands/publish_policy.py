"""manage.py publish_policy seed-v1 | FILE.json"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from grading.domain.document_file import read_document
from grading.domain.policy import SHIPPED, seed_document
from grading.services.policies import publish
from rebattery.actor import SYSTEM
from rebattery.dates import moment_in_words
from rebattery.errors import RuleViolation


class Command(BaseCommand):
    help = "Publish a grading policy. Publishing the same document again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "policy", help=f"a policy that ships with the product ({', '.join(SHIPPED)}), or a JSON file"
        )

    def handle(self, *args: Any, policy: str, **options: Any) -> None:
        try:
            version = publish(document=_document(policy), actor=SYSTEM, at=timezone.now())
        except RuleViolation as exc:
            raise CommandError(exc.message) from exc
        self.stdout.write(f"{version} is published since {moment_in_words(version.published_at)}.")
        self.stdout.write(f"SHA-256 {version.sha256}")


def _document(policy: str) -> dict[str, Any]:
    if policy in SHIPPED:
        return seed_document(policy)
    try:
        document: dict[str, Any] = read_document(Path(policy).read_bytes())
    except (OSError, ValueError) as exc:
        raise CommandError(f"{policy} is no readable JSON file: {exc}") from exc
    return document
