"""XLSX workbooks, read after the archive has been found harmless."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from intake.domain.manifest.files.archive import Package, opened
from intake.domain.manifest.files.calamine import open_sheets
from intake.domain.manifest.files.sheet_xml import scan_part
from intake.domain.manifest.files.sheets import SheetFacts, Sheets

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_BUILT_IN_PERCENT = frozenset([9, 10])
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_NEVER_SHEETS = ("xl/media/", "xl/theme/", "xl/drawings/", "xl/printersettings/", "docprops/")


def is_percent(code: str) -> bool:
    """Tell whether a number format shows a percentage: 0.82 as 82 %."""
    return "%" in _NOT_FORMAT.sub("", code)


def _percent_styles(package: Package) -> frozenset[int]:
    """Return the numbers of the cell styles that show a percentage."""
    if "xl/styles.xml" not in package.names:
        return frozenset()
    formats = set(_BUILT_IN_PERCENT)
    styles: list[int] = []
    is_cell_style = False
    for node in package.tree("xl/styles.xml").iter():
        name = node.tag.rpartition("}")[2]
        number = node.get("numFmtId", "")
        if name == "numFmt" and number.isdecimal() and is_percent(node.get("formatCode", "")):
            formats.add(int(number))
        elif name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            is_cell_style = name == "cellXfs"
        elif name == "xf" and is_cell_style:
            styles.append(int(number) if number.isdecimal() else 0)
    return frozenset(index for index, number in enumerate(styles) if number in formats)


def _parts_of_sheets(package: Package) -> Iterator[tuple[str, str]]:
    """Yield the name of each sheet and the folded name of its part."""
    relations = package.tree("xl/_rels/workbook.xml.rels")
    target = {node.get("Id"): node.get("Target", "") for node in relations}
    for node in package.tree("xl/workbook.xml").iter():
        if node.tag.rpartition("}")[2] == "sheet":
            path = target.get(node.get(_RELATION) or node.get(_STRICT_RELATION), "").lstrip("/").casefold()
            yield node.get("name", ""), path if path.startswith("xl/") else f"xl/{path}"


def _facts_of_sheets(path: Path) -> dict[str, SheetFacts]:
    """Return what the markup tells of each sheet, by its name, having unpacked the archive whole.

    Every part is looked at as a sheet: which one is taken for a sheet is for the workbook to say.

    :raises Unreadable: when the archive is beyond the limits, damaged or not a workbook.
    """
    with opened(path) as package:
        parts = dict(_parts_of_sheets(package))
        styles = _percent_styles(package)
        facts: dict[str, SheetFacts] = {}
        for name in package.names:
            folded = name.casefold()
            if not folded.startswith(_NEVER_SHEETS) or folded in parts.values():
                facts[folded] = scan_part(package, name, styles)
        package.unpack_rest()
    return {name: facts.get(part, SheetFacts()) for name, part in parts.items()}


def sheets_of(path: Path) -> Sheets:
    """Yield what loads each worksheet, once the archive has been found harmless.

    External links and formulas are never followed.

    :raises Unreadable: when the archive would do harm or is damaged.
    """
    return open_sheets(partial(_facts_by_name, _facts_of_sheets(path)), str(path))


def _facts_by_name(facts: Mapping[str, SheetFacts], _: int, name: str) -> SheetFacts:
    return facts.get(name) or SheetFacts()
