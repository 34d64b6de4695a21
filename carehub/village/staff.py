"""Staff who answer their telephones, or do not. For the demonstration only: nobody's life hangs on it."""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

import httpx2
import msgspec

from carehub.village.register import Person

AtWork = Callable[[Person], bool]
_CODE = re.compile(r"[2-9A-HJKMNP-Z]{6}")
"""The hub's codes: six signs without those that are easily mistaken for one another."""
_POLL_S = 1.0


@dataclass(frozen=True, slots=True)
class Habits:
    """How one person treats their telephone.

    Attributes:
        answers: Chance that a message is answered at all.
        after_s: Mean wall-clock seconds until the answer.
    """

    answers: float
    after_s: float


class _Text(msgspec.Struct):
    seq: int
    to: str
    body: str
    direction: str


def habits(seed: int, person: Person, *, at_work: bool) -> Habits:
    """Drawn once for each person; who is off duty seldom answers."""
    rng = Random(f"{seed}/{person.id}/habits")
    return Habits(rng.uniform(0.55, 0.95) if at_work else rng.uniform(0.05, 0.25), rng.uniform(8, 45))


def code_in(text: str) -> str | None:
    """The last word that has the form of a code; None where there is none."""
    codes = [word for word in re.findall(r"\w+", text) if _CODE.fullmatch(word)]
    return codes[-1] if codes else None


async def answer_telephones(
    exchange_url: str,
    persons: Sequence[Person],
    *,
    seed: int,
    stop: asyncio.Event,
    at_work: AtWork = lambda person: person.on_duty,
    haste: float = 1,
) -> None:
    """Read every new message to these people, and let each answer by habit, until `stop` is set.

    Args:
        exchange_url: The origin of the telephone exchange.
        persons: Whose telephones these are; relatives do not answer, they have nothing to take.
        seed: For habits and chance.
        stop: Set it to end.
        at_work: Who has a shift now.
        haste: How many times faster than life they answer.
    """
    who = {person.phone: person for person in persons if person.role != "relative"}
    rng, seen = Random(f"{seed}/telephones"), 0
    async with httpx2.AsyncClient(base_url=exchange_url, timeout=5) as client, asyncio.TaskGroup() as answers:
        while not await stopped(stop, _POLL_S / haste):
            texts = await _new_texts(client, seen)
            seen += len(texts)
            known = ((text, who[text.to]) for text in texts if text.to in who)
            treated = [(text, habits(seed, person, at_work=at_work(person))) for text, person in known]
            for text, after_s in _to_answer(rng, treated):
                answers.create_task(_answer(client, text, after_s / haste, stop))


def _to_answer(rng: Random, texts: Sequence[tuple[_Text, Habits]]) -> Iterator[tuple[_Text, float]]:
    for text, habit in texts:
        if text.direction == "outbound-api" and code_in(text.body) and rng.random() < habit.answers:
            yield text, rng.expovariate(1 / habit.after_s)


async def _new_texts(client: httpx2.AsyncClient, seen: int) -> list[_Text]:
    try:
        answer = await client.get("/_exchange/messages", params={"after": seen})
    except httpx2.TransportError:
        return []
    return msgspec.json.decode(answer.content, type=list[_Text])


async def _answer(client: httpx2.AsyncClient, text: _Text, after_s: float, stop: asyncio.Event) -> None:
    if await stopped(stop, after_s):
        return
    try:
        await client.post("/_exchange/inbound", json={"from": text.to, "body": code_in(text.body)})
    except httpx2.TransportError:
        return  # no coverage


async def stopped(stop: asyncio.Event, within_s: float) -> bool:
    """Wait; True as soon as we are asked to stop, False when the time is over."""
    try:
        async with asyncio.timeout(within_s):
            return await stop.wait()
    except TimeoutError:
        return False
