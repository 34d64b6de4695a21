"""The address of an MQTT broker, and the proofs of who it is and who we are."""

import ssl
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from carehub.contracts import ConfigurationError

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_WRITE = "CAREHUB_MQTT_URL: write mqtt://host:1883 or mqtts://host:8883"


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where a broker is, and how we prove who we are and who it is."""

    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None

    @classmethod
    def at(
        cls, url: str, *, username: str | None = None, password: str | None = None, ca_file: str | None = None
    ) -> "Broker":
        """Read `mqtt://[user:password@]host[:port]`, or mqtts:// for TLS, which always verifies the server's name.

        Raises:
            ConfigurationError: The address or the certificate file is of no use.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS[parts.scheme]
        except (ValueError, KeyError) as error:
            raise ConfigurationError(f"{_WRITE} ({error})") from None
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ConfigurationError(_WRITE)
        return cls(
            host=parts.hostname,
            port=port,
            username=username or (unquote(parts.username) if parts.username else None),
            password=password or (unquote(parts.password) if parts.password else None),
            tls=_tls(ca_file) if parts.scheme == "mqtts" else None,
        )


class _Socket(ssl.SSLSocket):
    """A socket that does not stay open when the other side is not whom it should be; paho forgets it."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the library's own signature
        """Close on failure, then raise it."""
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def _tls(ca_file: str | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise ConfigurationError(f"CAREHUB_MQTT_CA_FILE: {ca_file} cannot be read as certificates ({error})") from error
    context.sslsocket_class = _Socket
    return context
