"""Tell what a document is for, by what it is and the words in its name; a first guess."""

import re
from enum import StrEnum

from intake.domain.attachments import sniffing


class Kind(StrEnum):
    """What a document is for."""

    BMS_DUMP = "bms_dump"
    CERTIFICATE = "certificate"
    PHOTO = "photo"
    REPORT = "report"
    OTHER = "other"

    @property
    def label(self) -> str:
        """Return the kind in words."""
        return "BMS dump" if self is Kind.BMS_DUMP else self.value.capitalize()


_WORDS = (
    (
        Kind.CERTIFICATE,
        re.compile(r"certif|zertifi|\bcert\b|\bun[ .-]?38|\bm?sds\b|\biso[ .-]?\d{4}|证书|證書", re.I),
    ),
    (Kind.REPORT, re.compile(r"report|bericht|protokoll|protocol|rapport|报告|報告", re.I)),
    (Kind.BMS_DUMP, re.compile(r"bms|dump|\blogs?\b|\bcan\b|\bobd|\bcell", re.I)),
)
_READINGS = {sniffing.CSV, sniffing.JSON}


def kind_of(*, name: str, media_type: str) -> Kind:
    """Return what a document is most likely for."""
    if media_type in sniffing.PICTURES:
        return Kind.PHOTO
    words = name.replace("_", " ")
    for kind, pattern in _WORDS:
        if pattern.search(words):
            return kind
    is_log = media_type == sniffing.TEXT and name.casefold().endswith(".log")
    return Kind.BMS_DUMP if media_type in _READINGS or is_log else Kind.OTHER
