"""Auditable events of policies on their way to publication."""

from rebattery.audit.event_type import EventType

OF_POLICIES = (
    EventType("policy_draft.started", "policy_draft", "{actor} began {subject}, from {source}."),
    EventType("policy_draft.changed", "policy_draft", "{actor} changed {part} of {subject}."),
    EventType("policy_draft.proposed", "policy_draft", "{actor} proposed {subject} for publication."),
    EventType("policy_draft.taken_back", "policy_draft", "{actor} took {subject} back to write on."),
    EventType(
        "policy_draft.published",
        "policy_draft",
        "{actor} published {subject} as {policy} (SHA-256 {sha256}).",
    ),
    EventType(
        "policy_draft.discarded", "policy_draft", "{actor} discarded {subject}: {reason}", needs_reason=True
    ),
    EventType(
        "what_if_report.made",
        "what_if_report",
        "{actor} tried {policy} against {against} on {packs} packs: {moved} would move (SHA-256 {sha256}).",
    ),
)
