"""Decide the rows of a CSV file by the default policy, without a database."""

import csv
import io
import sys
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from grading.domain.evidence_rows import COLUMNS, RowsInvalid, read_rows
from grading.domain.policy import parse_policy, seed_document
from grading.domain.verdict import decide


class Command(BaseCommand):
    help = f"Print grade, route and reasons for each row of a CSV file with the columns {', '.join(COLUMNS)}."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a CSV file in UTF-8, or - for standard input")

    def handle(self, *, file: str, **_: Any) -> None:
        policy = parse_policy(seed_document())
        try:
            rows = read_rows(_lines(file), chemistries=policy.matrices)
        except RowsInvalid as refusal:
            raise CommandError(refusal.message) from refusal
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow([*COLUMNS, "grade", "route", "reasons"])
        for row, evidence in rows:
            verdict = decide(policy, evidence)
            reasons = ";".join(reason.code for reason in verdict.reasons)
            writer.writerow([*row.values(), verdict.grade, verdict.route, reasons])


def _lines(file: str) -> Iterable[str]:
    try:
        if file == "-":
            content = sys.stdin.buffer.read()
        else:
            with open(file, "rb") as source:
                content = source.read()
        return io.StringIO(content.decode("utf-8-sig"), newline="")
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CommandError(
            f"{file} is not UTF-8: line {line} has the byte 0x{content[error.start]:02x}"
        ) from error
