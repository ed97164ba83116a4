"""The events of instruments, tests, policies, decisions, reviews and disputes."""

from rebattery.audit.event_type import EventType

OF_GRADING = (
    EventType("instrument.created", "instrument", "{actor} added the instrument {subject}."),
    EventType(
        "instrument.changed", "instrument", "{actor} changed the instrument {subject}.", needs_reason=True
    ),
    EventType(
        "instrument.calibrated",
        "instrument",
        "{actor} recorded certificate {certificate} for {subject}, valid until {until!d}.",
    ),
    EventType(
        "capacity_test.recorded",
        "capacity_test",
        "{actor} recorded a capacity test: SOH {soh} % with {instrument}.",
    ),
    EventType(
        "capacity_test.superseded",
        "capacity_test",
        "A newer result took the place of {subject}: {reason}",
        needs_reason=True,
    ),
    EventType(
        "resistance_test.recorded",
        "resistance_test",
        "{actor} recorded a resistance test: {ir} mΩ with {instrument}.",
    ),
    EventType(
        "resistance_test.superseded",
        "resistance_test",
        "A newer result took the place of {subject}: {reason}",
        needs_reason=True,
    ),
    EventType("policy.published", "policy", "{actor} published the policy {subject} (SHA-256 {sha256})."),
    EventType("decision.made", "decision", "Decided {grade}, {route}, by {policy}: {why}"),
    EventType(
        "decision.overridden",
        "decision",
        "{actor} set {grade}, {route}, against {policy}: {reason}",
        needs_reason=True,
    ),
    EventType("decision.superseded", "decision", "A newer decision took the place of {subject}."),
    EventType("review.opened", "review", "A review was opened: {rule}."),
    EventType("review.confirmed", "review", "{actor} confirmed {grade}: {reason}", needs_reason=True),
    EventType(
        "review.override_requested",
        "review",
        "{actor} asked to override {grade} with {new_grade}: {reason}",
        needs_reason=True,
    ),
    EventType(
        "review.override_approved",
        "review",
        "{actor} approved the override that {requested_by} asked for: {reason}",
        needs_reason=True,
    ),
    EventType(
        "review.override_declined",
        "review",
        "{actor} declined the override that {requested_by} asked for: {reason}",
        needs_reason=True,
    ),
    EventType("review.retest_ordered", "review", "{actor} ordered a retest: {reason}", needs_reason=True),
    EventType("review.superseded", "review", "The review was closed by a newer decision."),
    EventType(
        "dispute.opened",
        "dispute",
        "{actor} disputed grade {grade} by {policy}: {comment}",
        "You disputed grade {grade} by {policy}.",
    ),
    EventType(
        "dispute.file_added", "dispute_file", "{actor} sent {subject} with the dispute (SHA-256 {sha256})."
    ),
    EventType(
        "dispute.upheld",
        "dispute",
        "{actor} upheld the dispute, {remedy}: {reason}",
        "Your dispute was upheld, {remedy}: {reason}",
        needs_reason=True,
    ),
    EventType(
        "dispute.rejected",
        "dispute",
        "{actor} rejected the dispute: {reason}",
        "Your dispute was rejected: {reason}",
        needs_reason=True,
    ),
)
