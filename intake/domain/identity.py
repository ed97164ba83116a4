"""The numbers that identify a pack: its serial, the vehicle's VIN, the traction battery code."""

import re
import unicodedata

from intake.domain.chemistry import Chemistry

SERIAL = re.compile(r"[A-Z0-9./_-]{4,40}")
# A spreadsheet that shows a long number in this form has kept only its first 15 digits.
DAMAGED_SERIAL = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_INVISIBLE = re.compile("[\\s\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]+")
_HEAD = r"[A-Z0-9]{3}[PMC](?P<type>[A-GZ])[A-Z0-9]{2}"
_TAIL = r"[1-9A-GH-NPR-Y][1-9A-C][0-9A-GH-NPR-Y][0-9]{7}"
_LONG_CODE = re.compile(_HEAD + r"[A-Z0-9]{7}" + _TAIL)
_SHORT_CODE = re.compile(_HEAD + _TAIL + r"R[PMC]")
_TYPE_LETTERS = {
    "A": {Chemistry.NIMH},
    "B": {Chemistry.LFP, Chemistry.LMFP},
    "C": {Chemistry.LMO, Chemistry.NI_BLEND},
    "D": {Chemistry.LCO},
    "E": {Chemistry.NMC, Chemistry.NCA, Chemistry.NI_BLEND},
    "G": {Chemistry.LTO},
}


def normalize_serial(text: str) -> str:
    """Fold full-width characters, drop every space and invisible character, and upper-case.

    O/0 and I/1 are never exchanged: only the person with the pack in front of them can tell.
    """
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).upper()


def is_serial(text: str) -> bool:
    """Tell whether a normalized serial has 4 to 40 characters of A-Z, 0-9 and ./_-."""
    return SERIAL.fullmatch(text) is not None


def is_damaged_serial(text: str) -> bool:
    """Tell whether a spreadsheet has turned the serial into scientific notation, which loses digits."""
    return DAMAGED_SERIAL.fullmatch(text.strip()) is not None


def is_vin(text: str) -> bool:
    """Tell whether the text has the structure of a VIN: 17 characters without I, O and Q (ISO 3779)."""
    return VIN.fullmatch(text) is not None


def is_traction_battery_code(text: str) -> bool:
    """Tell whether the text is a code of GB/T 34014-2017: 24 characters, or 19 with the reuse mark."""
    return bool(_LONG_CODE.fullmatch(text) or _SHORT_CODE.fullmatch(text))


def chemistries_of_code(text: str) -> frozenset[Chemistry]:
    """Return the classes that the code's type letter allows; empty when the letter says nothing.

    A cross-check only: the letter table is practice, not verified against the standard's text.
    """
    found = _LONG_CODE.fullmatch(text) or _SHORT_CODE.fullmatch(text)
    return frozenset(_TYPE_LETTERS.get(found["type"], ())) if found else frozenset()
