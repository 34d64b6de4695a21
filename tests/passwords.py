"""Passwords that cost nothing, for tests that ask who is let in and not what guessing costs.

What it costs is asked of the hub as it ships: test_password_cost, and the story of a press from button to
relative. `app.state.passwords` is where a web application has its own.
"""

from fastapi import FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from carehub.flow.hub import Hub
from carehub.web import create_web
from carehub.web.entering.passwords import Passwords

QUICK = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
"""Argon2id as it is stored in earnest (64 MiB, three passes), at less than a hundredth of the work."""


def quick_web(hub: Hub) -> FastAPI:
    """The hub's pages, in which to log in costs nothing."""
    app = create_web(hub)
    app.state.passwords = Passwords(QUICK)
    return app
