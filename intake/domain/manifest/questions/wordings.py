"""What a rule says of many cells at once, where each cell's own sentence would name one value."""

from intake.domain.manifest.fields import FIELDS
from intake.domain.manifest.problems import Problem

# {n} the count, {label} the field's name, {unit} its unit, {low} and {high} its limits.
_SENTENCES = {
    "serial_damaged": "{n} serials were rounded by the spreadsheet: their last digits are lost.",
    "serial_invalid": "{n} serials are not 4 to 40 characters of A-Z, 0-9 and . / _ -",
    "serial_is_number": "{n} serials are stored as numbers: leading zeros may be lost.",
    "serial_zeros_lost": "{n} serials are numbers with fewer digits than the others: zeros may be lost.",
    "serial_repeated": "{n} serials repeat an earlier row.",
    "serial_spaces_removed": "Spaces inside {n} serials were removed.",
    "vin_repeated": "{n} VINs repeat an earlier row.",
    "vin_invalid": "{n} VINs do not have the structure of a VIN.",
    "vin_check_digit": "The check digit of {n} VINs is wrong.",
    "vin_make_conflict": "{n} VINs belong to another make.",
    "safety_blank": "“{label}” is blank in {n} rows. Blank does not mean no.",
    "required_blank": "“{label}” is blank in {n} rows.",
    "not_yes_or_no": "“{label}” is neither yes nor no in {n} rows.",
    "word_unknown": "“{label}” holds {n} words that are not known.",
    "not_a_number": "“{label}” is not a number in {n} rows.",
    "unit_mismatch": "“{label}” has another kind of unit in {n} rows.",
    "unit_mixed": "{n} values are too large for kWh, with no unit given: they look like Wh.",
    "number_ambiguous": "In {n} rows the point or comma may separate decimals or thousands.",
    "out_of_range": "“{label}” lies outside {low} to {high}{unit} in {n} rows.",
    "unusual_value": "“{label}” is unusual in {n} rows.",
    "not_whole": "“{label}” is not a whole number in {n} rows.",
    "placeholder": "{n} values stand for “not known”: taken as blank.",
    "soh_not_a_number": "{n} SOH values are not numbers: those packs are taken without a declared SOH.",
    "percent_mixed": "{n} values look like fractions among percentages.",
    "date_unreadable": "{n} dates cannot be read.",
    "date_ambiguous": "In {n} dates day and month could be exchanged.",
    "date_in_future": "{n} dates lie in the future.",
    "date_too_early": "{n} dates lie before 2008.",
    "two_digit_year": "{n} years have two digits: read as 20..",
    "spreadsheet_day_number": "{n} cells hold day numbers of the spreadsheet: read as dates.",
    "soh_date_old": "{n} SOH values are older than 180 days.",
    "chemistry_unknown": "{n} cells do not name a chemistry: kept as unknown.",
    "chemistry_conflict": "{n} packs have another chemistry in the catalogue.",
    "catalogue_disagrees": "“{label}” differs from the catalogue in {n} rows.",
    "type_unknown": "{n} packs are of types that the catalogue does not have.",
    "formula_result": "{n} values come from formulas; the stored results were used.",
    "formula_without_result": "{n} cells hold formulas without a stored result.",
    "too_many_cells": "{n} rows have more cells than the heading.",
    "energy_mismatch": "In {n} rows voltage × capacity and the stated energy differ by more than 15 %.",
    "cell_value_suspected": "{n} voltages are those of a cell, not of a pack.",
    "mass_mismatch": "The mass of {n} packs is outside 4 to 15 kg per kWh.",
    "cycles_mismatch": "In {n} rows cycles and mileage do not fit together.",
    "throughput_mismatch": "In {n} rows throughput and cycles do not fit together.",
    "dates_out_of_order": "In {n} rows the dates are in an impossible order.",
    "first_use_late": "In {n} rows the first use is more than 36 months after production.",
    "waste_code_missing": "{n} packs received as waste have no waste code.",
    "waste_document_missing": "{n} packs received as waste have no shipment document.",
    "isolation_low": "The isolation of {n} packs is below 100 Ω/V: they will be quarantined.",
}


def sentence_of(example: Problem, count: int) -> str:
    """Return what a rule says of ``count`` cells; the example's own sentence where there is no other."""
    template = _SENTENCES.get(example.rule)
    if template is None:
        return example.message
    found = FIELDS.get(example.field or "")
    hard = found.hard if found and found.hard else ("", "")
    return template.format(
        n=f"{count:,}",
        label=found.label if found else example.column,
        unit=f" {found.unit}" if found and found.unit else "",
        low=hard[0],
        high=hard[1],
    )
