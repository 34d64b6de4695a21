"""All settings of the hub itself, from CAREHUB_* environment variables. Channels keep their own beside them."""

import os
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from carehub.contracts import ConfigurationError
from carehub.core.people.retention import Policy, policies, read_days
from carehub.kit.sealed import is_public_half

_SOURCES = ("zigbee2mqtt", "carehub_v1", "chirpstack", "things_stack", "owntracks")
_CHANNELS = ("sms", "voice", "sms_gateway", "push", "email", "siren", "lamp", "tablet", "console")
"""Those that ship; what is not set up is not in use."""


class Settings(BaseSettings):
    """Built once, by the composition root; each field is listed in the README with its default."""

    model_config = SettingsConfigDict(env_prefix="CAREHUB_", extra="ignore")

    data_dir: Path = Field(
        default=Path("data"), description="Where the database, the models and the embedded broker live."
    )
    backup_dir: Path | None = Field(
        default=None, description="Where proven backups of a SQLite store are kept; by default in the data folder."
    )
    backup_away_dir: Path | None = Field(
        default=None,
        description="Where each backup also goes, sealed with age: a folder elsewhere, best one that only takes more.",
    )
    backup_away_key: str = Field(
        default="", description="The public half of the key that opens them, which the hub has not: `age1…`."
    )
    database_url: str | None = Field(
        default=None, description="`sqlite:///…` or `postgresql://…`; by default a SQLite file in the data folder."
    )
    mqtt_url: str | None = Field(
        default=None, description="`mqtt://host:1883` or `mqtts://host:8883`; by default the embedded broker."
    )
    mqtt_username: str | None = Field(default=None, description="The hub's name at the broker.")
    mqtt_password: SecretStr | None = Field(default=None, description="The hub's password at the broker.")
    mqtt_ca_file: str | None = Field(
        default=None, description="Certificates to trust for `mqtts://`; by default the system's."
    )
    mqtt_client_id: str = Field(
        default="carehub", description="Fixed for ever: the broker keeps our messages under it."
    )
    mqtt_port: int = Field(default=1883, description="Where the embedded broker listens, on loopback.")
    public_url: str = Field(default="http://127.0.0.1:8000", description="How people and providers reach the hub.")
    host: str = Field(default="127.0.0.1", description="Address the pages are served on.")
    port: int = Field(default=8000, description="Port the pages are served on.")
    trusted_proxies: str = Field(
        default="", description="Addresses whose X-Forwarded-For is believed, with commas; empty for none."
    )
    zone: str = Field(
        default="Europe/Oslo", description="Time zone of the municipality: night windows and clock times."
    )
    municipality: str = Field(default="Marker", description="Its name, on the pages.")
    route_link: str = Field(
        default="",
        pattern=r"^$|^(geo:|https://)[^\s]*\{address\}[^\s]*$",
        description="How a telephone shows the way: `geo:…` or `https://…` with `{address}`; empty for no such link.",
    )
    rules_dir: Path | None = Field(default=None, description="Folder with the rulebook; by default the one that ships.")
    sources: str = Field(
        default=",".join(f"integrations.sources.{name}" for name in _SOURCES),
        description="Modules that each offer a `SOURCE`, separated by commas.",
    )
    channels: str = Field(
        default=",".join(f"integrations.channels.{name}" for name in _CHANNELS),
        description="Modules that each offer a `CHANNEL`, separated by commas.",
    )
    detectors: str = Field(
        default="models.daily_rhythm,models.restlessness",
        description="Modules that each offer a `DETECTOR`; empty for none.",
    )
    shadow_days: int = Field(default=14, ge=0, description="Days that a new model listens before it may speak.")
    learn_after_s: float = Field(
        default=60.0,
        ge=0,
        description="Seconds after the start before models are trained and asked: a hub that starts has more to do.",
    )
    training_within_s: float = Field(default=1800.0, gt=0, description="Seconds that a training may take.")
    training_memory_mib: int = Field(default=2048, ge=256, description="Memory that a training may take.")
    training_cluster: str | None = Field(
        default=None, description="Address of a Dask scheduler that training is spread over; by default none."
    )
    http_road: str = Field(
        default="integrations.sources.http_events", description="Module that reads the bodies of `POST /api/v1/events`."
    )
    sms_webhooks: str = Field(
        default="integrations.channels.twilio_webhooks",
        description="Module that reads what the SMS provider posts to us.",
    )
    transport: str = Field(default="integrations.mqtt", description="Module that offers `MqttTransport`.")
    second_factor: Literal["staff", "offered"] = Field(
        default="staff",
        description="Who must have a passkey or an app beside the password: `staff`, or nobody (`offered`).",
    )
    oidc: str = Field(
        default="", description="Who else vouches for people, with commas: `idporten`, `helseid`, `entra`."
    )
    showcase: Literal["off", "village"] = Field(
        default="off",
        description="`village` opens `/showcase` to everybody; refused where a resident may be a real person.",
    )
    silent: bool = Field(default=False, description="Send nothing to anybody: every channel only writes a log line.")
    log_json: bool = Field(default=False, description="JSON lines in the log instead of readable ones.")

    hub_name: str = Field(
        default="", description="This hub's name, where several hubs may tell of one alarm; marks each text."
    )
    canary_every_s: float = Field(default=60.0, description="Seconds between canary alarms; 0 for none.")
    auditor: Literal["child", "apart", "off"] = Field(
        default="child", description="Whether `serve` runs the auditor beside it, another service does, or nobody."
    )
    auditor_outlives: bool = Field(default=True, description="The auditor stays when the hub is killed, and says so.")
    auditor_phones: str = Field(default="", description="Numbers that the auditor shouts to, with commas.")
    auditor_channel: str = Field(
        default="integrations.channels.sms", description="Module whose `CHANNEL` the auditor builds for itself."
    )
    auditor_every_s: float = Field(default=10.0, gt=0, description="Seconds between the auditor's looks.")
    auditor_tolerance_s: float = Field(default=30.0, gt=0, description="How late something may be before it counts.")
    heartbeat_url: str | None = Field(
        default=None, description="Called while auditor and canary are content; silence tells whoever watches outside."
    )
    test_every_days: int = Field(
        default=30, ge=1, description="How old the test of an alarm device may be before it is on the red list."
    )
    retention: str = Field(
        default="",
        description="Days that each kind of data is kept, where not the usual: `events=90, alerts=3650`; "
        "`carehub retention` lists the kinds.",
    )
    heartbeat_every_s: float = Field(default=30.0, gt=0, description="Seconds between these calls.")

    @property
    def policies(self) -> tuple[Policy, ...]:
        """How long what is kept."""
        try:
            return policies(read_days(self.retention))
        except ValueError as error:
            raise ConfigurationError(f"CAREHUB_RETENTION: {error}") from error

    @property
    def database(self) -> str:
        """The database in use."""
        return self.database_url or f"sqlite:///{self.data_dir / 'carehub.db'}"

    @property
    def backups(self) -> Path:
        """Where backups lie."""
        return self.backup_dir or self.data_dir / "backups"

    @property
    def away(self) -> tuple[Path, str] | None:
        """Where sealed backups go, and for which key."""
        if self.backup_away_dir is None and not self.backup_away_key:
            return None
        if self.backup_away_dir is None or not is_public_half(self.backup_away_key):
            raise ConfigurationError(
                "CAREHUB_BACKUP_AWAY_DIR and CAREHUB_BACKUP_AWAY_KEY belong together, and the key is the public half, "
                "`age1…`, that `carehub backup-key FILE` tells; FILE is kept elsewhere."
            )
        if not self.database.startswith("sqlite"):
            raise ConfigurationError("CAREHUB_BACKUP_AWAY_DIR is for SQLite: PostgreSQL is backed up by its own tools.")
        return self.backup_away_dir, self.backup_away_key

    @property
    def zone_info(self) -> ZoneInfo:
        """The municipality's zone, as the hub uses it."""
        return ZoneInfo(self.zone)

    @property
    def rulebook_dir(self) -> Path:
        """The rulebook in use: the one named, the wheel's, or the repository's."""
        package = Path(__file__).resolve().parents[1]
        shipped = package / "_data" / "rules"
        return self.rules_dir or (shipped if shipped.exists() else package.parent / "rules")

    @property
    def models_dir(self) -> Path:
        """Where trained models lie."""
        return self.data_dir / "models"


def names(listed: str) -> list[str]:
    """The module names in a setting that lists them."""
    return [name.strip() for name in listed.split(",") if name.strip()]


def secret(name: str) -> str | None:
    """From the environment, or from the file that the environment names."""
    file = os.environ.get(f"{name}_FILE")
    return os.environ.get(name) or (Path(file).read_text(encoding="utf-8").strip() if file else None)
