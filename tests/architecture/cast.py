"""One person of each role, with a session and a token, and one object of every kind."""

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from grading.domain.policy import seed_document
from grading.domain.procedure import shipped_document
from grading.models import ChannelUse, Decision
from grading.queries.population import taken
from grading.queries.what_if import Scope
from grading.services import disputes, procedures
from grading.services.channels import start_use
from grading.services.what_if.reporting import make_report
from grading.services.what_if.snapshots import take_population
from intake.services import photos
from rebattery.accounts.models import User
from rebattery.accounts.roles import Role, scopes_of
from rebattery.accounts.services import create_token
from rebattery.audit.trail import events
from tests.architecture.routes import Route
from tests.evidence import make_inspected, make_reviews, publish_seed
from tests.factories import AT, make_actor, make_pack_type, make_person
from tests.grading.agreeing import finest, fitted, make_pairs
from tests.grading.channeling import make_channel
from tests.grading.instrumenting import instrument_objects
from tests.grading.policy_drafting import make_draft as make_policy_draft
from tests.grading.regrading import make_graded, order
from tests.grading.results_files import send as send_results
from tests.grading.running import make_run, row_of
from tests.grading.sending_off import disposition_objects
from tests.grading.testing_files import make_bench_pack, read, send
from tests.intake.drafting import make_draft
from tests.intake.pictures import jpeg
from tests.intake.sending import make_attachment
from tests.procedures import make_procedure
from tests.rebattery.notices.making import make_endpoint, make_notice

OWNER, OTHER, ANYONE = "supplier", "other supplier", "anyone"
STAFF = [role.value for role in Role if role != Role.SUPPLIER]
CAST = [OWNER, OTHER, *STAFF]


@dataclass
class Member:
    """One of the cast, who asks by session or by token as the route wants it."""

    person: User | None
    objects: dict[str, Any]
    """Keys by the names of the routes' parameters."""
    secret: str = ""

    def __post_init__(self) -> None:
        self.session = Client()
        if self.person:
            self.session.force_login(self.person)
            # Else each request, all being taken back, is the first of its session and writes that.
            session = self.session.session
            session["began_at"] = int(time.time())
            session["seen_at"] = session["began_at"] + settings.SESSION_IDLE_SECONDS
            session.save()
        self.program = Client(headers={"Authorization": f"Bearer {self.secret}"} if self.secret else {})

    def ask(self, route: Route, method: str) -> HttpResponse:
        client = self.program if route.is_endpoint else self.session
        key = {"pk": self.objects[_PK[route.name]]} if route.name in _PK else {}
        return getattr(client, method)(route.path(**(self.objects | key)))


_PK = {
    "api_manifest": "manifest_id",
    "api_manifest_workbook": "manifest_id",
    "api_manifest_difference": "manifest_id",
    "api_batch_corrected": "batch_id",
    "api_manifest_rows": "manifest_id",
    "api_manifest_corrections": "manifest_id",
    "api_manifest_undo": "manifest_id",
    "api_manifest_submission": "manifest_id",
    "api_manifest_discard": "manifest_id",
    "api_batch": "batch_id",
    "api_pack": "pack_id",
    "api_pack_disputes": "pack_id",
    "api_dispute": "dispute_id",
    "api_expected_grades": "manifest_id",
}
OF_A_SUPPLIER = {
    "dispute_id", "dispute_file_id",
    "batch_id", "manifest_id", "pack_id", "photo_id", "case_id", "pk", "notice_id", "endpoint_id",
    "attachment_id", "upload_id",
}  # fmt: skip
"""Parameters that name something of a supplier."""


def make_cast() -> dict[str, Member]:
    """Make everybody; all objects belong to the supplier called ``OWNER``."""
    publish_seed()
    people = {OWNER: make_person(Role.SUPPLIER), OTHER: make_person(Role.SUPPLIER)}
    people |= {role: make_person(role) for role in STAFF}
    objects = _objects(people[OWNER])
    file = send_results(b"Pack serial,Reported SOH\nRB-TESTER,80\n", make_actor())
    objects["results_file_id"] = file.pk
    members = {ANYONE: Member(None, objects | {"token_id": 0})}
    for name, person in people.items():
        made = create_token(
            person=person,
            label="All",
            scopes=scopes_of(person.role),
            actor=make_actor(person),
            at=timezone.now(),
        )
        members[name] = Member(person, objects | {"token_id": made.token.pk}, made.secret)
    return members


def _objects(owner: User) -> dict[str, Any]:
    case = make_reviews(supplier=owner.supplier)[0]
    pack = case.pack
    stranger = make_person(Role.AUDITOR)
    photo = photos.add(
        pack_ids=[pack.pk], slot="label", file_name="a.jpg", content=jpeg(), actor=make_actor(), at=AT
    )[0]
    draft = make_draft(owner.supplier)
    attachment = make_attachment(pack.batch, f"{pack.serial}.pdf")
    dispute = disputes.open_dispute(
        pack_id=pack.pk,
        decision_id=case.decision_id,
        comment="Measure again",
        uploads=[disputes.Upload("test.pdf", b"%PDF-1.7\n")],
        actor=make_actor(owner),
        at=AT,
    )
    return {
        **_tester_file(),
        "attachment_id": attachment.pk,
        "upload_id": attachment.upload_id,
        "dispute_id": dispute.pk,
        "dispute_file_id": dispute.files.get().pk,
        "batch_id": pack.batch_id,
        "manifest_id": draft.pk,
        "row": draft.rows.order_by("row")[0].row,
        "column": 0,
        "pack_id": pack.pk,
        "photo_id": photo.pk,
        "decision_id": case.decision_id,
        "notice_id": make_notice(owner.supplier).pk,
        "endpoint_id": make_endpoint(owner.supplier).pk,
        "supplier_id": owner.supplier_id,
        "pack_type_id": make_pack_type().pk,
        "event_id": events().first().pk,
        **instrument_objects(),
        "group_id": _agreement_group(owner),
        "use_id": (use := _channel_use()).pk,
        "channel_id": use.channel_id,
        "case_id": case.pk,
        **_row_of_a_bench_run(),
        "report_id": _what_if_report(),
        "grading_run_id": order(make_graded()).pk,
        "policy_id": Decision.objects.get(pack=pack).policy_id,
        **_draft_of_a_policy(),
        **disposition_objects(),
        "procedure_id": procedures.publish(
            document=shipped_document("iso12405-capacity"), actor=make_actor(), at=AT
        ).pk,
        "person_id": stranger.pk,
        "object_id": owner.supplier_id,
        "content_type_id": 1,
        "app_label": "intake",
        "url": "anything",
        "language": "de",
        "extension": "csv",
        "secrets": (pack.serial, pack.batch.number, draft.file_name, owner.supplier.name),
    }


def _tester_file() -> dict[str, Any]:
    make_bench_pack("RB-TESTER")
    file = read(send("RB-TESTER.csv"))
    return {"tester_file_id": file.pk, "test_index": 0, "derivation_id": file.derivations.get().pk}


def _what_if_report() -> int:
    take_population(at=AT)
    return make_report(
        document=seed_document(),
        against=publish_seed(),
        scope=Scope(),
        taken=taken(),
        actor=make_actor(),
        at=AT,
    ).pk


def _draft_of_a_policy() -> dict[str, Any]:
    return {"draft_id": make_policy_draft().pk, "table": "LFP", "policy_part": "limits"}


def _agreement_group(owner: User) -> int:
    make_pairs(owner.supplier, [1, 2])
    return finest(fitted())[0].pk


def _row_of_a_bench_run() -> dict[str, Any]:
    pack = make_inspected()[0]
    row = row_of(make_run([pack]), pack)
    return {"run_id": row.run_id, "row_id": row.pk, "kind": row.kind, "field_name": "note"}


def _channel_use() -> ChannelUse:
    pack = make_inspected()[0]
    channel, procedure = make_channel(), make_procedure()
    return start_use(
        channel_id=channel.pk, pack_id=pack.pk, procedure_id=procedure.pk, actor=make_actor(), at=AT
    )
