"""Text files of testers: csv, tab-separated, with or without what makers write above their tables."""

from collections.abc import Iterator
from pathlib import Path

from grading.domain.cyclers.assembling import Readings, finished, readings_of, told_above
from grading.domain.cyclers.chunk import Chunk
from grading.domain.cyclers.formats import Match, columns_to_read, without_needless
from grading.domain.cyclers.gathering import Gathered
from grading.domain.cyclers.recognizing import Layout, cells_of, find_layout
from grading.domain.cyclers.report import Report
from grading.domain.cyclers.steps import step_reading
from grading.domain.cyclers.streaming import HEAD_BYTES, chunks, encoding_of
from grading.domain.cyclers.table import StepReading, Unreadable


def read_text(path: Path) -> Readings:
    """Return every test of a text file.

    :raises Unreadable: E_EMPTY without a record, E_FORMAT without a known heading, E_PARSE for damage.
    """
    layout, encoding = _layout(path)
    match = without_needless(layout.match)
    if match.format.is_step_table:
        return [_steps(path, layout, encoding)]
    readings: Readings = []
    for number, block in enumerate(_blocks(path, layout, match, encoding)):
        told = told_above(match, layout.above) if number == 0 else {}
        readings += readings_of(block, match, kind="text", told=told)
    return finished(readings)


def _layout(path: Path) -> tuple[Layout, str]:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip():
        raise Unreadable("E_EMPTY", "The file is empty. Copy it from the tester again.")
    encoding = encoding_of(head)
    text = b""
    for piece in chunks(path, encoding) if encoding else ():
        text += piece
        if len(text) >= HEAD_BYTES:
            break
    layout = find_layout(text) if encoding else None
    if layout is None:
        message = (
            "No table of a tester was found: a heading with time, voltage and current is needed. Send the"
            " tester's own file, or its text or Excel export."
        )
        raise Unreadable("E_FORMAT", message)
    return layout, encoding or ""


def _blocks(path: Path, layout: Layout, match: Match, encoding: str) -> Iterator[Gathered]:
    """Yield the records of each block: from a heading to the next one, or to the end."""
    reader = _Blocks(layout, match)
    for piece in _below_heading(path, layout, encoding):
        yield from reader.feed(piece)
    yield reader.gathered


def _below_heading(path: Path, layout: Layout, encoding: str) -> Iterator[bytes]:
    """Yield the pieces of a file below its first heading."""
    skipped = 1
    for piece in chunks(path, encoding):
        start = 0
        while skipped < layout.first_line and start < len(piece):
            start = piece.find(b"\n", start) + 1 or len(piece)
            skipped += 1
        if start < len(piece):
            yield piece[start:] if start else piece


def _lines_in(content: bytes) -> int:
    return content.count(b"\n") + (not content.endswith(b"\n") and bool(content))


class _Blocks:
    """Cuts pieces at headings that come again, and gathers what stands between them."""

    def __init__(self, layout: Layout, match: Match):
        self._columns = columns_to_read(match)
        self._layout = layout
        self._match = match
        self._line = layout.first_line
        self._is_between = False
        self._report = Report(layout, self._columns) if layout.report else None
        if self._report:
            self._columns = self._report.columns()
        self.gathered = Gathered(self._columns)
        self._clock = match.column("clock")
        self._marks = [layout.heading] if layout.heading else []
        self._marks += [mark.encode() for mark in match.format.between]

    def feed(self, piece: bytes) -> Iterator[Gathered]:
        """Take lines; yield a block that has ended."""
        if self._match.format.drops_quotes:
            piece = piece.replace(b'"', b"")
        if not self._report and not self._is_between:
            chunk = self._chunk(piece)
            # Neither a heading nor a mark can be among numbers, and of those nearly every piece is.
            if chunk.is_plain or (piece.strip() and self._next_mark(piece)[1] is None):
                self._add(chunk, piece)
                return
        yield from self._cut(piece)

    def _cut(self, piece: bytes) -> Iterator[Gathered]:
        while piece:
            place, mark = self._next_mark(piece)
            before = piece if mark is None else piece[:place]
            if self._is_between or not before.strip():
                self._line += _lines_in(before)
            elif self._report:
                self._report.add(before, self._line, self.gathered)
                self._line += _lines_in(before)
            else:
                self._add(self._chunk(before), before)
            if mark is None:
                return
            self._line += 1
            piece = piece[place:].partition(b"\n")[2]
            self._is_between = mark != self._layout.heading
            if not self._is_between and self.gathered.parts:
                yield self.gathered
                self.gathered = Gathered(self._columns)

    def _chunk(self, content: bytes) -> Chunk:
        return Chunk(content, first_line=self._line, layout=self._layout, columns=self._columns)

    def _add(self, chunk: Chunk, content: bytes) -> None:
        self._note_clock(content)
        self.gathered.add(chunk)
        self._line += chunk.lines

    def _next_mark(self, piece: bytes) -> tuple[int, bytes | None]:
        best: tuple[int, bytes | None] = (len(piece), None)
        for mark in self._marks:
            place = 0 if piece.startswith(mark) else piece.find(b"\n" + mark) + 1
            if (place or piece.startswith(mark)) and place < best[0]:
                best = (place, mark)
        return best

    def _note_clock(self, content: bytes) -> None:
        """Note the first and the last date: reading all of them would take longer than the numbers."""
        if self._clock is None:
            return
        for text in (content[:65_536].split(b"\n"), content[-65_536:].split(b"\n")[::-1]):
            for line in text:
                cells = cells_of(line.decode("utf-8", errors="replace").strip("\r"), self._layout.separator)
                if len(cells) > max(self._clock.index, self._layout.last_filled):
                    found = cells[self._clock.index].strip()
                    self.gathered.first_clock = self.gathered.first_clock or found
                    self.gathered.last_clock = found or self.gathered.last_clock
                    break


def _steps(path: Path, layout: Layout, encoding: str) -> StepReading:
    gathered = Gathered(columns_to_read(layout.match))
    line = layout.first_line
    for piece in _below_heading(path, layout, encoding):
        chunk = Chunk(piece, first_line=line, layout=layout, columns=gathered.columns)
        gathered.add(chunk)
        line += chunk.lines
    return step_reading(gathered, layout.match, kind="text")
