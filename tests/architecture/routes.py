"""Every route of the URL map with what it asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLResolver, get_resolver, reverse


@dataclass(frozen=True)
class Route:
    """One address of the application."""

    name: str
    callback: Any
    parameters: tuple[str, ...]
    namespace: str
    is_api: bool

    @property
    def view(self) -> Any:
        """The function, or the class behind an endpoint."""
        if hasattr(self.callback, "capability"):
            return self.callback
        return getattr(self.callback, "cls", self.callback)

    @property
    def is_ours(self) -> bool:
        return not self.namespace and not self.callback.__module__.startswith("allauth.")

    @property
    def is_endpoint(self) -> bool:
        """Asks for a token, where the pages about the API ask for a session."""
        return self.is_api and not hasattr(self.callback, "capability")

    def capability(self, method: str) -> Any:
        """What this method asks for; an endpoint may ask for more to write than to read."""
        by_method = getattr(self.view, "capabilities", {})
        return by_method.get(method.upper(), self.view.capability)

    def path(self, **values: Any) -> str:
        name = f"{self.namespace}:{self.name}" if self.namespace else self.name
        return reverse(name, kwargs={parameter: values[parameter] for parameter in self.parameters})


def routes() -> list[Route]:
    return list(_walk(get_resolver().url_patterns))


def our_routes() -> list[Route]:
    return [route for route in routes() if route.is_ours]


def _walk(
    patterns: list[Any], namespace: str = "", prefix: str = "", outer: tuple[str, ...] = ()
) -> Iterator[Route]:
    for pattern in patterns:
        below = prefix + str(pattern.pattern)
        parameters = (*outer, *(pattern.pattern.converters or pattern.pattern.regex.groupindex))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, pattern.namespace or namespace, below, parameters)
        else:
            is_api = below.startswith("api/")
            yield Route(pattern.name or "", pattern.callback, parameters, namespace, is_api)
