"""The files to fill in: their columns, and the words of each in three languages."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from intake.domain.chemistry import Chemistry
from intake.domain.manifest.fields import FIELDS, Field, Kind


class Language(StrEnum):
    """A language of the headings; the reader understands all of them, and mixed."""

    EN = "en"
    DE = "de"
    ZH = "zh"

    @property
    def label(self) -> str:
        """Name the language in itself."""
        return {"en": "English", "de": "Deutsch", "zh": "中文"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateColumn:
    """One column of a file to fill in.

    heading: what the reader maps back to ``field``.    about: what the cells hold, in a sentence.
    allowed: what may be written.    options: the words of a list to choose from, None for free cells.
    examples: a sound pack's cell and a damaged pack's.
    """

    field: Field
    heading: str
    about: str
    allowed: str
    options: tuple[str, ...] | None
    examples: tuple[str, str]


YES_NO = {"en": ("yes", "no"), "de": ("ja", "nein"), "zh": ("是", "否")}
_WORDS = {
    "de": {
        "ddr_status": "unbeschädigt beschädigt defekt Rückruf kritisch",
        "received_as": "Produkt Abfall",
        "retirement_reason": "Unfall Garantie Reichweite Altfahrzeug Rückruf Überbestand"
        " Testfahrzeug Sonstiges",
        "soh_method": "BMS Telematik Prüfstand Schätzung",
        "transport_class": "normal Prototyp beschädigt/defekt kritisch Entsorgung Natrium-Ionen",
    },
    "zh": {
        "ddr_status": "完好 破损 故障 召回 危险",
        "received_as": "产品 废物",
        "retirement_reason": "事故 质保 续航 报废 召回 库存 试验 其他",
        "soh_method": "BMS读取 远程 台架 估算",
        "transport_class": "正常 样品 破损/缺陷 危急 待处置 钠离子",
    },
}
"""Spellings of the words of each field, in the order of ``Field.words``; the reader knows them all."""

_ALLOWED = {
    Kind.SERIAL: (
        "4 to 40 characters: A-Z, 0-9 and . / _ -",
        "4 bis 40 Zeichen: A-Z, 0-9 und . / _ -",
        "4 至 40 个字符：A-Z、0-9 和 . / _ -",
    ),
    Kind.TRACTION_CODE: (
        "GB/T 34014 code, 24 characters",
        "Code nach GB/T 34014, 24 Zeichen",
        "GB/T 34014 编码，24 位",
    ),
    Kind.VIN: (
        "17 letters and digits, without I, O and Q",
        "17 Buchstaben und Ziffern, ohne I, O und Q",
        "17 位字母和数字，不含 I、O、Q",
    ),
    Kind.CHEMISTRY: (
        "such as LFP, NMC 622, NCA, LMO, LTO",
        "zum Beispiel LFP, NMC 622, NCA, LMO, LTO",
        "例如 磷酸铁锂、三元、NMC 622、LTO",
    ),
    Kind.DATE: (
        "such as 2021-11-02 or 2021-11",
        "zum Beispiel 2021-11-02 oder 2021-11",
        "例如 2021-11-02 或 2021-11",
    ),
    Kind.LIST: ("several, separated by ;", "mehrere, getrennt durch ;", "多个用 ; 分隔"),
    Kind.TEXT: ("text", "Text", "文字"),
}
_RANGE = {"en": "{} to {}", "de": "{} bis {}", "zh": "{} 至 {}"}
_GERMAN_SIGNS = str.maketrans(",.", ".,")
_GROUPED_FROM = 10_000
"""German groups the digits of numbers with five and more."""
_NONE = {"en": "none", "de": "keine", "zh": "无"}
CHEMISTRIES = tuple(
    chemistry.value
    for chemistry in Chemistry
    if chemistry not in (Chemistry.NI_BLEND, Chemistry.OTHER_LI, Chemistry.UNKNOWN)
)
"""What the list of chemistries offers; other spellings may be written as well."""


@lru_cache(maxsize=1)
def _rows() -> tuple[Mapping[str, str], ...]:
    with Path(__file__).with_name("template_columns.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def template_columns(language: Language) -> list[TemplateColumn]:
    """Return the columns in their order: those that are needed first."""
    return [_column(row, language) for row in _rows()]


def template_csv(language: Language) -> bytes:
    """Return the headings as a CSV with the separator that programs of the language expect."""
    text = io.StringIO(newline="")
    separator = ";" if language is Language.DE else ","
    csv.writer(text, delimiter=separator).writerow(column.heading for column in template_columns(language))
    return text.getvalue().encode("utf-8-sig")


def columns_explained() -> list[tuple[Field, str]]:
    """Return every field with what its cells may hold, those that are needed first."""
    fields = sorted(FIELDS.values(), key=lambda field: not field.required)
    return [(field, allowed_in(field, Language.EN)) for field in fields]


def words_of(field: Field, language: Language) -> tuple[str, ...] | None:
    """Return the words that a cell of ``field`` may hold; None when it is not a choice among few."""
    if field.kind is Kind.FLAG:
        return YES_NO[language]
    if field.kind is not Kind.WORD:
        return None
    spelled = _WORDS.get(language, {}).get(field.name)
    return tuple(spelled.split()) if spelled else field.words


def allowed_in(field: Field, language: Language) -> str:
    """Say what a cell of ``field`` may hold, without its unit."""
    if words := words_of(field, language):
        return ", ".join(words)
    if field.hard:
        low, high = (_figure(bound, language) for bound in field.hard)
        return _RANGE[language].format(low, high)
    kind = field.kind if field.kind in _ALLOWED else Kind.TEXT
    return _ALLOWED[kind][list(Language).index(language)]


def _column(row: Mapping[str, str], language: Language) -> TemplateColumn:
    field = FIELDS[row["field"]]
    name = field.label if language is Language.EN else row[f"heading_{language}"]
    return TemplateColumn(
        field=field,
        heading=f"{name} ({field.unit})" if field.unit else name,
        about=row[f"about_{language}"],
        allowed=allowed_in(field, language),
        options=words_of(field, language),
        examples=(_example(field, row, "sound", language), _example(field, row, "damaged", language)),
    )


def _figure(number: Decimal, language: Language) -> str:
    """Return a number as readers of ``language`` write it."""
    if language is not Language.DE:
        return f"{number:,}"
    grouped = f"{number:,}" if number >= _GROUPED_FROM else f"{number}"
    return grouped.translate(_GERMAN_SIGNS)


def _example(field: Field, row: Mapping[str, str], pack: str, language: Language) -> str:
    if own := row.get(f"{pack}_{language}"):
        return own
    spelled = _spelled(field, row[pack], language)
    return spelled.translate(_GERMAN_SIGNS) if field.hard and language is Language.DE else spelled


def _spelled(field: Field, example: str, language: Language) -> str:
    """Return an example in the words of ``language``."""
    words: Sequence[str] = ("yes", "no") if field.kind is Kind.FLAG else field.words
    if example in words:
        return (words_of(field, language) or words)[words.index(example)]
    return _NONE[language] if example == "none" else example
