"""The shape of the code: short files, telling names, doors that do not write, templates that run nothing."""

import ast
import re
from pathlib import Path

import pytest

from rebattery.embedded.state import ROOT

PACKAGES = ("rebattery", "intake", "grading", "tests")
MOST_LINES = 300
MOST_TEMPLATE_LINES = 150
MOST_FUNCTION_LINES = 60
FORBIDDEN = {"utils", "helpers", "common", "misc", "signals"}
DOORS = ("web", "api", "tasks")
ORM = re.compile(r"\.objects\b|\.save\(|\._default_manager\b|\.bulk_(create|update)\(")
# The shell's REST part has no service layer; this one file is where it keeps its only rows.
WRITERS = {"rebattery/api/idempotency.py"}
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|<style\b|\sstyle=|\son[a-z]+=[\"']|javascript:",
    re.I,
)


def python_files() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def is_door(path: Path) -> bool:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0] != "tests" and any(part in DOORS for part in parts[1:3])


class TestFiles:
    def test_are_found(self):
        assert len(python_files()) > 200 and len(templates()) > 50

    def test_are_short(self):
        long = {named(path): n for path in python_files() if (n := lines_of(path)) > MOST_LINES}

        assert long == {}

    def test_have_names_that_tell(self):
        assert [named(path) for path in python_files() if path.stem in FORBIDDEN] == []

    def test_open_with_a_sentence(self):
        code = [path for path in python_files() if path.stem not in ("__init__", "conftest")]
        ours = [path for path in code if path.relative_to(ROOT).parts[0] != "tests"]

        assert [named(path) for path in ours if not ast.get_docstring(ast.parse(path.read_text()))] == []

    def test_have_short_functions(self):
        long = [
            f"{named(path)}:{node.lineno} {node.name}"
            for path in python_files()
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.FunctionDef) and lines_in(node) > MOST_FUNCTION_LINES
        ]

        assert long == []


class TestDoors:
    def test_leave_the_rows_to_services_and_queries(self):
        doors = [path for path in python_files() if is_door(path) and named(path) not in WRITERS]

        assert len(doors) > 30
        assert [named(path) for path in doors if ORM.search(path.read_text())] == []

    def test_know_the_time_and_services_do_not(self):
        inner = [
            path
            for path in python_files()
            if {"services", "queries", "domain"} & {*path.parts, path.stem} and "tests" not in path.parts
        ]

        assert len(inner) > 50
        assert [named(path) for path in inner if "timezone.now(" in path.read_text()] == []


class TestCache:
    def test_is_never_cleared(self):
        # The queue of Celery lives on the same server, and clearing the cache empties the whole database.
        assert [
            named(path) for path in python_files() if re.search(r"\bcache\.clear\(", path.read_text())
        ] == []


class TestTemplates:
    def test_are_short(self):
        assert {named(path): n for path in templates() if (n := lines_of(path)) > MOST_TEMPLATE_LINES} == {}

    def test_run_and_style_nothing_inline(self):
        faults = {
            named(path): found.group() for path in templates() if (found := INLINE.search(path.read_text()))
        }

        assert faults == {}

    @pytest.mark.parametrize(
        "text",
        [
            "<script>go()</script>",
            '<p style="x">',
            "<style>",
            '<b onclick="go()">',
            '<a href="javascript:x">',
        ],
    )
    def test_would_be_caught_inline(self, text):
        assert INLINE.search(text)

    def test_mark_nothing_safe_but_hints_of_our_own_forms(self):
        marked = [
            named(path) for path in templates() if re.search(r"\|\s*safe\b|autoescape off", path.read_text())
        ]

        assert set(marked) <= {"templates/components/field.html"}


def lines_of(path: Path) -> int:
    return len(path.read_text().splitlines())


def lines_in(node: ast.FunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
