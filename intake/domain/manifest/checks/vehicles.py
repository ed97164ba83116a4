"""What a VIN tells of itself: its check digit where one is required, and the maker of the vehicle."""

from intake.domain.manifest.problems import Issue, warning
from intake.domain.manifest.values.words import fold_name

# ISO 3779 letters with the values of 49 CFR 565.15, table III; weights by position, table IV.
_VALUES = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "012345678912345678123457923456789"), strict=True)
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_CHECKED_REGIONS = "12345L"  # North America, and China by GB 16735; elsewhere position 9 is free
# World manufacturer identifiers that belong to one make beyond doubt.
_MAKES = {
    "nissan": "1N4 1N6 3N1 5N1 JN1 JN8 SJN VSK",
    "renault": "VF1 VF6",
    "volkswagen": "WVW WVG WV1 WV2 3VW 1VW LFV LSV",
    "audi": "WAU WA1 TRU",
    "bmw": "WBA WBS WBY WBX 5UX 5YM",
    "tesla": "5YJ 7SA LRW XP7",
    "hyundai": "KMH KM8 TMA NLH",
    "kia": "KNA KND KNC U5Y",
    "toyota": "JTD JTE JTM JTN SB1 4T1",
    "mercedesbenz": "WDB WDC WDD WDF W1K W1N W1V",
    "peugeot": "VF3 VR3",
    "citroen": "VF7 VR7",
    "opel": "W0L W0V",
    "skoda": "TMB",
    "seat": "VSS",
    "volvo": "YV1 LYV LPS",
    "jaguar": "SAJ SAD",
    "porsche": "WP0 WP1",
    "fiat": "ZFA",
    "mitsubishi": "JA3 JA4 JMB",
    "byd": "LGX LC0",
}
_MAKE_OF = {wmi: make for make, identifiers in _MAKES.items() for wmi in identifiers.split()}


def check_digit_of(vin: str) -> str:
    """Return the check digit that position 9 of a VIN must hold (49 CFR 565.15)."""
    rest = sum(_VALUES[letter] * weight for letter, weight in zip(vin, _WEIGHTS, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def check_digit_issue(vin: str) -> Issue | None:
    """Report a wrong check digit where the region of the maker requires a right one."""
    if vin[0] not in _CHECKED_REGIONS or check_digit_of(vin) == vin[8]:
        return None
    message = f"The check digit of this VIN is {vin[8]} and should be {check_digit_of(vin)}."
    return warning("vin_check_digit", message, "Compare every character with the vehicle papers.")


def make_issue(vin: str, make: str) -> Issue | None:
    """Report a VIN whose maker is surely another one than the stated make."""
    owner, stated = _MAKE_OF.get(vin[:3]), fold_name(make)
    if owner is None or stated == owner or stated not in _MAKES:
        return None
    message = f"The VIN begins with {vin[:3]}, which is not {make}."
    return warning("vin_make_conflict", message, "Check the VIN and the make.")
