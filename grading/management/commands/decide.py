"""Decide the rows of a CSV file by any policy; the shipped ones need no database."""

import csv
import io
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError

from grading.domain.document_file import DocumentUnreadable, read_document
from grading.domain.evidence_rows import COLUMNS, MORE_COLUMNS, RowsInvalid, ignored_columns, read_rows
from grading.domain.policy import SHIPPED, Policy, PolicyInvalid, compile_policy, parse_policy
from grading.domain.policy_templates import TEMPLATES, template_document
from grading.domain.verdict import decide
from grading.queries.policies import published_policy


class Command(BaseCommand):
    help = (
        f"Print grade, route and reasons for each row of a CSV file with the columns {', '.join(COLUMNS)};"
        f" read where they are there: {', '.join(MORE_COLUMNS)}."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a CSV file in UTF-8, or - for standard input")
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--policy",
            metavar="ID",
            help=f"a published policy, or one that ships with the product: {', '.join(SHIPPED + TEMPLATES)}",
        )
        which.add_argument("--document", metavar="POLICY.json", help="a policy in a file")
        parser.add_argument(
            "--version", metavar="N", type=int, help="of --policy; without it the newest published"
        )

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        """Let ``--version`` be the policy's: every command has one that prints the framework's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **options)

    def handle(
        self,
        *,
        file: str,
        policy: str | None = None,
        document: str | None = None,
        version: int | None = None,
        **_: Any,
    ) -> None:
        if version is not None and policy is None:
            raise CommandError("--version needs --policy.")
        chosen, origin = _chosen(policy, version, document)
        self.stderr.write(f"{chosen.label}, {origin}, SHA-256 {chosen.sha256}")
        lines = _lines(file)
        if ignored := ignored_columns(lines):
            self.stderr.write(f"Not read, for no policy asks for it: {', '.join(ignored)}")
        lines.seek(0)
        try:
            rows = read_rows(lines, chemistries=chosen.matrices)
        except RowsInvalid as refusal:
            raise CommandError(refusal.message) from refusal
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow([*COLUMNS, "grade", "route", "reasons"])
        for row, evidence in rows:
            verdict = decide(chosen, evidence)
            reasons = ";".join(reason.code for reason in verdict.reasons)
            writer.writerow([*row.values(), verdict.grade, verdict.route, reasons])


def _chosen(policy: str | None, version: int | None, document: str | None) -> tuple[Policy, str]:
    """Return the policy that is asked for, and where it is from."""
    if document is not None:
        return _compiled(_read(document), document), f"from {document}"
    if policy is None:
        return parse_policy(template_document(SHIPPED[0])), "shipped with the product"
    published, trouble = _published(policy, version)
    if published is not None:
        return compile_policy(published), "published"
    shipped = template_document(policy) if policy in SHIPPED + TEMPLATES else None
    if shipped is not None and version in (None, shipped["version"]):
        return parse_policy(shipped), "shipped with the product"
    named = policy if version is None else f"{policy} v{version}"
    where = f"and the database cannot be asked: {trouble}" if trouble else "nor is one published"
    raise CommandError(
        f"No policy {named} ships with the product, {where}. Shipped: {', '.join(SHIPPED + TEMPLATES)}."
    )


def _published(policy: str, version: int | None) -> tuple[Mapping[str, Any] | None, str]:
    """Return a published document, None where there is none; and why the database could not be asked."""
    try:
        return published_policy(code=policy, version=version), ""
    except (DatabaseError, InterfaceError, ImproperlyConfigured) as error:
        return None, str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else "no answer"


def _read(path: str) -> Any:
    try:
        return read_document(Path(path).read_bytes())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error
    except DocumentUnreadable as error:
        raise CommandError(f"{path}: {error}") from error


def _compiled(document: Mapping[str, Any], name: str) -> Policy:
    try:
        return parse_policy(document)
    except PolicyInvalid as refusal:
        raise CommandError(f"{name}: {refusal.message}") from refusal


def _lines(file: str) -> io.StringIO:
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
