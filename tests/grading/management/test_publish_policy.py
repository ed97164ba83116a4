"""manage.py publish_policy"""

import json

import pytest
from django.core.management import CommandError, call_command

from grading.domain.policy import seed_document
from grading.models import PolicyVersion

pytestmark = pytest.mark.django_db


class TestPublishPolicy:
    def test_publishes_the_default_once(self, capsys):
        call_command("publish_policy", "seed-v1")
        call_command("publish_policy", "seed-v1")
        assert PolicyVersion.objects.count() == 1
        assert f"SHA-256 {PolicyVersion.objects.get().sha256}" in capsys.readouterr().out

    def test_publishes_a_file(self, tmp_path):
        file = tmp_path / "policy.json"
        file.write_text(json.dumps(seed_document() | {"id": "strict", "version": 3}))
        call_command("publish_policy", str(file))
        assert str(PolicyVersion.objects.get()) == "strict v3"

    @pytest.mark.parametrize(("text", "said"), [("{", "no readable JSON"), ("{}", "cannot be used")])
    def test_says_what_is_wrong(self, tmp_path, text, said):
        file = tmp_path / "policy.json"
        file.write_text(text)
        with pytest.raises(CommandError, match=said):
            call_command("publish_policy", str(file))
