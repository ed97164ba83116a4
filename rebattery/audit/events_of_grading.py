"""The events of instruments, tests, policies, decisions, reviews and disputes."""

from rebattery.audit.event_type import EventType

OF_GRADING = (
    EventType("grading_run.begun", "grading_run", "Grading by {policy} began: {what}."),
    EventType(
        "regrade.ordered",
        "grading_run",
        "{actor} had {packs:pack} graded again by {policy} ({what}): {reason}",
        needs_reason=True,
    ),
    EventType(
        "grading_run.done",
        "grading_run",
        "{subject} ended: {packs:pack} decided on, {left} left as they were.",
    ),
    EventType("grading_run.stopped", "grading_run", "{subject} stopped after {packs:pack}: {why}"),
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
        "calibration.carried_over",
        "calibration",
        "The {subject} of {instrument}, valid until {until!d}, became a row of its own.",
    ),
    EventType(
        "calibration.recorded",
        "calibration",
        "{actor} recorded {subject} for {instrument}, valid until {until!d}.",
    ),
    EventType(
        "calibration.failed",
        "calibration",
        "{actor} recorded {subject}: {instrument} failed its calibration.",
    ),
    EventType(
        "calibration.withdrawn",
        "calibration",
        "{actor} withdrew {subject} of {instrument}: {reason}",
        needs_reason=True,
    ),
    EventType(
        "channel.changed", "channel", "{actor} changed channel {subject} of {instrument}.", needs_reason=True
    ),
    EventType("reference_item.added", "reference_item", "{actor} added the reference item {subject}."),
    EventType(
        "reference_item.changed",
        "reference_item",
        "{actor} changed the reference item {subject}.",
        needs_reason=True,
    ),
    EventType(
        "control_measurement.passed",
        "control_measurement",
        "{actor} measured {item} with {instrument}: {deviation} %, within {tolerance} %.",
    ),
    EventType(
        "control_measurement.failed",
        "control_measurement",
        "{actor} measured {item} with {instrument}: {deviation} %, more than {tolerance} %. It failed.",
    ),
    EventType(
        "control_measurement.withdrawn",
        "control_measurement",
        "{actor} withdrew a control measurement of {item} with {instrument}: {reason}",
        needs_reason=True,
    ),
    EventType("channel.created", "channel", "{actor} added channel {subject} to {instrument}."),
    EventType(
        "instrument_declaration.proposed",
        "instrument_declaration",
        "{actor} proposed to declare {instrument} bad since {since!d}: {reason}",
        needs_reason=True,
    ),
    EventType(
        "instrument_declaration.approved",
        "instrument_declaration",
        "{actor} approved it: {instrument} is declared bad since {since!d}, and {results:result} of it do not"
        " count.",
    ),
    EventType(
        "instrument_declaration.carried_out",
        "instrument_declaration",
        "The declaration of {instrument} was carried out: {results:result} marked, {packs:pack} back at the"
        " bench, {reviews:review} closed.",
    ),
    EventType(
        "instrument_declaration.refused",
        "instrument_declaration",
        "{actor} refused to declare {instrument} bad: {reason}",
        needs_reason=True,
    ),
    EventType(
        "instrument_declaration.withdrawn",
        "instrument_declaration",
        "{actor} withdrew the proposal to declare {instrument} bad: {reason}",
        needs_reason=True,
    ),
    EventType(
        "capacity_test.invalidated",
        "capacity_test",
        "The {subject} does not count any more, because {instrument} was declared bad: {reason}",
        "A capacity test of ours does not count any more.",
        needs_reason=True,
    ),
    EventType(
        "resistance_test.invalidated",
        "resistance_test",
        "The {subject} does not count any more, because {instrument} was declared bad: {reason}",
        "A resistance test of ours does not count any more.",
        needs_reason=True,
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
    EventType("soh_report.recorded", "soh_report", "{actor} noted a reported SOH of {soh} % ({kind})."),
    EventType("soh_report.superseded", "soh_report", "A newer reading took the place of {subject}."),
    EventType("policy.published", "policy", "{actor} published the policy {subject} (SHA-256 {sha256})."),
    EventType(
        "procedure.published", "procedure", "{actor} published the procedure {subject} (SHA-256 {sha256})."
    ),
    EventType(
        "procedure.retired",
        "procedure",
        "{actor} retired the procedure {subject}: {reason}",
        needs_reason=True,
    ),
    EventType("decision.made", "decision", "Decided {grade}, {route}, by {policy}: {why}"),
    EventType(
        "decision.overridden",
        "decision",
        "{actor} set {grade}, {route}, against {policy}: {reason}",
        needs_reason=True,
    ),
    EventType("decision.restored", "decision", "{grade}, {route}, by {policy} counts again: {why}"),
    EventType("decision.superseded", "decision", "A newer decision took the place of {subject}."),
    EventType(
        "decision.suspended",
        "decision",
        "{subject} is suspended, because {instrument} was declared bad: {reason}",
        needs_reason=True,
    ),
    EventType("review.opened", "review", "A review was opened: {rule}."),
    EventType(
        "review.carried_on",
        "review",
        "The review goes on, open since {since!d}, for the same facts and outcome: {rule}.",
    ),
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
    EventType(
        "review.retest_demanded",
        "review",
        "{actor} ordered a retest {demand}: {reason}",
        needs_reason=True,
    ),
    EventType(
        "review.held", "review", "{actor} put the review aside until {until!d}: {reason}", needs_reason=True
    ),
    EventType("review.undone", "review", "{actor} took back {step}."),
    EventType("review.hold_ended", "review", "{actor} took the review up again."),
    EventType("review.superseded", "review", "The review was closed by a newer decision."),
    EventType(
        "review.suspended",
        "review",
        "The review was closed, because {instrument} was declared bad: {reason}",
        needs_reason=True,
    ),
    EventType(
        "dispute.opened",
        "dispute",
        "{actor} disputed grade {grade} by {policy}: {comment}",
        "You disputed grade {grade} by {policy}.",
    ),
    EventType("dispute.carried_on", "dispute", "It goes on: grade {grade} by {policy} counts again."),
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
    EventType(
        "tester_file.received",
        "tester_file",
        "{actor} sent the tester file {subject} ({bytes} bytes, SHA-256 {sha256}).",
    ),
    EventType("tester_file.read", "tester_file", "The tester file {subject} was read: {outcome}"),
    EventType("tester_file.refused", "tester_file", "The tester file {subject} cannot be read: {why}"),
    EventType("tester_file.assigned", "tester_file", "{actor} said that {subject} is of pack {serial}."),
    EventType(
        "tester_file.answered",
        "tester_file",
        "{actor} answered what {subject} leaves open, {answers}: {reason}",
        needs_reason=True,
    ),
    EventType("tester_file.placed", "tester_file", "{actor} said how {subject} was measured: {placed}."),
    EventType("tester_file.read_again", "tester_file", "{actor} had {subject} read again."),
    EventType(
        "tester_file.set_aside", "tester_file", "{actor} set {subject} aside: {reason}", needs_reason=True
    ),
    EventType("tester_file.taken_back", "tester_file", "{actor} took {subject} back."),
    EventType("tester_file.recorded", "tester_file", "{actor} recorded {results} from {subject}."),
    EventType(
        "results_file.received",
        "results_file",
        "{actor} sent the file of results {subject} ({bytes} bytes, SHA-256 {sha256}).",
    ),
    EventType(
        "results_file.mended",
        "results_file",
        "{actor} mended {rows} rows of {subject} with a workbook (SHA-256 {sha256}).",
    ),
    EventType("results_file.recorded", "results_file", "{actor} recorded {results} from {subject}."),
    EventType(
        "derivation.made",
        "derivation",
        "Test {test} of {file} was derived by {reader} {reader_version}, algorithm {algorithm}"
        " (SHA-256 of the result {sha256}).",
    ),
    EventType("derivation.superseded", "derivation", "A newer derivation took the place of {subject}."),
)
