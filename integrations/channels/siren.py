"""A siren over MQTT: sounds while nobody answers an alert, and is switched off when somebody takes it."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from carehub.contracts import ChannelTools
from integrations.channels._settings import ChannelSettings
from integrations.channels._switch import Switch


class SirenSettings(ChannelSettings):
    """CAREHUB_SIREN_*; without a topic there is no siren."""

    model_config = SettingsConfigDict(env_prefix="CAREHUB_", extra="ignore")

    siren_topic: str | None = Field(default=None, description="Its topic, with `{unit}` for the unit's id or `all`.")
    siren_on: str = Field(
        default='{"warning": {"mode": "emergency", "level": "very_high", "strobe": true, "duration": 1800}}',
        description="What switches it on; by default in the words of zigbee2mqtt.",
    )
    siren_off: str = Field(default='{"warning": {"mode": "stop"}}', description="What switches it off.")


class SirenChannel(Switch):
    """The siren of a unit."""

    name: ClassVar[str] = "siren"
    heard_within_s: ClassVar[float | None] = None


class _Factory:
    """In use where a topic is named."""

    name = SirenChannel.name

    def __call__(self, tools: ChannelTools) -> SirenChannel | None:
        """Build it from the environment."""
        settings = SirenSettings()
        if not settings.siren_topic:
            return None
        return SirenChannel(tools, settings.siren_topic, settings.siren_on, settings.siren_off)


CHANNEL = _Factory()
