"""Import a supplier's file without a browser and without a worker."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from intake.models import Intent, Manifest, ManifestState
from intake.queries.batches import overview_of
from intake.queries.manifests import problems_of, rules_of
from intake.queries.suppliers import supplier_by_code
from intake.services import manifests
from rebattery.actor import SYSTEM
from rebattery.errors import RuleViolation

_WAIT_S = 0.3
_PROBLEMS_PRINTED = 1_000


class Command(BaseCommand):
    help = "Import a manifest of a supplier: make a batch of it, or leave a draft and print what is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--supplier", required=True, help="the supplier's code")

    def handle(self, *args: Any, file: Path, supplier: str, **options: Any) -> None:
        owner = supplier_by_code(code=supplier)
        if owner is None:
            raise CommandError(f"No supplier has the code {supplier}.")
        try:
            with file.open("rb") as content:
                manifest = manifests.accept(
                    supplier=owner, file_name=file.name, content=content, actor=SYSTEM, at=timezone.now()
                )
        except OSError as exc:
            raise CommandError(f"{file} cannot be opened: {exc.strerror}.") from exc
        except RuleViolation as refused:
            raise CommandError(refused.message) from refused
        if manifest.state == ManifestState.IMPORTED:
            self.stdout.write(f"The same file came before: it is batch {manifest.batch.number}.")
            return
        try:
            settled = _settle(manifest)
        except RuleViolation as refused:
            self._print_problems(manifest)
            raise CommandError(f"{manifest.file_name} was not imported: {refused.message}") from refused
        self._report(settled)

    def _report(self, manifest: Manifest) -> None:
        if manifest.state == ManifestState.IMPORTED:
            overview = overview_of(batch=manifest.batch)
            self.stdout.write(
                f"Batch {manifest.batch.number}: {overview.pack_count} packs, {overview.total_kwh:.1f} kWh,"
                f" {manifest.warning_count} warnings."
            )
            return
        self._print_problems(manifest)
        raise CommandError(f"{manifest.file_name} was not imported: {manifest.refusal}")

    def _print_problems(self, manifest: Manifest) -> None:
        for problem in problems_of(manifest=manifest, limit=_PROBLEMS_PRINTED):
            place = f"row {problem.row}" if problem.row else "file"
            self.stdout.write(
                f"{place}, column “{problem.column}”, value “{problem.value}”: {problem.severity}"
                f" {problem.rule}: {problem.message} {problem.fix}".rstrip()
            )
        for rule in rules_of(manifest=manifest):
            self.stdout.write(f"{rule.count:>8} × {rule.severity} {rule.rule}")
        if manifest.state == ManifestState.DRAFT:
            self.stdout.write(f"Mend it on the page /manifests/{manifest.pk}/ or by the API.")


def _settle(manifest: Manifest) -> Manifest:
    """Read the manifest here, or wait for the worker that was quicker."""
    if manifest.state == ManifestState.DRAFT and manifest.intent == Intent.CHECK:
        # Somebody mends it; the command asks for what that person would: all of it, or nothing.
        manifests.submit(
            manifest_id=manifest.pk,
            intent=Intent.ANNOUNCE_ALL,
            expected_on=None,
            actor=SYSTEM,
            at=timezone.now(),
        )
    elif manifest.state != ManifestState.QUEUED:
        manifests.read_again(manifest_id=manifest.pk, actor=SYSTEM, at=timezone.now())
    while True:
        manifest = manifests.run(manifest_id=manifest.pk, actor=SYSTEM, at=timezone.now())
        if manifest.state != ManifestState.QUEUED:
            return manifest
        time.sleep(_WAIT_S)
