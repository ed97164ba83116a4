"""The staged rows of a draft: written by COPY, replaced as a set."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import IO, Any

from django.db import connection

from intake.domain.history import history_completeness
from intake.models import Manifest, ManifestRow
from intake.services.manifests.pack_rows import as_cell, as_json, copied
from intake.services.manifests.problems import without_words

TEXTS_PER_ROW = 20
TEXTS_PER_FILE = 50_000
"""Problems stored with their words; of all others the rule, the column and the severity are kept."""
_COLUMNS = (
    "row, cells, values, problems, serial, vin, severity, chemistry, nominal_energy_kwh,"
    " declared_soh_percent, history_completeness_percent, fate"
)
PACK = "pack"
"""The fate of a row that becomes a pack if its batch is written: announced then, otherwise open."""
_PACK, _ANNOUNCED, _OPEN = b"\tpack\n", b"\tannounced\n", b"\topen\n"
_MOST = {"nominal_energy_kwh": Decimal(100_000), "soh_declared_percent": Decimal(10_000)}


class StagedRows:
    """Renders staged rows as COPY text, with words for as many problems as there is room."""

    def __init__(self) -> None:
        self._room = TEXTS_PER_FILE

    def line(
        self,
        *,
        number: int,
        fate: str,
        severity: int,
        cells: Sequence[Any],
        values: Mapping[str, Any],
        problems: list[dict[str, Any]],
    ) -> bytes:
        """Return one row without its manifest, as UTF-8 COPY text with its line end; the fate stands last."""
        if problems:
            room = min(TEXTS_PER_ROW, self._room)
            self._room -= min(len(problems), room)
            if len(problems) > room:
                problems = problems[:room] + [without_words(problem) for problem in problems[room:]]
        parts = (
            str(number),
            as_json(cells),
            as_json(values),
            as_json(problems),
            *(as_cell(part) for part in identity_of(values)),
            str(severity),
            *(as_cell(part) for part in claims_of(values)),
            fate,
        )
        return ("\t".join(parts) + "\n").encode("utf-8", "replace")


def identity_of(values: Mapping[str, Any]) -> tuple[str, str]:
    """Return the serial and the VIN of one row, as their columns can hold them."""
    return (values.get("pack_serial") or "")[:40], (values.get("vin") or "")[:40]


def claims_of(values: Mapping[str, Any]) -> tuple[str, str | None, str | None, str | None]:
    """Return chemistry, energy, SOH and history completeness of one row, as its columns hold them."""
    return (
        (values.get("chemistry") or "")[:20],
        _number(values, "nominal_energy_kwh"),
        _number(values, "soh_declared_percent"),
        str(history_completeness(values).percent) if values else None,
    )


def replace_rows(*, manifest: Manifest, spool: IO[bytes], is_announcing: bool) -> None:
    """Put the rendered rows in the place of those that are staged.

    :param is_announcing: whether the rows rendered as ``PACK`` are being announced.
    """
    ManifestRow.objects.filter(manifest=manifest).delete()
    fate = _ANNOUNCED if is_announcing else _OPEN
    copy_sql = f"COPY intake_manifestrow (manifest_id, {_COLUMNS}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(copy_sql) as copy:
        for rows in copied(spool, manifest.pk):
            # Tabs and line ends inside of values are escaped, so this is found at the end of rows only.
            copy.write(rows.replace(_PACK, fate))


def _number(values: Mapping[str, Any], name: str) -> str | None:
    text = values.get(name)
    # A faulty value may be anything; it adds nothing to a sum and must not stop the staging.
    return text if text is not None and abs(Decimal(text)) < _MOST[name] else None
