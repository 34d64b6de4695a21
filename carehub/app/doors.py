"""The pages as a server: loaded and opened once the hub hears."""

from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from carehub.app.local_secret import local_secret
from carehub.app.settings import Settings
from carehub.flow.hub import Hub
from carehub.web import create_web


class Server(uvicorn.Server):
    """Leaves signals to us: we must first let the live pages go, or an open stream holds the process for ever."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def server(settings: Settings, hub: Hub) -> Server:
    """The server of every page and door."""
    hub.local_token = local_secret(settings.data_dir)
    config = uvicorn.Config(
        create_web(hub),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        server_header=False,
    )
    return Server(config)
