"""The lines of a trace: what a rule asked for, and what was really seen, in local time."""

from datetime import datetime
from zoneinfo import ZoneInfo

from carehub.core.findings import Condition
from carehub.core.rules.program import Program, wait_in_words
from carehub.core.rules.state import Hit
from carehub.core.rules.windows import clock


def of_watch(program: Program, hit: Hit, zone: ZoneInfo) -> Condition:
    """The event that started it."""
    return Condition(name="watch", wanted=program.steps[0].wanted, seen=seen(hit, zone), held=True, event=hit.seq)


def of_wait(program: Program, hit: Hit, zone: ZoneInfo) -> tuple[Condition, ...]:
    """What started it, and that it held (or that nothing followed) for so long."""
    until, wait = clock(hit.at + program.wait, zone), wait_in_words(program)
    stopper = program.cancels.wanted if program.cancels else ""
    held = Condition(
        name="then_missing" if program.missing else "for",
        wanted=f"{stopper} within {wait}" if program.missing else f"{wait} without {stopper}",
        seen=f"none by {until}" if program.missing else f"from {clock(hit.at, zone)} to {until}",
        held=True,
        event=hit.seq,
    )
    return of_watch(program, hit, zone), held


def of_count(program: Program, hits: tuple[Hit, ...], zone: ZoneInfo) -> tuple[Condition, ...]:
    """How many times, and when."""
    times = ", ".join(clock(hit.at, zone) for hit in hits)
    counted = Condition(
        name="count",
        wanted=f"{program.least} within {wait_in_words(program)}",
        seen=f"{len(hits)}: {times}",
        held=True,
        event=hits[-1].seq,
    )
    return of_watch(program, hits[-1], zone), counted


def of_sequence(program: Program, hits: tuple[Hit, ...], zone: ZoneInfo) -> tuple[Condition, ...]:
    """Each step, in order."""
    return tuple(
        Condition(name="sequence", wanted=step.wanted, seen=seen(hit, zone), held=True, event=hit.seq)
        for step, hit in zip(program.steps, hits, strict=True)
    )


def of_absence(program: Program, last: Hit, zone: ZoneInfo) -> tuple[Condition, ...]:
    """What was expected in the window, and when it was last seen."""
    told = f"last seen {last.at.astimezone(zone):%d.%m. %H:%M}"
    wanted = f"{program.steps[0].wanted} {program.window}"
    return (Condition(name="absence", wanted=wanted, seen=told, held=True, event=last.seq),)


def of_window(program: Program, hit: Hit, zone: ZoneInfo) -> tuple[Condition, ...]:
    """The time of day at the start, for a rule that has `between`."""
    if program.window is None or program.shape == "absent":
        return ()
    return (Condition(name="between", wanted=str(program.window), seen=clock(hit.at, zone), held=True, event=hit.seq),)


def of_flags(
    program: Program, flags: dict[str, datetime | None], moment: datetime, zone: ZoneInfo
) -> tuple[Condition, ...]:
    """Each `unless`, as it is at the moment of firing; `held` is False where it holds the rule back."""
    if not program.unless:
        return ()
    return tuple(_of_flag(flag, flags, moment, zone) for flag in program.unless)


def _of_flag(flag: str, flags: dict[str, datetime | None], moment: datetime, zone: ZoneInfo) -> Condition:
    name, wanted = f"unless.{flag}", f"not {flag}"
    until = flags.get(flag, moment)
    if until is None:
        return Condition(name=name, wanted=wanted, seen=flag, held=False)
    if until > moment:
        return Condition(name=name, wanted=wanted, seen=f"{flag} until {clock(until, zone)}", held=False)
    return Condition(name=name, wanted=wanted, seen=wanted, held=True)


def of_rest(program: Program, until: datetime, zone: ZoneInfo) -> Condition:
    """The rest after an earlier alert."""
    return Condition(
        name="rest", wanted=f"no alert from {program.id} lately", seen=f"rests until {clock(until, zone)}", held=False
    )


def seen(hit: Hit, zone: ZoneInfo) -> str:
    """Write an event as the examples do: "02:10 door.opened entrance"."""
    words = [clock(hit.at, zone), hit.kind, hit.place or ""]
    if hit.value is not None:
        words.append(str(hit.value))
    return " ".join(word for word in words if word)
