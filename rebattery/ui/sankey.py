"""Flows between two columns, laid out on the server: what is drawn, and the same figures as a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

WIDTH, HEIGHT, BAR, GAP, LEAST = 640, 280, 12, 16, 1.5
_LEFT, _RIGHT = 150, WIDTH - 150


@dataclass(frozen=True)
class Node:
    """One bar with its label."""

    label: str
    count: int
    x: float
    y: float
    height: float
    text_x: float
    anchor: str

    @property
    def text_y(self) -> float:
        return round(self.y + self.height / 2, 1)


@dataclass(frozen=True)
class Flow:
    """One band between two bars."""

    source: str
    target: str
    count: int
    path: str
    width: float
    is_move: bool
    """It ends under another name than it began."""
    url: str = ""
    """Where what flows here is listed."""

    @property
    def title(self) -> str:
        return f"{self.source} to {self.target}: {self.count:,}"


@dataclass(frozen=True)
class Sankey:
    """One chart; ``components/sankey.html`` shows it with its table."""

    title: str
    """One sentence that says what it shows; also its accessible name."""
    source_label: str
    target_label: str
    nodes: Sequence[Node]
    flows: Sequence[Flow]
    width: int = WIDTH
    height: int = HEIGHT


def sankey(
    *,
    title: str,
    source_label: str,
    target_label: str,
    flows: Mapping[tuple[str, str], int],
    order: Sequence[str],
    words: Callable[[str], str] = str,
    url_of: Callable[[str, str], str] = lambda source, target: "",
) -> Sankey:
    """Lay out ``flows``, counts by (source, target), with the bars of both columns in ``order``.

    ``url_of`` takes source and target of a flow, and returns where it is listed.
    """
    counted = {pair: count for pair, count in flows.items() if count}
    total = sum(counted.values())
    names = {side: [n for n in order if any(pair[side] == n for pair in counted)] for side in (0, 1)}
    spare = max(len(found) for found in names.values()) - 1 if total else 0
    scale = (HEIGHT - spare * GAP) / total if total else 0
    starts: dict[tuple[int, str], float] = {}
    nodes = []
    for side, found in names.items():
        y = 0.0
        for name in found:
            count = sum(value for pair, value in counted.items() if pair[side] == name)
            starts[side, name] = y
            x = _RIGHT if side else _LEFT - BAR
            text_x, anchor = (_RIGHT + BAR + 8, "start") if side else (_LEFT - BAR - 8, "end")
            height = max(count * scale, LEAST)
            nodes.append(Node(words(name), count, x, round(y, 1), round(height, 1), text_x, anchor))
            y += height + GAP
    bands = []
    for source in names[0]:
        for target in names[1]:
            if count := counted.get((source, target), 0):
                flow = _flow(source, target, count, scale, starts, words)
                bands.append(replace(flow, url=url_of(source, target)))
    return Sankey(title, source_label, target_label, nodes, bands)


def _flow(
    source: str,
    target: str,
    count: int,
    scale: float,
    starts: dict[tuple[int, str], float],
    words: Callable[[str], str],
) -> Flow:
    width = max(count * scale, LEAST)
    begin, end = starts[0, source] + width / 2, starts[1, target] + width / 2
    starts[0, source] += count * scale
    starts[1, target] += count * scale
    middle = (_LEFT + _RIGHT) / 2
    path = f"M{_LEFT} {begin:.1f} C{middle} {begin:.1f} {middle} {end:.1f} {_RIGHT} {end:.1f}"
    return Flow(words(source), words(target), count, path, round(width, 1), source != target)
