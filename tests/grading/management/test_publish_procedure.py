"""manage.py publish_procedure"""

import json

import pytest
from django.core.management import CommandError, call_command

from grading.domain.procedure import SHIPPED, shipped_document
from grading.models import ProcedureVersion

pytestmark = pytest.mark.django_db


class TestPublishProcedure:
    def test_publishes_what_is_shipped_once(self, capsys):
        call_command("publish_procedure", "--shipped")
        call_command("publish_procedure", "--shipped")

        assert set(ProcedureVersion.objects.values_list("code", flat=True)) == set(SHIPPED)
        assert ProcedureVersion.objects.count() == len(SHIPPED)

    def test_publishes_a_file(self, tmp_path):
        file = tmp_path / "procedure.json"
        file.write_text(json.dumps(shipped_document("ac-1khz") | {"code": "our-meter", "version": 3}))

        call_command("publish_procedure", str(file))

        assert ProcedureVersion.objects.get().version == 3

    @pytest.mark.parametrize(("text", "said"), [("{", "no readable JSON"), ("{}", "cannot be used")])
    def test_says_what_is_wrong(self, tmp_path, text, said):
        file = tmp_path / "procedure.json"
        file.write_text(text)

        with pytest.raises(CommandError, match=said):
            call_command("publish_procedure", str(file))

    def test_wants_a_file_or_the_shipped_ones(self):
        with pytest.raises(CommandError):
            call_command("publish_procedure")
