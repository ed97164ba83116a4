"""The marker rule(number) and the table that ``make rules`` prints."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

TEXTS = Path(__file__).resolve().parent.parent / "docs" / "rules.md"


def rule_texts() -> dict[int, str]:
    """Return the rules of docs/rules.md by number."""
    return {int(number): text for number, text in re.findall(r"^(\d+)\. (.+)$", TEXTS.read_text(), re.M)}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rules", action="store_true", help="print each rule of docs/rules.md with its tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Note the rules on each test's report, which also crosses from an xdist worker to the controller."""
    known = rule_texts()
    for item in items:
        for mark in item.iter_markers("rule"):
            for number in mark.args:
                if number not in known:
                    raise pytest.UsageError(f"{item.nodeid}: docs/rules.md has no rule {number!r}.")
                item.user_properties.append(("rule", number))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not config.getoption("rules"):
        return
    results: dict[int, dict[str, str]] = defaultdict(dict)
    for outcome in ("passed", "skipped", "failed", "error"):  # the worst one is written last
        for report in terminalreporter.getreports(outcome):
            for name, number in report.user_properties:
                if name == "rule":
                    results[number][report.nodeid] = outcome
    terminalreporter.section("rules")
    for number, text in rule_texts().items():
        terminalreporter.line(f"{number:2}  {_verdict(results[number]):12} {text}")
        for test, outcome in sorted(results[number].items()):
            terminalreporter.line(f"      {outcome:7} {test}")


def _verdict(results: dict[str, str]) -> str:
    if not results:
        return "no test yet"
    return "holds" if set(results.values()) == {"passed"} else "NOT PROVED"
