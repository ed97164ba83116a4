"""manage.py fit_agreement"""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from grading.services.agreement import fit_all
from rebattery.actor import SYSTEM


class Command(BaseCommand):
    help = "Fit how far reported SOH agrees with the bench. The same pairs give the version there is."

    def handle(self, *args: Any, **options: Any) -> None:
        fits = fit_all(actor=SYSTEM, at=timezone.now())
        for fit in fits:
            pairs, groups = fit.document["pairs"], fit.document["groups"]
            self.stdout.write(f"{fit}: {pairs} pairs in {groups} groups, SHA-256 {fit.sha256}")
        if not fits:
            self.stdout.write("No pack has both a reported and a measured SOH yet.")
