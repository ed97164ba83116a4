"""What a document is for."""

import pytest

from intake.domain.attachments.kinds import Kind, kind_of
from intake.domain.attachments.sniffing import CSV, JPEG, JSON, PDF, TEXT, XLSX


@pytest.mark.parametrize(
    ("name", "media_type", "kind"),
    [
        ("certificate.jpg", JPEG, Kind.PHOTO),
        ("UN38.3 RB-0001.pdf", PDF, Kind.CERTIFICATE),
        ("Zertifikat_RB-0001.pdf", PDF, Kind.CERTIFICATE),
        ("合格证书.pdf", PDF, Kind.CERTIFICATE),
        ("MSDS.pdf", PDF, Kind.CERTIFICATE),
        ("Prüfbericht.pdf", PDF, Kind.REPORT),
        ("test_report_RB1.xlsx", XLSX, Kind.REPORT),
        ("bms_RB1.xlsx", XLSX, Kind.BMS_DUMP),
        ("RB1.csv", CSV, Kind.BMS_DUMP),
        ("RB1.json", JSON, Kind.BMS_DUMP),
        ("RB1.log", TEXT, Kind.BMS_DUMP),
        ("readme.txt", TEXT, Kind.OTHER),
        ("scan0001.pdf", PDF, Kind.OTHER),
        ("under38.pdf", PDF, Kind.OTHER),
    ],
)
def test_kind_of(name, media_type, kind):
    assert kind_of(name=name, media_type=media_type) == kind


def test_labels():
    assert [kind.label for kind in Kind] == ["BMS dump", "Certificate", "Photo", "Report", "Other"]
