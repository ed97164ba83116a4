"""Take in what testers write to a folder, until it is stopped."""

import time
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grading.services.tester_files.watching import Watched, look
from rebattery.actor import SYSTEM


class Command(BaseCommand):
    help = "Watch a folder and take in each file once it has stopped growing; nothing in it is changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--still", type=float, default=30, help="seconds for which a file must stand still (30)"
        )
        parser.add_argument("--every", type=float, default=5, help="seconds between two looks (5)")
        parser.add_argument("--looks", type=int, default=0, help="stop after so many looks; 0: never")

    def handle(self, *args: Any, folder: Path, still: float, every: float, **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder.")
        watched, looks = Watched(), 0
        while True:
            at = timezone.now()
            for taken in look(
                folder=folder, watched=watched, actor=SYSTEM, at=at, still=timedelta(seconds=still)
            ):
                self.stdout.write(f"{taken.path.name}: {_words(taken)}")
            looks += 1
            if looks == options["looks"]:
                return
            time.sleep(every)


def _words(taken: Any) -> str:
    if taken.file is None:
        return f"not taken: {taken.refused}"
    number = f"tester file {taken.file.pk}"
    return f"taken as {number}" if taken.is_new else f"came before as {number}"
