"""Every auditable event, each with the sentence a person reads."""

from rebattery.audit.event_type import EventType
from rebattery.audit.events_of_agreement import OF_AGREEMENT
from rebattery.audit.events_of_dispositions import OF_DISPOSITIONS
from rebattery.audit.events_of_grading import OF_GRADING
from rebattery.audit.events_of_policies import OF_POLICIES

_ALL = (
    EventType("supplier.created", "supplier", "{actor} added supplier {subject}."),
    EventType("supplier.changed", "supplier", "{actor} changed supplier {subject}."),
    EventType("person.invited", "person", "{actor} invited {subject} as {role}."),
    EventType("person.deactivated", "person", "{actor} deactivated {subject}.", needs_reason=True),
    EventType("person.reactivated", "person", "{actor} reactivated {subject}.", needs_reason=True),
    EventType("person.role_changed", "person", "{actor} made {subject} {role}.", needs_reason=True),
    EventType("token.created", "token", "{actor} created the API token {subject}."),
    EventType("token.revoked", "token", "{actor} revoked the API token {subject}."),
    EventType("pack_type.created", "pack_type", "{actor} added the pack type {subject}."),
    EventType(
        "pack_type.changed", "pack_type", "{actor} changed the pack type {subject}.", needs_reason=True
    ),
    EventType(
        "manifest.accepted",
        "manifest",
        "{actor} sent the file {subject} ({bytes} bytes, SHA-256 {sha256}).",
        "The file {subject} reached us.",
    ),
    EventType("manifest.queued_again", "manifest", "{actor} had the file {subject} read again."),
    EventType(
        "manifest.checked",
        "manifest",
        "The file {subject} was read and checked: {ready:pack} ready, {refused} to be mended.",
        "The file {subject} was checked: {ready:pack} ready, {refused} to be mended.",
    ),
    EventType(
        "manifest.announced_in_part",
        "manifest",
        "{packs:pack} of the file {subject} came into batch {batch}; still to be mended: {rest:row}.",
        "{packs:pack} of the file {subject} came into batch {batch}; still to be mended: {rest:row}.",
    ),
    EventType("manifest.opened_again", "manifest", "{actor} opened the discarded file {subject} again."),
    EventType("manifest.renamed", "manifest", "{actor} sent {was}, which was not read, again as {subject}."),
    EventType("manifest.submitted", "manifest", "{actor} asked to announce the packs of {subject}."),
    EventType("manifest.discarded", "manifest", "{actor} discarded the draft {subject}."),
    EventType("correction.made", "correction", "{actor} corrected the file {file}: {label}."),
    EventType("correction.undone", "correction", "{actor} undid in the file {file}: {label}."),
    EventType("endpoint.added", "endpoint", "{actor} added the webhook {subject}."),
    EventType("endpoint.changed", "endpoint", "{actor} changed the webhook {subject}."),
    EventType("endpoint.secret_changed", "endpoint", "{actor} gave the webhook {subject} a new secret."),
    EventType(
        "notice_preference.changed",
        "notice_preference",
        "{actor} chose what mails come: {wanted} of {topics} topics.",
    ),
    EventType("layout.remembered", "layout", "The answers about {columns:column} of {file} are remembered."),
    EventType("layout.changed", "layout", "The answers about {columns:column} of {file} are remembered."),
    EventType(
        "manifest.imported",
        "manifest",
        "The file {subject} became batch {batch} with {packs:pack}.",
        "The file {subject} became batch {batch} with {packs:pack}.",
    ),
    EventType(
        "manifest.applied",
        "manifest",
        "The file {subject} corrected batch {batch}: {added:pack} added, {changed} changed,"
        " {withdrawn} withdrawn, {untouched} already here left alone.",
        "The file {subject} corrected batch {batch}: {added:pack} added, {changed} changed,"
        " {withdrawn} withdrawn, {untouched} already here left alone.",
    ),
    EventType(
        "manifest.refused",
        "manifest",
        "The file {subject} was refused: {why}",
        "The file {subject} was refused: {why}",
    ),
    EventType(
        "manifest.failed",
        "manifest",
        "Reading the file {subject} failed after {attempts} attempts: {why}",
        "We could not read the file {subject}; our staff have been told.",
    ),
    EventType(
        "batch.announced",
        "batch",
        "Batch {subject} was announced with {packs:pack}.",
        "Batch {subject} was announced with {packs:pack}.",
    ),
    EventType(
        "batch.expected",
        "batch",
        "{actor} said that batch {subject} is expected on {day!d}.",
        "Batch {subject} is expected on {day!d}.",
    ),
    EventType(
        "batch.cancelled",
        "batch",
        "{actor} cancelled batch {subject} before any pack had arrived: {reason}",
        "Batch {subject} was cancelled: none of its packs will come.",
        needs_reason=True,
    ),
    EventType(
        "batch.closed",
        "batch",
        "{actor} closed batch {subject}: {received:pack} received, {missing} missing.",
        "Batch {subject} was closed: {received:pack} received, {missing} missing.",
    ),
    EventType(
        "pack.announced",
        "pack",
        "Announced in batch {batch}, row {row} of the file.",
        "Announced in batch {batch}.",
    ),
    EventType(
        "pack.received", "pack", "{actor} received the pack in batch {batch}.", "Received at our dock."
    ),
    EventType(
        "pack.declaration_changed",
        "pack",
        "The corrected file {file} changed what is declared of the pack, row {row}.",
        "Your corrected file {file} changed what is declared of the pack.",
    ),
    EventType("pack.listed_again", "pack", "Stands in row {row} of the corrected file {file}, unchanged."),
    EventType(
        "pack.missing",
        "pack",
        "{actor} closed batch {batch} without this pack.",
        "Did not arrive with batch {batch}.",
    ),
    EventType(
        "pack.withdrawn", "pack", "{actor} withdrew the pack: {reason}", "Withdrawn.", needs_reason=True
    ),
    EventType(
        "pack.inspected", "pack", "{actor} passed the pack's inspection.", "Inspected, no hazard found."
    ),
    EventType(
        "pack.quarantined",
        "pack",
        "{actor} put the pack into quarantine: {reason}",
        "Put into quarantine: {reason}",
        needs_reason=True,
    ),
    EventType(
        "pack.reopened",
        "pack",
        "{actor} re-opened the pack for a fresh inspection: {reason}",
        needs_reason=True,
    ),
    EventType("pack.tested", "pack", "{actor} finished testing.", "Tested on our bench."),
    EventType(
        "pack.graded",
        "pack",
        "Graded {grade} by {policy} for {route}.",
        "Graded {grade} by {policy} for {route}.",
    ),
    EventType(
        "pack.sent_to_review",
        "pack",
        "Sent to review with grade {grade} by {policy}: {why}",
        "Waiting for a reviewer under {policy}: {why}",
    ),
    EventType(
        "pack.accepted",
        "pack",
        "{actor} accepted the pack after review: {reason}",
        "Accepted after review.",
        needs_reason=True,
    ),
    EventType(
        "pack.review_undone",
        "pack",
        "{actor} took the last step back: {reason}",
        needs_reason=True,
    ),
    EventType(
        "pack.sent_to_retest",
        "pack",
        "{actor} ordered a retest: {reason}",
        "A retest was ordered.",
        needs_reason=True,
    ),
    EventType(
        "pack.suspended",
        "pack",
        "Back to the bench, because {instrument} was declared bad: {reason}",
        "A result of ours does not count any more; the pack is tested again.",
        needs_reason=True,
    ),
    EventType(
        "pack.grade_ended",
        "pack",
        "Its grade {grade} by {policy} counted until {until!d} and is decided anew.",
        "Grade {grade} by {policy} counted until {until!d} and is decided anew.",
    ),
    EventType(
        "pack.override_ended",
        "pack",
        "{actor} ended the override to {grade}; the pack is decided anew by {policy}: {reason}",
        "Grade {grade}, set by two reviewers, does not count any more; the pack is decided anew by {policy}.",
        needs_reason=True,
    ),
    EventType(
        "pack.graded_again",
        "pack",
        "Graded again by {policy}: {reason}",
        "Graded again by {policy}.",
        needs_reason=True,
    ),
    EventType(
        "pack.rejected",
        "pack",
        "{actor} rejected the pack: {reason}",
        "Rejected after review.",
        needs_reason=True,
    ),
    EventType(
        "attachments.accepted",
        "attachment_upload",
        "{actor} sent the file {subject} for batch {batch} ({bytes} bytes, SHA-256 {sha256}).",
        "The file {subject} reached us for batch {batch}.",
    ),
    EventType(
        "attachments.taken_in",
        "attachment_upload",
        "The file {subject} was taken in: {added} added, {unmatched} without a pack, {left_out} left out.",
        "The file {subject} was taken in: {added} added, {unmatched} without a pack, {left_out} left out.",
    ),
    EventType(
        "attachments.refused",
        "attachment_upload",
        "The file {subject} was refused: {why}",
        "The file {subject} was refused: {why}",
    ),
    EventType(
        "attachments.failed",
        "attachment_upload",
        "Taking in the file {subject} failed after {attempts} attempts.",
        "We could not read the file {subject}; our staff have been told.",
    ),
    EventType(
        "attachment.added",
        "attachment",
        "The document {subject} that {sent_by} sent was added ({kind}, SHA-256 {sha256}).",
        "The document {subject} was added.",
    ),
    EventType(
        "attachment.assigned",
        "attachment",
        "{actor} assigned the document {subject} to pack {serial}.",
        "The document {subject} was assigned to pack {serial}.",
    ),
    EventType(
        "attachment.withdrawn",
        "attachment",
        "{actor} withdrew the document {subject}: {reason}",
        "The document {subject} was withdrawn.",
        needs_reason=True,
    ),
    EventType("scan.recorded", "scan", "{actor} scanned {subject}: {outcome}."),
    EventType("inspection.submitted", "inspection", "{actor} submitted an inspection: {outcome}."),
    EventType("inspection.superseded", "inspection", "A newer inspection took the place of {subject}."),
    EventType("photo.added", "photo", "{actor} added a photo ({slot}, SHA-256 {sha256})."),
    *OF_DISPOSITIONS,
    *OF_GRADING,
    *OF_AGREEMENT,
    *OF_POLICIES,
)
EVENTS: dict[str, EventType] = {event.code: event for event in _ALL}
