"""Pages on which a policy is written, proposed and published."""

import hashlib
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.html import escape

from grading.domain.policy import policy_sha256, seed_document
from grading.domain.policy_templates import TEMPLATES, template_document
from grading.models import PolicyDraft, PolicyVersion
from grading.services.policies import publish
from grading.services.policy_drafts import change_draft, propose_draft, publish_draft, start_draft
from tests.evidence import publish_seed
from tests.factories import AT, make_actor, make_person
from tests.grading.policy_drafting import make_draft, make_proposed, with_floor

pytestmark = pytest.mark.django_db


def path(name, draft, *more):
    return reverse(name, args=[draft.pk, *more])


class TestWhoMay:
    @pytest.mark.parametrize("role", ["warehouse", "auditor", "supplier"])
    def test_nobody_else_writes(self, client, role):
        draft = make_draft()
        client.force_login(make_person(role))
        assert client.get(reverse("policy_draft_new")).status_code == 403
        for name in ("propose", "take_back", "publish", "discard"):
            assert client.post(path(f"policy_draft_{name}", draft)).status_code == 403
        assert client.get(path("policy_draft_part", draft, "limits")).status_code == 403
        assert client.get(path("policy_draft_table", draft, "LFP")).status_code == 403

    def test_staff_read_drafts_and_suppliers_do_not(self, client):
        draft = make_draft()
        client.force_login(make_person("auditor"))
        assert client.get(path("policy_draft", draft)).status_code == 200
        client.force_login(make_person("supplier"))
        assert client.get(path("policy_draft", draft)).status_code == 403


class TestSources:
    @pytest.mark.parametrize("code", TEMPLATES)
    def test_of_every_template_say_what_is_confirmed(self, client, author, code):
        made = start_draft(
            document=template_document(code), source="a template", actor=make_actor(author), at=AT
        )
        page = client.get(path("policy_draft", made)).text
        for source in template_document(code)["sources"]:
            assert f"<dt>{source['status'].capitalize()}</dt><dd>{escape(source['text'])}</dd>" in page


class TestDraftNew:
    def begin(self, client, **sent):
        return client.post(reverse("policy_draft_new"), sent)

    def test_begins_from_a_version(self, client, author):
        version = publish_seed()
        self.begin(client, start=f"version-{version.pk}")
        draft = PolicyDraft.objects.get()
        assert (draft.based_on, draft.author_person_id) == (version, author.pk)

    def test_begins_from_each_document(self, client, author):
        page = client.get(reverse("policy_draft_new")).content.decode()
        assert "Not confirmed:" in page
        self.begin(client, start="template-style-4r")
        assert PolicyDraft.objects.get().document["id"] == "style-4r"

    def test_imports_what_was_exported(self, client, author):
        version = publish_seed()
        exported = client.get(reverse("policy_export", args=[version.pk]))
        assert f'filename="seed-v1-v1-{version.sha256[:12]}.json"' in exported["Content-Disposition"]
        assert hashlib.sha256(exported.content).hexdigest() == version.sha256
        self.begin(client, file=SimpleUploadedFile("p.json", exported.content))
        draft = PolicyDraft.objects.get()
        page = client.get(path("policy_draft", draft)).content.decode()
        assert "The file is the same as seed-v1 v1." in page
        assert (draft.document["bands"], draft.based_on) == (seed_document()["bands"], version)

    def test_calls_no_changed_file_the_same(self, client, author):
        publish_seed()
        file = SimpleUploadedFile("p.json", json.dumps(seed_document() | {"title": "Other"}).encode())
        self.begin(client, file=file)
        draft = PolicyDraft.objects.get()
        assert draft.based_on is None
        assert "The file is the same" not in client.get(path("policy_draft", draft)).content.decode()

    def test_tells_every_fault_of_a_file_at_once(self, client, author):
        document = seed_document() | {"guard_band_pts": "x", "bands": seed_document()["bands"][1:]}
        file = SimpleUploadedFile("p.json", json.dumps(document).encode())
        page = self.begin(client, file=file).content.decode()
        assert "policy.guard_band_pts" in page
        assert "bands of LFP: gap between SOH 0 and 20 %" in page
        assert not PolicyDraft.objects.exists()

    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            ('"floors":', '"floors": {}, "floors":', "“floors” stands twice"),
            ("Default grading policy", "Default\\u0000 policy", "“Default policy” holds a character that"),
        ],
    )
    def test_refuses_a_file_that_says_two_things_or_cannot_be_kept(self, client, author, old, new, says):
        text = json.dumps(seed_document()).replace(old, new, 1)
        page = self.begin(client, file=SimpleUploadedFile("p.json", text.encode())).text
        assert says in page
        assert not PolicyDraft.objects.exists()

    def test_wants_one_of_the_two(self, client, author):
        assert "one of the two" in self.begin(client, start="").content.decode()


class TestDraft:
    def test_says_what_it_changes_against_the_live_one(self, client, author):
        publish_seed()
        draft = make_draft(author, floors=with_floor("30"))
        page = client.get(path("policy_draft", draft)).content.decode()
        assert "≥ 20 % and &lt; 30 %" in page
        assert "The tables are stricter in" in page
        assert "Propose for publication" in page

    def test_is_proposed_by_its_author_and_published_by_another(self, client, author):
        publish_seed()
        draft = make_draft(author, floors=with_floor("30"))
        client.post(path("policy_draft_propose", draft), {"revision": 1})
        sent = {"revision": 1, "message": "Stricter floors"}
        page = client.post(path("policy_draft_publish", draft), sent, follow=True).content.decode()
        assert "You wrote this draft; another person must publish it." in page
        assert PolicyVersion.objects.count() == 1
        client.force_login(make_person("administrator"))
        assert "you are the second person" in client.get(path("policy_draft", draft)).content.decode()
        client.post(path("policy_draft_publish", draft), sent)
        version = PolicyVersion.objects.get(version=2)
        page = client.get(reverse("policy", args=[version.pk])).content.decode()
        assert "Stricter floors" in page
        tried = policy_sha256(PolicyDraft.objects.get().document)
        assert tried != version.sha256
        assert tried in page and version.sha256 in page
        difference = client.get(reverse("policy_difference", args=[version.pk])).content.decode()
        assert "≥ 20 % and &lt; 30 %" in difference

    def test_says_which_version_takes_over_after_it(self, client, author):
        publish_seed()
        later = seed_document() | {"version": 2, "effective_from": "2099-01-01T00:00:00Z"}
        publish(document=later, actor=make_actor(), at=AT)
        draft = make_proposed(author)
        client.force_login(make_person("administrator"))

        page = client.get(path("policy_draft", draft)).text
        assert "From 2099-01-01 00:00 UTC" in page and "seed-v1 v2</a> takes over, published already" in page

    def test_keeps_what_was_typed_when_it_changed_meanwhile(self, client, author):
        draft = make_proposed(author)
        again = change_draft(
            draft_id=draft.pk,
            revision=1,
            document=draft.document | {"title": "Other"},
            part="name",
            actor=make_actor(author),
            at=AT,
        )
        client.force_login(make_person("administrator"))
        sent = {"revision": 1, "message": "Long\nthought", "effective_from": "2099-01-01 00:00"}
        page = client.post(path("policy_draft_publish", draft), sent).text
        assert "changed since you opened it" in page
        assert "Long<br>thought" in page
        propose_draft(draft_id=draft.pk, revision=again.revision, actor=make_actor(author), at=AT)
        page = client.post(path("policy_draft_publish", draft), sent).text
        assert "changed since you opened it" in page
        assert "Long\nthought</textarea>" in page and 'value="2099-01-01 00:00"' in page
        assert 'name="revision" value="2"' in page
        assert not PolicyVersion.objects.exists()

    def test_tells_the_second_of_two_who_published(self, client, author):
        draft = make_proposed()
        first = make_person("administrator")
        publish_draft(
            draft_id=draft.pk,
            revision=1,
            effective_from=None,
            message="Mine",
            actor=make_actor(first),
            at=AT,
        )
        page = client.post(path("policy_draft_publish", draft), {"revision": 1, "message": "My words"}).text
        assert f"{make_actor(first).label} published this draft as seed-v1 v1." in page
        assert "My words" in page

    def test_refuses_a_moment_of_the_past_at_its_field(self, client, author):
        draft = make_proposed()
        sent = {"revision": 1, "message": "x", "effective_from": "2020-01-01 00:00"}
        page = client.post(path("policy_draft_publish", draft), sent).content.decode()
        assert "This moment is past." in page
        assert not PolicyVersion.objects.exists()

    def test_is_discarded_with_a_reason(self, client, author):
        draft = make_draft(author)
        client.post(path("policy_draft_discard", draft), {"reason": ""})
        client.post(path("policy_draft_discard", draft), {"reason": "Overtaken"})
        draft.refresh_from_db()
        assert draft.state == "discarded"

    def test_is_exported(self, client, author):
        draft = make_draft(author)
        exported = client.get(path("policy_draft_export", draft)).content
        assert json.loads(exported) == draft.document
        assert (
            hashlib.sha256(exported).hexdigest() in client.get(path("policy_draft", draft)).content.decode()
        )


class TestLists:
    def test_show_drafts_and_what_publications_were_for(self, client, author):
        make_draft(author, title="Floors for winter")
        assert "Floors for winter" in client.get(reverse("policies")).content.decode()
