"""The rows of ``intake_pack`` as COPY text, rendered from lines of a manifest."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import IO, Any

import orjson

from intake.domain.chemistry import Chemistry
from intake.domain.history import history_completeness
from intake.domain.lifecycle import Status
from intake.models import CLAIM_COLUMNS, Pack

COLUMNS = (
    "batch_id, supplier_id, pack_type_id, row, serial, status, status_at, version, make, model, chemistry,"
    " nominal_energy_kwh, rated_capacity_ah, nominal_voltage_v, declared_soh_percent, declared_soh_method,"
    " ddr_status, received_as, legal_status, history_completeness_percent, declared, declared_raw"
)
"""What each line holds, the batch first: it is known only when the batch is announced."""

LONGEST: dict[str, int] = {
    field: longest
    for field, column in CLAIM_COLUMNS.items()
    if (longest := getattr(Pack._meta.get_field(column), "max_length", None))
}
"""Most characters per canonical field that has a column of its own."""
_COPY_BYTES = 256 * 1024
_slow_encode = json.JSONEncoder(ensure_ascii=False).encode
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\ufffd"})


def copied(spool: IO[bytes], owner_id: int) -> Iterator[bytes]:
    """Yield the lines of ``spool`` in pieces for COPY, the id of the row that owns them put before each."""
    prefix = f"{owner_id}\t".encode()
    while lines := spool.readlines(_COPY_BYTES):
        yield prefix + prefix.join(lines)


class PackRows:
    """Renders the lines of one manifest."""

    def __init__(self, *, supplier_id: int, pack_type_ids: Mapping[str, int], at: datetime):
        self._pack_type_ids = pack_type_ids
        self._supplier = str(supplier_id)
        self._state = f"{Status.ANNOUNCED.value}\t{at.isoformat()}\t1"

    def line(self, row: int, fields: Mapping[str, Any], raw: Mapping[str, str]) -> bytes:
        """Return one pack without its batch, as UTF-8 COPY text with its line end."""
        get = fields.get  # decimals come as plain text and need no escape
        rest = {
            name: value for name, value in fields.items() if name not in CLAIM_COLUMNS and value is not None
        }
        cells = (
            self._supplier,
            as_cell(self._pack_type_ids.get(get("pack_type_key") or "")),
            str(row),
            as_cell(fields["pack_serial"]),
            self._state,
            as_cell(get("make") or ""),
            as_cell(get("model") or ""),
            get("chemistry") or Chemistry.UNKNOWN.value,
            get("nominal_energy_kwh") or "\\N",
            get("rated_capacity_ah") or "\\N",
            get("nominal_voltage_v") or "\\N",
            get("soh_declared_percent") or "\\N",
            get("soh_method") or "",
            fields["ddr_status"],
            fields["received_as"],
            fields["received_as"],  # in law a pack is what it comes as
            str(history_completeness(fields).percent),
            as_json(rest),
            as_json(raw),
        )
        # A lone surrogate from a broken file must not stop the whole batch.
        return ("\t".join(cells) + "\n").encode("utf-8", "replace")


def as_cell(value: Any) -> str:
    """Return a value as COPY text."""
    if value is None:
        return "\\N"
    text = str(value)
    # Hardly a value needs an escape, and looking is faster than translating.
    return text if text.isalnum() else text.translate(_ESCAPES)


def as_json(values: Mapping[str, Any] | Sequence[Any]) -> str:
    """Return ``values`` as the COPY text of a jsonb column."""
    text = _encode(values)
    if "\\" not in text:
        return text
    if "\\u0000" in text:  # jsonb holds no NUL character
        text = _encode(_without_nul(values))
    return text.replace("\\", "\\\\")


def _encode(values: Mapping[str, Any] | Sequence[Any]) -> str:
    try:
        return orjson.dumps(values).decode()
    except TypeError:  # a lone surrogate, which only the slow way can write
        return _slow_encode(values)


def _without_nul(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value
