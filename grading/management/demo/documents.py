"""Documents that the demo's supplier sends to a batch: matched, assigned by hand, withdrawn, refused."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from grading.management.demo.files import label_picture
from grading.management.demo.fleet import TruePack
from grading.management.demo.timeline import Year
from intake.models import Attachment, AttachmentUpload, Batch
from intake.services import attachments

_SOON = timedelta(minutes=3)
UNMATCHED, BY_HAND = "delivery note.pdf", "IMG_0007.jpg"
"""Names without a serial: one stays without a pack, one is assigned by hand."""
_CELL_GROUPS = 12


def send_documents(year: Year, at: datetime) -> None:
    """Let the supplier of the newest batch send a zip and a web page, and put right what went wrong."""
    batch = Batch.objects.filter(supplier__code="DEMO").order_by("-pk")[0]
    packs = [year.truth[serial] for serial in batch.packs.order_by("row").values_list("serial", flat=True)]
    _send(year, at, batch, f"{batch.number} documents.zip", _documents_of(packs, at))
    # Browsers save a diagnosis page as HTML, which is not taken.
    page = b"<!doctype html><title>Diagnosis</title><p>A page of a diagnosis tool (demo document).</p>"
    _send(year, at + 2 * _SOON, batch, "diagnosis.html", page)
    sent = Attachment.objects.filter(batch=batch)
    attachments.assign(
        attachment_id=sent.get(file_name__endswith=BY_HAND).pk,
        serial=packs[2].serial,
        actor=year.who("supplier"),
        at=at + 4 * _SOON,
    )
    attachments.withdraw(
        attachment_id=sent.get(kind="bms_dump").pk,
        reason="Read out from another vehicle.",
        actor=year.who("supplier"),
        at=at + 5 * _SOON,
    )


def page_of(lines: Sequence[str]) -> bytes:
    """Return a PDF of one page with these lines."""
    shown = " ".join(f"({_escaped(line)}) Tj T*" for line in lines)
    text = f"BT /F1 14 Tf 20 TL 60 780 Td {shown} ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(objects) + 1
    out += f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
    return f"{out}startxref\n{out.index('xref')}\n%%EOF\n".encode("ascii")


def _send(year: Year, at: datetime, batch: Batch, name: str, content: bytes) -> AttachmentUpload:
    upload = attachments.accept(
        batch=batch, file_name=name, content=content, actor=year.who("supplier"), at=at
    )
    return attachments.run(upload_id=upload.pk, actor=year.task("Document reader"), at=at + _SOON / 2)


def _documents_of(packs: Sequence[TruePack], at: datetime) -> bytes:
    certificate = (
        "Certificate (demo document)",
        f"Pack {packs[0].serial}",
        "This page stands for the certificate that a supplier sends. It certifies nothing.",
    )
    note = ("Delivery note (demo document)", f"{len(packs)} packs, {at:%d %B %Y}")
    files = {
        f"certificates/{packs[0].serial} certificate.pdf": page_of(certificate),
        f"photos/{packs[1].serial}.jpg": label_picture(packs[1].kind),
        f"photos/{BY_HAND}": label_picture(packs[2].kind),
        f"bms/{packs[3].serial} BMS.csv": _readings_of(packs[3]),
        UNMATCHED: page_of(note),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), content)
    return out.getvalue()


def _readings_of(pack: TruePack) -> bytes:
    middle = Decimal("3.70")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("Cell group", "Voltage (V)", f"Demo readings of {pack.serial}"))
    for number in range(1, _CELL_GROUPS + 1):
        writer.writerow((number, middle + Decimal(number % 5) / 1000, ""))
    return text.getvalue().encode()


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
