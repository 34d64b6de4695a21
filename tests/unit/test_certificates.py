"""The broker's certificate is watched, and told of before it ends (F14)."""

import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from carehub.app.certificates import CertificateWatch, limit_of, not_after
from carehub.app.settings import Settings
from carehub.core.kinds import EventKind
from carehub.kit.clock import utc_now
from carehub.store.database import Database
from tests.brokers import free_port
from tests.journeys.building import NIGHT, Clock, Night, furnish


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Settings]:
    """Something that shows a certificate which holds for ten days more."""
    pem = tmp_path / "broker.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "10",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", pem,
         "-out", pem.with_suffix(".crt")],
        check=True, capture_output=True,
    )  # fmt: skip
    context, port = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), free_port()
    context.load_cert_chain(pem.with_suffix(".crt"), pem)
    listening = threading.Event()
    server = threading.Thread(target=_show, args=(context, port, listening), daemon=True)
    server.start()
    listening.wait(10)
    yield Settings(mqtt_url=f"mqtts://localhost:{port}", mqtt_ca_file=str(pem.with_suffix(".crt")))
    server.join(10)


def _show(context: ssl.SSLContext, port: int, listening: threading.Event) -> None:
    import socket  # noqa: PLC0415 - only here

    with socket.create_server(("localhost", port)) as door:
        door.settimeout(20)
        listening.set()
        raw, _ = door.accept()
        with context.wrap_socket(raw, server_side=True):
            pass


def test_each_limit_is_passed_once_f14() -> None:
    """F14: 30, 14, 7 and 1 days before."""
    left = [limit_of(NIGHT, NIGHT - timedelta(days=days)) for days in (40, 30, 20, 14, 8, 7, 2, 1, 0)]

    assert left == [None, 30, 30, 14, 14, 7, 7, 1, 1]


def test_without_tls_there_is_nothing_to_end_f14() -> None:
    """F14: and the hub never falls back to plaintext where mqtts is asked for (test_mqtt_transport)."""
    assert not_after(Settings(mqtt_url="mqtt://localhost")) is None


async def test_a_certificate_that_ends_in_ten_days_is_an_alert_f14(broker: Settings, sqlite_url: str) -> None:
    """F14: by the hub's own road, and once for each limit."""
    database = Database(sqlite_url)
    async with database.write() as session:
        await furnish(session, utc_now())
    night = Night(database, Clock(utc_now()))
    await night.start()

    await CertificateWatch(broker, night.hub, night.ingest).look()
    await night.fold()

    (told,) = [event.detail for event in await night.events() if event.kind == EventKind.HUB_FAULT]
    assert "går ut" in (told or "")
    await database.close()
