"""The only permission table: which role may do what."""

from enum import StrEnum

from django.db import models


class Role(models.TextChoices):
    """What a person is here for."""

    SUPPLIER = "supplier", "Supplier"
    WAREHOUSE = "warehouse", "Warehouse"
    REVIEWER = "reviewer", "Reviewer"
    ADMINISTRATOR = "administrator", "Administrator"
    AUDITOR = "auditor", "Auditor"


class Capability(StrEnum):
    """One thing that a page, an endpoint or a service may ask for."""

    SIGNED_IN = "signed_in"
    VIEW_BATCHES = "view_batches"
    UPLOAD_MANIFEST = "upload_manifest"
    VIEW_PACKS = "view_packs"
    VIEW_INTERNAL = "view_internal"
    RECEIVE_PACKS = "receive_packs"
    INSPECT_PACKS = "inspect_packs"
    RECORD_TESTS = "record_tests"
    FIT_AGREEMENT = "fit_agreement"
    DISPUTE_RESULTS = "dispute_results"
    DECIDE_REVIEWS = "decide_reviews"
    ORDER_DISPOSITIONS = "order_dispositions"
    HAND_OVER_PACKS = "hand_over_packs"
    VIEW_REVIEWS = "view_reviews"
    VIEW_POLICIES = "view_policies"
    MANAGE_POLICIES = "manage_policies"
    VIEW_TRAIL = "view_trail"
    VIEW_CATALOGUE = "view_catalogue"
    MANAGE_CATALOGUE = "manage_catalogue"
    VIEW_INSTRUMENTS = "view_instruments"
    MANAGE_INSTRUMENTS = "manage_instruments"
    RECORD_CHECKS = "record_checks"
    PROPOSE_DECLARATIONS = "propose_declarations"
    APPROVE_DECLARATIONS = "approve_declarations"
    MANAGE_PROCEDURES = "manage_procedures"
    VIEW_SUPPLIERS = "view_suppliers"
    MANAGE_SUPPLIERS = "manage_suppliers"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_TOKENS = "manage_tokens"
    VIEW_NOTICES = "view_notices"
    SET_UP_NOTICES = "set_up_notices"
    RETRY_NOTICES = "retry_notices"


C = Capability
_STAFF_READS = frozenset(
    {
        C.SIGNED_IN,
        C.VIEW_BATCHES,
        C.VIEW_PACKS,
        C.VIEW_INTERNAL,
        C.VIEW_CATALOGUE,
        C.VIEW_INSTRUMENTS,
        C.VIEW_SUPPLIERS,
        C.VIEW_POLICIES,
        C.VIEW_TRAIL,
        C.VIEW_NOTICES,
    }
)
CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.SUPPLIER: frozenset(
        {
            C.SIGNED_IN,
            C.VIEW_NOTICES,
            C.SET_UP_NOTICES,
            C.RETRY_NOTICES,
            C.VIEW_BATCHES,
            C.UPLOAD_MANIFEST,
            C.VIEW_PACKS,
            C.DISPUTE_RESULTS,
            C.MANAGE_TOKENS,
        }
    ),
    Role.WAREHOUSE: _STAFF_READS
    | {
        C.RECEIVE_PACKS,
        C.INSPECT_PACKS,
        C.HAND_OVER_PACKS,
        C.RECORD_TESTS,
        C.RECORD_CHECKS,
        C.PROPOSE_DECLARATIONS,
        C.MANAGE_TOKENS,
    },
    Role.REVIEWER: _STAFF_READS
    | {
        C.RECORD_TESTS,
        C.RECORD_CHECKS,
        C.PROPOSE_DECLARATIONS,
        C.APPROVE_DECLARATIONS,
        C.FIT_AGREEMENT,
        C.DECIDE_REVIEWS,
        C.VIEW_REVIEWS,
        C.ORDER_DISPOSITIONS,
        C.MANAGE_PROCEDURES,
        C.MANAGE_POLICIES,
        C.MANAGE_TOKENS,
    },
    Role.ADMINISTRATOR: _STAFF_READS
    | {
        C.UPLOAD_MANIFEST,
        C.VIEW_REVIEWS,
        C.ORDER_DISPOSITIONS,
        C.MANAGE_CATALOGUE,
        C.MANAGE_INSTRUMENTS,
        C.RECORD_CHECKS,
        C.PROPOSE_DECLARATIONS,
        C.APPROVE_DECLARATIONS,
        C.MANAGE_PROCEDURES,
        C.MANAGE_POLICIES,
        C.FIT_AGREEMENT,
        C.MANAGE_SUPPLIERS,
        C.RETRY_NOTICES,
        C.MANAGE_PEOPLE,
        C.MANAGE_TOKENS,
    },
    Role.AUDITOR: _STAFF_READS | {C.VIEW_REVIEWS, C.MANAGE_TOKENS},
}

WRITES = frozenset(
    {
        C.UPLOAD_MANIFEST,
        C.RECEIVE_PACKS,
        C.INSPECT_PACKS,
        C.RECORD_TESTS,
        C.FIT_AGREEMENT,
        C.DISPUTE_RESULTS,
        C.DECIDE_REVIEWS,
        C.ORDER_DISPOSITIONS,
        C.HAND_OVER_PACKS,
        C.MANAGE_CATALOGUE,
        C.MANAGE_INSTRUMENTS,
        C.RECORD_CHECKS,
        C.PROPOSE_DECLARATIONS,
        C.APPROVE_DECLARATIONS,
        C.MANAGE_PROCEDURES,
        C.MANAGE_POLICIES,
        C.MANAGE_SUPPLIERS,
        C.SET_UP_NOTICES,
        C.RETRY_NOTICES,
        C.MANAGE_PEOPLE,
    }
)
"""Capabilities that change business data; an auditor holds none of them (a test says so)."""

API_SCOPES: dict[Capability, str] = {
    C.VIEW_BATCHES: "See batches, and what became of files",
    C.UPLOAD_MANIFEST: "Send files",
    C.VIEW_PACKS: "See packs and decisions",
    C.RECORD_TESTS: "Record test results",
    C.VIEW_INTERNAL: "See tester files and what was derived from them",
    C.VIEW_INSTRUMENTS: "See instruments and whether they may measure",
    C.PROPOSE_DECLARATIONS: "Propose to declare an instrument bad",
    C.VIEW_POLICIES: "See policies",
    C.VIEW_NOTICES: "See notices and how each was delivered",
    C.DISPUTE_RESULTS: "Dispute results",
}
"""What a token can be given: what the API asks for, and nothing else (a test says so)."""

SECOND_FACTOR_ROLES = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})
"""Roles that must sign in with a second factor outside the local mode."""


def may(role: str, capability: Capability) -> bool:
    """Return whether ``role`` holds ``capability``."""
    return capability in CAPABILITIES[Role(role)]


def scopes_of(role: str) -> list[Capability]:
    """Return what a token of somebody with ``role`` can be given."""
    return [capability for capability in API_SCOPES if may(role, capability)]
