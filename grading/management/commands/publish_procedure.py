"""manage.py publish_procedure --shipped | FILE.json"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from grading.domain.document_file import read_document
from grading.domain.procedure import SHIPPED, shipped_document
from grading.services.procedures import publish
from rebattery.actor import SYSTEM
from rebattery.dates import moment_in_words
from rebattery.errors import RuleViolation


class Command(BaseCommand):
    help = "Publish a test procedure. Publishing the same document again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("file", nargs="?", help="a JSON file, as the page of a procedure exports it")
        what.add_argument("--shipped", action="store_true", help="all that come with the product")

    def handle(self, *args: Any, file: str | None, shipped: bool, **options: Any) -> None:
        documents = [shipped_document(code) for code in SHIPPED] if shipped else [_document(file or "")]
        for document in documents:
            try:
                version = publish(document=document, actor=SYSTEM, at=timezone.now())
            except RuleViolation as exc:
                raise CommandError(exc.message) from exc
            self.stdout.write(f"{version} is published since {moment_in_words(version.published_at)}.")


def _document(file: str) -> dict[str, Any]:
    try:
        document: dict[str, Any] = read_document(Path(file).read_bytes())
    except (OSError, ValueError) as exc:
        raise CommandError(f"{file} is no readable JSON file: {exc}") from exc
    return document
