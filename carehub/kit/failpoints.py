"""Named places in the hub at which a test ends, breaks or freezes it. In an installation they do nothing.

    CAREHUB_FAILPOINTS="ingest.committed=kill@3,outbox.claimed=raise"

An action is `kill` (as a power cut ends a process), `raise` or `stop` (frozen until SIGCONT); with `@n` it is done
at the n-th pass only. They lose alarms on purpose, so that variable alone keeps the hub from starting:
`CAREHUB_FAILPOINTS_ARE_A_TEST=yes` must stand beside it.
"""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass

from carehub.kit.log import log

LIST, SWITCH = "CAREHUB_FAILPOINTS", "CAREHUB_FAILPOINTS_ARE_A_TEST"
_ACTIONS = ("kill", "raise", "stop")


class InjectedFault(Exception):
    """A test asked for this failure."""


class Refused(Exception):
    """Failpoints are asked for where they must not be, or in words that cannot be read."""


@dataclass(slots=True)
class _Plan:
    action: str
    at_pass: int | None
    passes: int = 0


_armed: dict[str, _Plan] = {}


def fail_at(name: str) -> None:
    """A place where a test may let the hub fail; anywhere else this does nothing."""
    if name in _armed:
        _fail(name, _armed[name])


def arm(environment: Mapping[str, str]) -> None:
    """Take up what the environment asks for; raises Refused where this is no test."""
    _armed.clear()
    listed = environment.get(LIST, "")
    if listed and environment.get(SWITCH) != "yes":
        raise Refused(f"{LIST} makes the hub lose alarms on purpose, for tests. Remove it.")
    _armed.update(_read(part.strip()) for part in listed.split(",") if part.strip())


def _read(words: str) -> tuple[str, _Plan]:
    name, _, how = words.partition("=")
    action, _, count = how.partition("@")
    if not name or action not in _ACTIONS or (count and not count.isdecimal()):
        raise Refused(f"{LIST}: {words!r} is not name=action or name=action@pass, with {', '.join(_ACTIONS)}.")
    return name, _Plan(action, int(count) if count else None)


def _fail(name: str, plan: _Plan) -> None:
    plan.passes += 1
    if plan.at_pass not in {None, plan.passes}:
        return
    log.warning("failpoint", point=name, action=plan.action)
    match plan.action:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        case _:
            raise InjectedFault(name)
