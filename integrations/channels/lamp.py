"""A lamp over MQTT: shines while nobody has taken an alert. For those who do not hear, and for the corridor."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from carehub.contracts import ChannelTools
from integrations.channels._settings import ChannelSettings
from integrations.channels._switch import Switch


class LampSettings(ChannelSettings):
    """CAREHUB_LAMP_*; without a topic there is no lamp."""

    model_config = SettingsConfigDict(env_prefix="CAREHUB_", extra="ignore")

    lamp_topic: str | None = Field(default=None, description="Its topic, with `{unit}` for the unit's id or `all`.")
    lamp_on: str = Field(
        default='{"state": "ON"}', description="What switches it on; by default in the words of zigbee2mqtt."
    )
    lamp_off: str = Field(default='{"state": "OFF"}', description="What switches it off.")


class LampChannel(Switch):
    """The lamp of a unit."""

    name: ClassVar[str] = "lamp"
    heard_within_s: ClassVar[float | None] = None


class _Factory:
    """In use where a topic is named."""

    name = LampChannel.name

    def __call__(self, tools: ChannelTools) -> LampChannel | None:
        """Build it from the environment."""
        settings = LampSettings()
        if not settings.lamp_topic:
            return None
        return LampChannel(tools, settings.lamp_topic, settings.lamp_on, settings.lamp_off)


CHANNEL = _Factory()
