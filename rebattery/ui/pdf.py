"""Documents that people print and keep: set from data, never from text that could be code."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse

SHEETS = Path(settings.BASE_DIR) / "templates" / "pdf"
_KEPT_FOR_YEARS = ["a-2a", "ua-1"]


def typeset(*, sheet: str, document: Mapping[str, Any], at: datetime, pictures: Path) -> bytes:
    """Return ``document`` as PDF; equal data and moment give equal bytes.

    The data travels as JSON into a sheet of ours, so nothing that somebody typed is ever run. It is PDF/A and
    accessible where the fonts have every letter of it; a name in other letters makes it a plain PDF.

    :param sheet: name of a file in ``templates/pdf``.
    :param at: what the document says of its making; no clock is asked.
    :param pictures: the folder that paths of pictures in the data begin at.
    """
    import typst  # here, because its library is large and most processes never set a page

    source = b"\n".join((SHEETS / f"{name}.typ").read_bytes() for name in ("sheet", sheet))
    pictures.mkdir(parents=True, exist_ok=True)

    compiler: Any = typst.compile  # its stub ties all paths to one type

    def compiled(standards: list[str]) -> bytes:
        made = compiler(
            source,
            root=pictures,
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(document, ensure_ascii=False)},
            pdf_standards=standards,
            timestamp=int(at.timestamp()),
        )
        assert isinstance(made, bytes)
        return made

    try:
        return compiled(_KEPT_FOR_YEARS)
    except typst.TypstError:
        return compiled([])


def pdf_response(*, name: str, content: bytes) -> HttpResponse:
    """Return a PDF of ours, shown in the browser where it can."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
