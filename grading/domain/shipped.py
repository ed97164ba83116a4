"""The documents that come with the product, policies and procedures alike."""

import json
from importlib.resources import files
from typing import Any


def shipped_json(*path: str) -> dict[str, Any]:
    """Return a document by its path beside this module, such as ``"policies", "seed-v1"``."""
    file = files("grading.domain").joinpath(*path[:-1], f"{path[-1]}.json")
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document
