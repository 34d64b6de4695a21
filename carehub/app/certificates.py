"""The broker's certificate: how long it still holds. An expired one is never passed over: then nothing is heard."""

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from carehub.app.settings import Settings
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.flow.receiving.batch import hub_fault
from carehub.kit.log import log

WARNED_AT = (1, 7, 14, 30)
_MQTTS, _ANSWER_S = 8883, 5.0


def not_after(settings: Settings) -> datetime | None:
    """When the broker's certificate ends; None without TLS. Raises OSError where it cannot be asked or trusted."""
    parts = urlsplit(settings.mqtt_url or "")
    if parts.scheme != "mqtts" or not parts.hostname:
        return None
    context = ssl.create_default_context(cafile=settings.mqtt_ca_file)
    with (
        socket.create_connection((parts.hostname, parts.port or _MQTTS), _ANSWER_S) as raw,
        context.wrap_socket(raw, server_hostname=parts.hostname) as shown,
    ):
        certificate = shown.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)


def limit_of(end: datetime, now: datetime) -> int | None:
    """The narrowest limit, in days, that it has passed; None while there is time."""
    return next((days for days in WARNED_AT if end - now <= timedelta(days=days)), None)


class CertificateWatch:
    """Warns 30, 14, 7 and 1 days before, once each."""

    def __init__(self, settings: Settings, hub: Hub, ingest: Ingest) -> None:
        self._settings, self._hub, self._ingest = settings, hub, ingest

    async def look(self) -> None:
        """Ask for the certificate as the hub's own connection does."""
        try:
            end = await asyncio.to_thread(not_after, self._settings)
        except OSError as error:  # the road itself is watched elsewhere, and tells why it is gone
            log.warning("certificate.not_seen", error=type(error).__name__)
            return
        now = self._hub.clock()
        limit = limit_of(end, now) if end else None
        if end and limit:
            words = f"Sertifikatet til MQTT-tjeneren går ut {end.astimezone(self._hub.zone):%d.%m.%Y}. Forny det."
            key = f"certificate/{end:%Y%m%d}/{limit}"
            self._ingest.observe(hub_fault(now, words, about="certificate", key=key))
