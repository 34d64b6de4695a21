"""What an extension must be: sources, transports, channels and detectors.

The hub never imports its extensions; it loads them by the names in the settings
(`carehub/plugins.py`) and knows them only by these shapes.

Errors of the edges, and what the caller should do:

    HubError
    ├── DecodeError      the message cannot be read: dead letter, and an alert on an alarm path
    ├── TransportError   the road is gone: try again, with a delay
    └── ConfigurationError   say so and stop: a person must change something
"""

from carehub.contracts.hearing import Again, Message, Source, Transport
from carehub.contracts.learning import (
    Activity,
    Change,
    DayDetector,
    DayModel,
    DayTable,
    Detector,
    Outcome,
    TrainedModel,
)
from carehub.contracts.providers import CallMoment, InboundText, Reporting, StatusReport, Subscribing, Webhooks
from carehub.contracts.reaching import (
    Channel,
    ChannelFactory,
    ChannelTools,
    Fate,
    Lost,
    OutgoingNotice,
    Publish,
    Receipt,
)
from carehub.kit.late import late

__all__ = [
    "Activity",
    "Again",
    "CallMoment",
    "Change",
    "Channel",
    "ChannelFactory",
    "ChannelTools",
    "ConfigurationError",
    "DayDetector",
    "DayModel",
    "DayTable",
    "DecodeError",
    "Detector",
    "Fate",
    "HubError",
    "InboundText",
    "Lost",
    "Message",
    "Outcome",
    "OutgoingNotice",
    "Publish",
    "Receipt",
    "Reporting",
    "Source",
    "StatusReport",
    "Subscribing",
    "TrainedModel",
    "Transport",
    "TransportError",
    "Webhooks",
    "late",
]


class HubError(Exception):
    """Anything that an edge may meet and the hub knows how to take."""


class DecodeError(HubError):
    """The message cannot be read; it is kept as a dead letter with its raw bytes."""


class TransportError(HubError):
    """The road is gone for now; connect again after a while."""


class ConfigurationError(HubError):
    """A setting is wrong; the message says which and what to write instead."""
