"""Policies to begin from: those that ship with the product, and other real-world criteria."""

from dataclasses import dataclass
from typing import Any

from grading.domain.policy import SHIPPED, seed_document
from grading.domain.policy_words import sources
from grading.domain.shipped import shipped_json

TEMPLATES = ("china-floor-30", "china-floor-40", "style-4r", "style-kc10031", "eu-remanufacturing")
"""Documents modeled on criteria that others use; none of them is published."""


@dataclass(frozen=True)
class Template:
    """One policy to begin from."""

    code: str
    title: str
    sources: tuple[tuple[str, str], ...]
    """Where its rules come from, each after its standing."""

    @property
    def standing(self) -> str:
        """Return in one word how far its rules are confirmed."""
        found = {status for status, _ in self.sources}
        if "confirmed" in found:
            return "confirmed" if found == {"confirmed"} else "confirmed in part"
        return "not confirmed" if "not confirmed" in found else "own rules"


def template_document(code: str) -> dict[str, Any]:
    """Return a document to begin from.

    :raises KeyError: when there is none of this code.
    """
    if code in SHIPPED:
        return seed_document(code)
    if code not in TEMPLATES:
        raise KeyError(code)
    return shipped_json("policies", "templates", code)


def templates() -> list[Template]:
    """Return every policy to begin from, the default first."""
    found = []
    for code in (*SHIPPED, *TEMPLATES):
        document = template_document(code)
        found.append(Template(code, document["title"], tuple(sources(document))))
    return found
