import pytest

from intake.domain.receipts import batch_number_in, code_on_receipt

URL = "https://rebattery.example/batches/12/"


class TestCodeOnReceipt:
    def test_leads_to_the_batch_and_carries_its_number(self):
        assert code_on_receipt(url=URL, number="B-2026-00012") == f"{URL}?number=B-2026-00012"


class TestBatchNumberIn:
    @pytest.mark.parametrize(
        ("code", "number"),
        [
            ("B-2026-00012", "B-2026-00012"),
            (" b-2026-00012\n", "B-2026-00012"),
            ("B-2026-T0001", "B-2026-T0001"),
            (f"{URL}?number=B-2026-00012", "B-2026-00012"),
            ("http://10.0.0.4:8000/batches/12/?number=b-2026-00012", "B-2026-00012"),
            (f"{URL}?number=B-2026-00012".upper(), "B-2026-00012"),
            (URL, None),
            (f"{URL}?number=", None),
            (f"{URL}?number=RB-0001", None),
            (f"{URL}?serial=B-2026-00012", None),
            ("B-26-00012", None),
            ("XB-2026-00012", None),
            ("B-2026-0012", None),
            ("RB-0001", None),
            ("?number=\0", None),
            ("", None),
        ],
    )
    def test_finds_the_number(self, code, number):
        assert batch_number_in(code) == number
