"""Words that suppliers use for yes and no, for reasons, methods and states, for makes and models."""

import csv
import unicodedata
from functools import lru_cache
from pathlib import Path

# Written where a value is not known; never a value of its own.
PLACEHOLDERS = frozenset(
    [
        "-",
        "--",
        "---",
        "–",
        "—",
        ".",
        "..",
        "?",
        "??",
        "/",
        "n/a",
        "na",
        "n.a.",
        "#n/a",
        "#n/v",
        "null",
        "nil",
        "tbd",
        "tba",
        "tbc",
        "unknown",
        "unbekannt",
        "k.a.",
        "ka",
        "n.n.",
        "未知",
        "不详",
        "待定",
        "暂无",
    ]
) | {"k. a.", "keine angabe", "not available", "not known"}
FLAG = "flag"


def fold(text: str) -> str:
    """Fold width, case and white space, so that spellings of one word compare equal."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=4096)  # of every VIN the same few makes are asked for
def fold_name(text: str) -> str:
    """Fold a make or model further: accents, spaces and hyphens do not distinguish names."""
    spread = unicodedata.normalize("NFKD", fold(text))
    return "".join(letter for letter in spread if letter.isalnum() or letter in "+/()")


@lru_cache(maxsize=1)
def _aliases() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    with Path(__file__).with_name("aliases.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["field"], {})[fold(row["alias"])] = row["value"]
    return found


def aliases_of(field: str) -> dict[str, str]:
    """Return the folded spellings of a field's words with the words they stand for."""
    return _aliases().get(field, {})


def read_flag(text: str) -> bool | None:
    """Read yes or no in the languages of the alias table; None when it is neither."""
    word = aliases_of(FLAG).get(fold(text))
    return None if word is None else word == "yes"
