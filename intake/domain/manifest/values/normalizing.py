"""One converter per column, compiled once from the field's kind and the votes of the whole column."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from intake.domain import chemistry, identity
from intake.domain.manifest.checks.vehicles import check_digit_issue
from intake.domain.manifest.fields import Field, Kind
from intake.domain.manifest.plan import ColumnPlan
from intake.domain.manifest.problems import Issue, error, question, warning
from intake.domain.manifest.values.dates import DateOrder, ReadDate, date_bounds, read_date
from intake.domain.manifest.values.quantities import number_cell, plain
from intake.domain.manifest.values.words import PLACEHOLDERS, aliases_of, fold, fold_name, read_flag

Outcome = tuple[object, Issue | None]
Converter = Callable[[str | float], Outcome]
EARLIEST_DATE = date(2008, 1, 1)
SOH_DATE_IS_OLD_DAYS = 180
_PLACEHOLDER_DATES = {"1900-01-01", "1899-12-30", "1970-01-01", "1900-01", "1900"}
_DAMAGED_FROM = 1e15  # a spreadsheet keeps 15 digits; a longer number has lost the others
MISSING: Outcome = (None, None)
BLANKS = ("required_blank", "safety_blank")
_VIN_LETTERS = 17
_LOOKS_LIKE = {"I": "1", "O": "0", "Q": "0"}
_NO_SERIAL = re.compile(r"([0X])\1+|9999+|NONE|TEST|SAMPLE|BEISPIEL|MUSTER")
_DTC = re.compile(r"[PBCU][0-9A-F]{4}(?:[0-9A-F]{2})?")
_NEARLY_DTC = re.compile(r"[PBCU][0-9A-FO]{1,8}", re.IGNORECASE)
MEMO_LIMIT = 4096


def as_text(cell: str | float) -> str:
    """Return a cell as the spreadsheet program would show it, without formatting."""
    return cell if isinstance(cell, str) else plain(number_cell(cell).in_style(None) or Decimal(0))


def is_blank(cell: str | float) -> bool:
    """Tell whether a cell holds nothing, or one of the words that say so."""
    if not isinstance(cell, str) or cell[-1:].isdigit():  # no placeholder ends in a digit
        return False
    return not cell or cell.isspace() or fold(cell) in PLACEHOLDERS


class Memo(dict[str | float, Outcome]):
    """Remember a column's conversions, for most columns repeat few values; bounded, so memory stays flat."""

    def __init__(self, convert: Converter, blank: Outcome, *, limit: int):
        super().__init__()
        self.convert, self.blank, self.limit = convert, blank, limit

    def __missing__(self, cell: str | float) -> Outcome:
        outcome = self.blank if is_blank(cell) else self.convert(cell)
        if self.limit:
            if len(self) >= self.limit:
                self.clear()
            self[cell] = outcome
        return outcome


def blank_outcome(field: Field) -> Outcome:
    """Return what a blank cell of a field means: missing, or an error where the field is required."""
    if not field.required or field.kind is Kind.ALIAS:
        return MISSING
    if field.safety:
        message = f"“{field.label}” is blank. Blank does not mean no."
        return None, error("safety_blank", message, "Answer it for this pack.")
    return None, error("required_blank", f"“{field.label}” is blank.", "Fill it in.")


def _text(field: Field, column: ColumnPlan, today: date) -> Converter:
    return lambda cell: (" ".join(as_text(cell).split()), None)


def _serial(field: Field, column: ColumnPlan, today: date) -> Converter:
    fix = "Enter the serial from the label; in the spreadsheet, format the column as text first."
    pad = column.pad
    is_settled = pad >= 0

    def convert(cell: str | float) -> Outcome:
        if (
            isinstance(cell, str) and pad <= 0 and identity.is_serial(cell) and not _NO_SERIAL.fullmatch(cell)
        ):  # the usual case, before others
            return cell, None
        issue = None
        if isinstance(cell, (int, float)):
            if abs(cell) >= _DAMAGED_FROM:
                message = "A spreadsheet keeps 15 digits of a number: the end of this serial is lost."
                return None, error("serial_damaged", message, fix)
            if not is_settled and len(as_text(cell)) < column.suggested_pad:
                message = f"The serial is a number of fewer digits than the others ({column.suggested_pad})."
                issue = question("serial_zeros_lost", message, "Say whether zeros in front were lost.")
            elif not is_settled:
                message = "The serial is stored as a number: leading zeros may be lost."
                issue = warning("serial_is_number", message, "Compare it with the label.")
        text = as_text(cell)
        if identity.is_damaged_serial(text):
            return None, error(
                "serial_damaged", "The spreadsheet turned this serial into a rounded number.", fix
            )
        serial = identity.normalize_serial(text)
        if pad > 0 and serial.isdigit():
            serial = serial.zfill(pad)
        if not identity.is_serial(serial):
            message = "A serial has 4 to 40 characters: A-Z, 0-9 and . / _ -"
            return serial, error("serial_invalid", message, "Enter the serial as it stands on the label.")
        if _NO_SERIAL.fullmatch(serial):
            message = f"“{serial}” stands for “not known”: it is no serial."
            return None, error("required_blank", message, "Enter the serial from the label.")
        if any(letter.isspace() for letter in text.strip()):
            issue = warning("serial_spaces_removed", f"Spaces inside the serial were removed: {serial}.")
        return serial, issue

    return convert


def _vin(field: Field, column: ColumnPlan, today: date) -> Converter:
    def convert(cell: str | float) -> Outcome:
        vin = identity.normalize_serial(as_text(cell))
        if identity.is_vin(vin):
            return vin, check_digit_issue(vin)
        message = "A VIN has 17 letters and digits, without I, O and Q."
        fix = "Correct it from the vehicle papers, or leave it blank."
        if len(vin) == _VIN_LETTERS and (wrong := sorted({*vin} & {*"IOQ"})):
            # Never exchanged by us: only the papers tell.
            fix = f"Look in the papers whether {wrong[0]} stands for {_LOOKS_LIKE[wrong[0]]}."
        return vin, error("vin_invalid", message, fix)

    return convert


def _traction_code(field: Field, column: ColumnPlan, today: date) -> Converter:
    def convert(cell: str | float) -> Outcome:
        code = identity.normalize_serial(as_text(cell))
        if identity.is_traction_battery_code(code):
            return code, None
        message = "The code does not have the structure of GB/T 34014 (24 characters)."
        return code, error("traction_code_invalid", message, "Correct it from the label, or leave it blank.")

    return convert


def _chemistry(field: Field, column: ColumnPlan, today: date) -> Converter:
    def convert(cell: str | float) -> Outcome:
        found, _ = chemistry.resolve_chemistry(as_text(cell))
        if found is not chemistry.Chemistry.UNKNOWN:
            return found.value, None
        message = "This does not name a chemistry such as LFP, NMC, NCA, LMO or LTO. It is kept as unknown."
        return found.value, warning("chemistry_unknown", message, "Name the chemistry from the data sheet.")

    return convert


def _alias(field: Field, column: ColumnPlan, today: date) -> Converter:
    aliases = aliases_of(field.name)
    # "Škoda" is "Skoda", and "e Golf" the "e-Golf": accents, spaces and hyphens do not tell names apart.
    by_letters = {fold_name(alias): value for alias, value in aliases.items()}

    def convert(cell: str | float) -> Outcome:
        text = " ".join(as_text(cell).split())
        return aliases.get(fold(text)) or by_letters.get(fold_name(text)) or text, None

    return convert


def _list(field: Field, column: ColumnPlan, today: date) -> Converter:
    is_codes = field.name == "dtc_codes"

    def convert(cell: str | float) -> Outcome:
        text = as_text(cell)
        if read_flag(text) is False or fold(text) in ("none", "keine"):
            return [], None
        for sign in ";,\n|":
            text = text.replace(sign, ";")
        items = [item for part in text.split(";") if (item := " ".join(part.split()))]
        if is_codes:
            items = [item.upper() if _DTC.fullmatch(item.upper()) else item for item in items]
            odd = [item for item in items if _NEARLY_DTC.fullmatch(item) and not _DTC.fullmatch(item)]
            if odd:
                message = f"“{odd[0]}” is not a fault code such as P0A80: it is kept as the maker's own text."
                return items, warning("dtc_unusual", message, "Compare it with the read-out.")
        return items, None

    return convert


def _flag(field: Field, column: ColumnPlan, today: date) -> Converter:
    def convert(cell: str | float) -> Outcome:
        answer = read_flag(as_text(cell))
        if answer is not None:
            return answer, None
        report = error if field.safety else warning
        message = f"“{field.label}” is neither yes nor no."
        return None, report("not_yes_or_no", message, "Write yes or no.")

    return convert


def _yes_means(field: Field, header: str) -> dict[bool, str]:
    """Return what yes and no mean here: "Waste: no" is a product, "Defective: yes" is defective."""
    heading = fold(header)
    if field.name == "ddr_status":
        worse = (
            "defective" if ("defe" in heading or "缺陷" in heading) and "dam" not in heading else "damaged"
        )
        return {True: worse, False: "none"}
    if field.name == "received_as" and any(word in heading for word in ("waste", "abfall", "废")):
        return {True: "waste", False: "product"}
    return {}


def _word(field: Field, column: ColumnPlan, today: date) -> Converter:
    aliases = aliases_of(field.name) | {fold(word): word for word in field.words}
    yes_means = _yes_means(field, column.header)

    def convert(cell: str | float) -> Outcome:
        text = as_text(cell)
        answer = read_flag(text) if yes_means else None
        found = aliases.get(fold(text)) if answer is None else yes_means.get(answer)
        if found:
            return found, None
        report = error if field.required else warning
        message = f"“{field.label}” is none of: {', '.join(field.words)}."
        return None, report("word_unknown", message, "Use one of these words.")

    return convert


def _date_issue(field: Field, found: ReadDate, today: date) -> Issue | None:
    if found.iso is None:
        return error(
            "date_unreadable", "This is not a date that can be read.", "Write it as 2021-11-02 or 2021-11."
        )
    first, last = date_bounds(found.iso)
    if first > today:
        return error("date_in_future", "The date lies in the future.", "Correct the date.")
    if last < EARLIEST_DATE:
        return error("date_too_early", "The date lies before 2008.", "Correct the date.")
    if found.note:
        said = "The year has two digits" if found.note == "two_digit_year" else "The cell holds a day number"
        return warning(found.note, f"{said}: read as {found.iso}.", "Write it as 2021-11-02.")
    if field.name == "soh_date" and (today - last).days > SOH_DATE_IS_OLD_DAYS:
        return warning("soh_date_old", f"The SOH is older than {SOH_DATE_IS_OLD_DAYS} days.")
    return None


def _date(field: Field, column: ColumnPlan, today: date) -> Converter:
    order = DateOrder(column.order) if column.order else None
    others = "no other date in the column tells which is first"
    if column.dates_disagree:
        others = "the other dates of the column contradict each other"

    def convert(cell: str | float) -> Outcome:
        found = read_date(as_text(cell), order)
        if found.ambiguous:
            message = f"Day and month could be exchanged, and {others}."
            return None, question("date_ambiguous", message, "Say which of them comes first.")
        if found.iso in _PLACEHOLDER_DATES:
            return None, warning("placeholder", "A placeholder date: taken as not known.")
        return found.iso, _date_issue(field, found, today)

    return convert


COMPILERS: dict[Kind, Callable[[Field, ColumnPlan, date], Converter]] = {
    Kind.TEXT: _text,
    Kind.SERIAL: _serial,
    Kind.VIN: _vin,
    Kind.TRACTION_CODE: _traction_code,
    Kind.CHEMISTRY: _chemistry,
    Kind.ALIAS: _alias,
    Kind.LIST: _list,
    Kind.FLAG: _flag,
    Kind.WORD: _word,
    Kind.DATE: _date,
}
