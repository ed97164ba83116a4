"""Compute every stored result of a tester file again and report any difference."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grading.services.tester_files import NoSuchFile, rederive, to_rederive
from rebattery.audit.record import plain
from rebattery.naming import counted

_DIFFERENT, _ASKED_WRONGLY = 1, 2


class Command(BaseCommand):
    help = "Derive all stored results of tester files again; exit 1 and tell each difference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=int, help="the number of one tester file")
        parser.add_argument("--json", action="store_true", help="one JSON object a line; the last one counts")

    def handle(self, *args: Any, file: int | None, **options: Any) -> None:
        try:
            compared = to_rederive(tester_file_id=file)
        except NoSuchFile as refusal:
            raise CommandError(refusal.message, returncode=_ASKED_WRONGLY) from refusal
        count = 0
        for difference in rederive(tester_file_id=file):
            count += 1
            if options["json"]:
                self.stdout.write(json.dumps(plain(asdict(difference)), ensure_ascii=False))
            else:
                self.stdout.write(
                    f"file {difference.tester_file_id} ({difference.file_name}), {difference.subject},"
                    f" {difference.field}: stored {difference.old}, now {difference.new}"
                )
        if options["json"]:
            self.stdout.write(json.dumps(asdict(compared) | {"differences": count}))
        elif not compared.derivations:
            self.stdout.write("Nothing is derived yet: nothing was compared.")
        else:
            told = self.stderr if count else self.stdout
            told.write(f"{compared} compared: {counted(count, 'difference') if count else 'no difference'}.")
        if count:
            sys.exit(_DIFFERENT)
