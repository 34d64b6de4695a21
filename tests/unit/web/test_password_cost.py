"""What a guess at a password costs, asked of the pages as they ship: elsewhere passwords cost nothing (C44, C45)."""

import time

from argon2 import PasswordHasher
from pwdlib import PasswordHash

from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.web import create_web
from tests.browser.seed import PASSWORD
from tests.unit.web.conftest import Browse


async def test_passwords_are_argon2id_and_a_weak_hash_is_renewed_in_passing_c44(hub: Hub, browser: Browse) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "maria")).password_hash = weak

    client = browser(app=create_web(hub))  # as it ships
    assert (await client.post("/login", data={"username": "maria", "password": PASSWORD})).status_code == 303

    async with hub.database.read() as session:
        renewed = (await session.get_one(tables.Person, "maria")).password_hash or ""
    assert renewed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_an_unknown_user_takes_as_long_as_a_wrong_password_c45(hub: Hub, browser: Browse) -> None:
    """Both hash once: the time tells nobody who has an account."""
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "maria")).password_hash = PasswordHash.recommended().hash(PASSWORD)
    client = browser(app=create_web(hub))  # as it ships
    took: dict[str, list[float]] = {"maria": [], "finnes-ikke": []}
    await client.post("/login", data={"username": "maria", "password": "feil"})  # the first hash of all is slower
    for _ in range(3):
        for name, times in took.items():
            begun = time.perf_counter()
            await client.post("/login", data={"username": name, "password": "feil"})
            times.append(time.perf_counter() - begun)

    known, unknown = min(took["maria"]), min(took["finnes-ikke"])
    assert unknown > known / 4
