"""ODS workbooks for tests, written by hand."""

import datetime
import zipfile
from xml.sax.saxutils import escape, quoteattr

SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "table": "table",
        "text": "text",
        "style": "style",
        "draw": "drawing",
    }.items()
)
_STYLE = (
    '<office:automatic-styles><style:style style:name="gone" style:family="table">'
    '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
)
_MANIFEST = f'<manifest xmlns="urn:x"><file-entry media-type="{SPREADSHEET}" full-path="/"/></manifest>'


def cell(value, attributes=""):
    """Return a cell: text, number, date, truth; a string that ends in % is a percentage."""
    if value is None or value == "":
        return f"<table:table-cell {attributes}/>"
    kind, stored = "string", ""
    if isinstance(value, bool):
        kind, stored = "boolean", f'office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, (int, float)):
        kind, stored = "float", f'office:value="{value}"'
    elif isinstance(value, datetime.date):
        kind, stored = "date", f'office:date-value="{value.isoformat()}"'
    elif value.endswith("%"):
        kind, stored = "percentage", f'office:value="{float(value[:-1]) / 100}"'
    text = f"<text:p>{escape(str(value))}</text:p>"
    return f'<table:table-cell office:value-type="{kind}" {stored} {attributes}>{text}</table:table-cell>'


def row(values, attributes=""):
    """Return a row; a value may be the XML of a cell itself."""
    cells = "".join(value if str(value).startswith("<table:") else cell(value) for value in values)
    return f"<table:table-row {attributes}>{cells}</table:table-row>"


def sheet(rows, *, name="Sheet", columns="", is_hidden=False):
    """Return a sheet; a row may be the XML of a row itself."""
    style = 'table:style-name="gone"' if is_hidden else ""
    body = "".join(one if isinstance(one, str) else row(one) for one in rows)
    return f"<table:table table:name={quoteattr(name)} {style}>{columns}{body}</table:table>"


def content_of(sheets, *, prolog=""):
    """Return content.xml with the sheets."""
    body = "".join(sheets)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<office:document-content {_SPACES} '
        f'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">{_STYLE}'
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    ).encode()


def write_ods(
    path, rows=(), *, sheets=None, content=None, mimetype=SPREADSHEET, manifest=_MANIFEST, members=()
):
    """Write rows, or sheets, or the bytes of content.xml, as an ODS workbook."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content or content_of(sheets or [sheet(rows)]))
        archive.writestr("META-INF/manifest.xml", manifest)
        for name, stored in dict(members).items():
            archive.writestr(name, stored)
    return path
