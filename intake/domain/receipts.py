"""The code on a batch's receipt, and what a scanner makes of it."""

import re
from urllib.parse import parse_qs, urlencode

from intake.domain.identity import normalize_serial

_NUMBER = re.compile(r"B-\d{4}-[A-Z0-9]{5,12}")
_PARAMETER = "number"


def code_on_receipt(*, url: str, number: str) -> str:
    """Return the text of a receipt's QR code: the batch's page, with the number in it."""
    return f"{url}?{urlencode({_PARAMETER: number})}"


def batch_number_in(code: str) -> str | None:
    """Return the batch number that a scanned code is or carries, None when it holds none.

    The address itself does not matter: one site may go by several names, and the number says it all.
    """
    text = normalize_serial(code)
    for name, values in parse_qs(code.strip().partition("?")[2]).items():
        if name.casefold() == _PARAMETER:
            text = normalize_serial(values[0])
    return text if _NUMBER.fullmatch(text) else None
