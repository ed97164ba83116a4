"""Ugly manifests as suppliers send them, one builder per habit."""

from pathlib import Path

from openpyxl.styles import numbers

from tests.intake.manifest_files import write_csv, write_xlsx

HEADING = ["Pack serial", "Make", "Model", "Accident", "DDR status", "Received as"]
PACK = ["Nissan", "Leaf", "no", "none", "product"]


def packs(*rows, heading=()):
    """Return a table of good packs; each row is a serial with the cells of the further columns."""
    return [[*HEADING, *heading], *([serial, *PACK, *cells] for serial, *cells in rows)]


def zeros_lost(folder: Path) -> Path:
    """Serials that were typed into number cells: two kept as text show how long they are."""
    rows = packs(("0012345678",), ("0012345679",), (12345680,), (9345681,))
    return write_xlsx(folder / "zeros.xlsx", rows)


def letters_for_digits(folder: Path) -> Path:
    """VINs typed by hand: the letter O for a zero, a digit exchanged, another make's identifier."""
    rows = packs(
        ("LF-0001", "1N4AZ0CP5FC33107O"),
        ("LF-0002", "1N4AZ0CP5FC331073"),
        ("LF-0003", "WVWZZZE1ZMP000001"),
        ("LF-0004", "SJNFAAZE1U0123456"),
        heading=["VIN"],
    )
    return write_csv(folder / "vins.csv", rows)


def mixed_fractions(folder: Path) -> Path:
    """SOH as fractions by one person and as percentages by another."""
    rows = packs(("LF-0001", "0.82"), ("LF-0002", "78"), ("LF-0003", "0.9"), heading=["SOH"])
    return write_csv(folder / "mixed.csv", rows)


def percent_formats(folder: Path) -> Path:
    """SOH in cells that the workbook shows as percentages, beside one that holds 82."""

    def show_percent(workbook, sheet):
        for row in (2, 3):
            sheet.cell(row, 7).number_format = numbers.FORMAT_PERCENTAGE

    rows = packs(("LF-0001", 0.82), ("LF-0002", 0.785), ("LF-0003", 91), heading=["SOH"])
    return write_xlsx(folder / "percent.xlsx", rows, change=show_percent)


def soh_in_words(folder: Path) -> Path:
    """SOH as people say it: bars, ranges, limits."""
    said = (">80", "70-80 %", "12 bars", "~75", "OK", "3.2 kWh left", "n/a")
    rows = packs(*((f"LF-000{n}", text) for n, text in enumerate(said, 1)), heading=["SOH"])
    return write_csv(folder / "words.csv", rows)


def exchangeable_dates(folder: Path) -> Path:
    """Dates of which none tells whether the day or the month comes first."""
    rows = packs(("LF-0001", "03/04/2018"), ("LF-0002", "05/06/2018"), heading=["Production date"])
    return write_csv(folder / "dates.csv", rows)


def dates_of_all_kinds(folder: Path) -> Path:
    """Dates as they are found together in one column, month names, weeks and day numbers among them."""
    said = ("2018-03-04", "04.03.2018", "2018/3/4", "2018年3月4日", "Mar-18", "03/2018", "KW12/2018", "43163")
    said += ("04.03.18", "二〇一八年", "TBD", "1900-01-01", "2030-01-01", "2007-05-01")
    rows = packs(*((f"LF-{n:04}", text) for n, text in enumerate(said, 1)), heading=["Production date"])
    return write_csv(folder / "all-dates.csv", rows)


def thousands_or_decimals(folder: Path) -> Path:
    """Mileages such as 61.200 in a file in which nothing tells what the point means."""
    rows = packs(("LF-0001", "61.200"), ("LF-0002", "145.000"), heading=["Mileage"])
    return write_csv(folder / "points.csv", rows)


def watt_hours_or_more(folder: Path) -> Path:
    """Energies between 200 and 1000 without a unit: scooters in Wh, or trucks in kWh."""
    rows = packs(("LF-0001", "480"), ("LF-0002", "960"), heading=["Energy"])
    return write_csv(folder / "wh.csv", rows)


def units_of_all_kinds(folder: Path) -> Path:
    """Each column in a unit of its own, as the heading, a units row or the cell says."""
    heading = [
        "Energy",
        "Rated capacity",
        "IR",
        "Isolation",
        "Weight",
        "IR temperature",
        "Mileage",
        "Nominal voltage",
    ]
    units = ["", "", "", "", "", "", "Wh", "mAh", "Ω", "MΩ", "lb", "°F", "mi", "mV"]
    cells = ["40000", "115000", "0.085", "2", "660", "77", "90000", "360000"]
    own = ["40 kWh", "115 Ah", "85 mΩ", "2000 kΩ", "300 kg", "25 °C", "14.5万公里", "360 V"]
    rows = packs(("LF-0001", *cells), ("LF-0002", *own), heading=heading)
    return write_csv(folder / "units.csv", [rows[0], units, *rows[1:]])


def two_row_heading(folder: Path) -> Path:
    """Groups over their columns in merged cells, title rows, a spacer, totals and a note below."""
    rows = [
        ["Rücknahmeliste 2026", *[""] * 10],
        [],
        ["Batterie", "", "", "", "", "SOH", "", "Zustand", "", "", ""],
        [
            "Seriennummer",
            "Hersteller",
            "Modell",
            "Nennkapazität",
            "",
            "Wert",
            "Datum",
            "Unfall",
            "Beschädigt",
            "Abfall",
            "Kommentar",
        ],
        ["", "", "", "Ah", "", "%", "", "ja/nein", "ja/nein", "ja/nein", ""],
        ["ZOE-5512", "Renault", "Zoé", "115,5", "", "82", "01.11.2026", "nein", "nein", "nein", ""],
        ["ZOE-5513", "Renault", "ZOE", "115", "", "78,5", "01.11.2026", "nein", "ja", "nein", "Gehäuse"],
        ["Summe: 2 Stück", "", "", "230,5", "", "", "", "", "", "", ""],
        ["Alle Angaben ohne Gewähr, geladen auf 30 %", *[""] * 10],
    ]

    def merge(workbook, sheet):
        for cells in ("A1:K1", "A3:D3", "F3:G3", "H3:J3"):
            sheet.merge_cells(cells)

    return write_xlsx(folder / "groups.xlsx", rows, change=merge)


def hidden_content(folder: Path) -> Path:
    """A workbook with a hidden row, a hidden column and a hidden sheet that lists packs."""

    def hide(workbook, sheet):
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["G"].hidden = True
        old = workbook.create_sheet("Old")
        for row in packs(("OLD-0001",)):
            old.append(row)
        old.sheet_state = "hidden"

    rows = packs(("LF-0001", "1200"), ("LF-0002", "1300"), ("LF-0003", "1400"), heading=["Asking price"])
    return write_xlsx(folder / "hidden.xlsx", rows, change=hide)


def twin_sheets(folder: Path) -> Path:
    """Two sheets that look alike."""

    def add(workbook, sheet):
        sheet.title = "May"
        june = workbook.create_sheet("June")
        for row in packs(("JN-0001",)):
            june.append(row)

    return write_xlsx(folder / "twins.xlsx", packs(("MY-0001",), ("MY-0002",)), change=add)


def formulas(folder: Path) -> Path:
    """Numbers that are formulas and were never calculated."""
    rows = packs(("LF-0001", "=40*2"), ("LF-0002", 40), heading=["Energy (kWh)"])
    return write_xlsx(folder / "formulas.xlsx", rows)


def foreign_words(folder: Path) -> Path:
    """A list whose headings are in a language that we do not know."""
    rows = [
        ["Numer seryjny", "Marka", "Wersja", "Wypadek", "Uszkodzenie", "Odpad"],
        ["LF-0001", "Nissan", "Leaf", "no", "none", "product"],
        ["LF-0002", "Nissan", "Leaf", "no", "none", "product"],
    ]
    return write_csv(folder / "polish.csv", rows)


def nothing_about_safety(folder: Path) -> Path:
    """A list that says nothing of accidents, damage and waste."""
    rows = [["Serial", "Make", "Model"], ["LF-0001", "Nissan", "Leaf"], ["LF-0002", "Nissan", "Leaf"]]
    return write_csv(folder / "bare.csv", rows)


def placeholders(folder: Path) -> Path:
    """Zeros, nines and TBD where nothing is known."""
    rows = packs(
        ("LF-0001", "0", "999999", "9999", "TBD"),
        ("0000", "40", "61000", "500", "303"),
        ("n/a", "40", "61000", "500", "303"),
        heading=["Energy (kWh)", "Mileage", "Cycles", "Weight"],
    )
    return write_csv(folder / "placeholders.csv", rows)


def impossible_physics(folder: Path) -> Path:
    """Values that are possible alone and impossible together."""
    rows = packs(
        ("LF-0001", "40", "3.7", "63", "303", "2018-05-01", "2018-04-01", "600", "100000"),
        ("LF-0002", "40", "360", "63", "900", "2014-01-01", "2018-04-01", "3000", "100000"),
        heading=[
            "Energy (kWh)",
            "Nominal voltage",
            "Capacity (Ah)",
            "Weight",
            "Production date",
            "First use",
            "Cycles",
            "Mileage",
        ],
    )
    return write_csv(folder / "physics.csv", rows)
