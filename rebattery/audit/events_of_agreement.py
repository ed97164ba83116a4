"""The events of agreement fits and of channels in use."""

from rebattery.audit.event_type import EventType

OF_AGREEMENT = (
    EventType(
        "agreement.fitted",
        "agreement",
        "{actor} fitted the {subject} from {pairs:pair} in {groups:group} (SHA-256 {sha256}).",
    ),
    EventType(
        "channel_use.started",
        "channel_use",
        "{actor} started {procedure} on channel {channel}, expected to end at {until}.",
    ),
    EventType("channel_use.ended", "channel_use", "{actor} freed channel {channel}: the test ended."),
    EventType("channel_use.cancelled", "channel_use", "{actor} freed channel {channel}: cancelled."),
)
