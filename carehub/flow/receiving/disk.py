"""Part of station 1: a disk that does not write what it is asked to (F27). Once is tried again; thrice is a trouble."""

from datetime import timedelta

from carehub.flow.hub import Hub, Word
from carehub.kit.log import log
from carehub.store.errors import is_failing_disk

WITHIN = timedelta(seconds=60)
_TOO_OFTEN = 3


def note_failure(hub: Hub, error: Exception) -> None:
    """Count a failed sync; the third within a minute is told."""
    if not is_failing_disk(error):
        return
    health, now = hub.health, hub.passed()
    health.failed_syncs = [*_lately(health.failed_syncs, now), now]
    if len(health.failed_syncs) >= _TOO_OFTEN and not health.failing_disk:
        health.failing_disk = True
        log.error("disk.failing", times=len(health.failed_syncs))
        hub.faults.append(
            Word("disk", "Disken svikter: huben må lagre om igjen. Ingenting er borte ennå. Bytt disk straks.")
        )
        hub.live.change()


def look_again(hub: Hub) -> None:
    """A minute without a failed sync: the spell is over."""
    health = hub.health
    health.failed_syncs = _lately(health.failed_syncs, hub.passed())
    if health.failing_disk and not health.failed_syncs:
        health.failing_disk = False
        hub.good_news.append(Word("disk", "Disken har lagret uten feil i ett minutt."))
        hub.live.change()


def _lately(failures: list[timedelta], now: timedelta) -> list[timedelta]:
    return [at for at in failures if now - at < WITHIN]
