"""Say what a file holds and what is wrong with it, without taking it in: nothing is written."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection
from django.utils import timezone

from intake.domain.manifest import sandbox
from intake.domain.manifest.fields import FIELDS
from intake.domain.manifest.problems import WARNING, Issue, Problem
from intake.domain.manifest.rows import PACK
from intake.management.commands.load_catalogue import catalogue_rows
from intake.models import Manifest
from intake.queries.catalogue import as_read, catalogue_for_reading
from intake.queries.suppliers import supplier_by_code
from intake.services.manifests.known import KnownSerials
from intake.services.manifests.layouts import layouts_for
from intake.services.manifests.problems import too_long

ACCEPTABLE, WANTING, UNREADABLE = 0, 1, 2
_ALL_PROBLEMS = sys.maxsize
_CHUNK_ROWS = 2_000
_COLUMN_KEYS = ("header", "field", "unit", "confidence")


class Command(BaseCommand):
    help = (
        "Check a manifest and print what is known of it; nothing is written. Exit 0: every row is acceptable,"
        " 1: some row has an error, or a question is open, 2: the file cannot be read as a table."
    )

    requires_system_checks = ()  # it looks at a file, not at the product

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--supplier", help="a supplier's code: use its remembered answers, look its packs up"
        )
        parser.add_argument("--json", action="store_true", help="print everything as one JSON object")

    def handle(self, *args: Any, file: Path, supplier: str | None, json: bool, **options: Any) -> None:
        manifest = _manifest_of(supplier)
        try:
            check = _Check(file, manifest)
        except sandbox.FileRefused as refused:
            self._refuse({"code": refused.code, "message": refused.message}, as_json=json)
        except OSError as exc:
            reason = f"{file} cannot be opened: {exc.strerror}."
            self._refuse({"code": "not_opened", "message": reason}, as_json=json)
        if json:
            self._print_json(check)
        else:
            self._print_words(check)
        if not check.is_acceptable:
            raise SystemExit(WANTING)

    def _refuse(self, refusal: Mapping[str, str], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"refused": refusal}))
        self.stderr.write(refusal["message"])
        raise SystemExit(UNREADABLE)

    def _print_json(self, check: "_Check") -> None:
        summary = check.summary
        shown: dict[str, Any] = {
            name: summary[name] for name in ("sheet", "encoding", "delimiter", "header_row")
        }
        shown["columns"] = [{name: each[name] for name in _COLUMN_KEYS} for each in summary["columns"]]
        shown |= {"rows": summary["rows"], "accepted": check.accepted, "skipped": summary["skipped"]}
        shown["questions"] = summary["questions"]
        shown["problems"] = [problem._asdict() for problem in check.problems]
        shown["packs"] = check.packs
        self.stdout.write(json.dumps(shown))

    def _print_words(self, check: "_Check") -> None:
        for line in _sentences(check):
            self.stdout.write(line)


def _manifest_of(code: str | None) -> Manifest | None:
    """Return a manifest that is never saved, for what is remembered of its supplier."""
    if code is None:
        return None
    supplier = supplier_by_code(code=code)
    if supplier is None:
        raise CommandError(f"No supplier has the code {code}.")
    return Manifest(supplier=supplier)


def _catalogue() -> list[dict[str, Any]]:
    """Return the catalogue here; before one is loaded, or without a database, the one that comes with us."""
    try:
        known = catalogue_for_reading()
    except Error:
        connection.close()
        known = []
    if known:
        return known
    return [as_read(row) for row in catalogue_rows()]


class _Check:
    """What is known of one file."""

    def __init__(self, file: Path, manifest: Manifest | None):
        file.open("rb").close()
        self.known = KnownSerials(manifest) if manifest else None
        self.problems: list[Problem] = []
        self.packs: list[dict[str, Any]] = []
        self.summary: dict[str, Any] = {}
        self.header_of: dict[str, str] = {}
        self.chunk: list[Sequence[Any]] = []
        lines = sandbox.understand(
            file,
            file_name=file.name,
            catalogue=_catalogue(),
            today=timezone.localdate(),
            layouts=layouts_for(manifest=manifest) if manifest else None,
            problem_limit=_ALL_PROBLEMS,
        )
        for line in lines:
            self._take(line)

    @property
    def accepted(self) -> int:
        return len(self.packs)

    @property
    def is_acceptable(self) -> bool:
        return not self.summary["questions"] and all(found.severity == WARNING for found in self.problems)

    def _take(self, line: Any) -> None:
        match line:
            case list():
                self.chunk.append(line)
                if len(self.chunk) == _CHUNK_ROWS:
                    self._take_chunk()
            case {"plan": plan}:
                columns = reversed(plan["columns"])
                self.header_of = {each["field"]: each["header"] for each in columns if each["field"]}
            case {"problem": problem}:
                self.problems.append(Problem(**problem))
            case {"summary": summary}:
                self._take_chunk()
                self.summary = summary

    def _take_chunk(self) -> None:
        known = (
            self.known.issues([(row, values) for _, row, values, _, _ in self.chunk]) if self.known else {}
        )
        for fate, row, values, _, problems in self.chunk:
            found = [Problem(row, *problem) for problem in problems]
            ours = [*known.get(row, ()), *too_long(values)]
            found += [self._said(row, name, values, issue) for name, issue in ours]
            self.problems += found
            if fate == PACK and all(problem.severity == WARNING for problem in found):
                self.packs.append({"row": row, **_shown(values)})
        self.chunk.clear()

    def _said(self, row: int, name: str, values: Mapping[str, Any], issue: Issue) -> Problem:
        rule, severity, message, fix = issue
        return Problem(
            row, self.header_of.get(name), name, rule, severity, str(values.get(name) or ""), message, fix
        )


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in FIELDS or name == "extra"}


def _sentences(check: _Check) -> Iterator[str]:
    summary = check.summary
    where = f"sheet “{summary['sheet']}”" if summary["sheet"] else f"{summary['encoding']} text"
    yield f"Read as {where}, heading in row {summary['header_row']}."
    for column in summary["columns"]:
        label = FIELDS[column["field"]].label if column["field"] else "no field"
        unit = f" [{column['unit']}]" if column["unit"] and column["field"] else ""
        done = f" ({', '.join(column['conversions'])})" if column["conversions"] else ""
        yield f"  {column['letters']:>3}  {column['header']} → {label}{unit}{done}"
    skipped = ", ".join(f"{count} {reason}" for reason, count in summary["skipped"].items())
    yield f"{summary['rows']} rows, {check.accepted} acceptable; skipped: {skipped or 'none'}."
    for question in summary["questions"]:
        yield f"Question: {question['message']} {question['fix']}"
    for problem in check.problems:
        if problem.row is not None:
            column = f", column “{problem.column}”" if problem.column else ""
            said = f" “{problem.value}”" if problem.value else ""
            yield (
                f"Row {problem.row}{column}{said}: {problem.severity} {problem.rule}:"
                f" {problem.message} {problem.fix}".rstrip()
            )
    for (rule, severity), count in Counter(
        (each.rule, each.severity) for each in check.problems
    ).most_common():
        yield f"{count:>8} × {severity} {rule}"
