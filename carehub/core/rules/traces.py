"""The lines of a trace: what a rule asked for, and what was really seen, in local time."""

from datetime import datetime
from math import ceil
from zoneinfo import ZoneInfo

from carehub.core.findings import Condition
from carehub.core.rules.changes import by_how_much
from carehub.core.rules.fields import write_duration
from carehub.core.rules.program import Program, wait_in_words
from carehub.core.rules.state import DAILY, Hit, RuleState
from carehub.core.rules.windows import clock


def of_watch(program: Program, hit: Hit, zone: ZoneInfo) -> Condition:
    """The event that started it."""
    return Condition(name="watch", wanted=program.steps[0].wanted, seen=seen(hit, zone), held=True, event=hit.seq)


def of_wait(program: Program, state: RuleState, zone: ZoneInfo) -> tuple[Condition, ...]:
    """What started it, and that it held (or that nothing followed) for so long."""
    hit = state.hits[-1]
    length = state.due - hit.at if state.due else program.wait
    until, wait = clock(hit.at + length, zone), write_duration(length)
    stopper = program.cancels.wanted if program.cancels else ""
    held = Condition(
        name="then_missing" if program.missing else "for",
        wanted=f"{stopper} within {wait}" if program.missing else f"{wait} without {stopper}",
        seen=f"none by {until}" if program.missing else f"from {clock(hit.at, zone)} to {until}",
        held=True,
        event=hit.seq,
    )
    return of_watch(program, hit, zone), held, *_of_personal(program, wait, known=state.personal)


def _of_personal(program: Program, bound: str, *, known: bool) -> tuple[Condition, ...]:
    """By which bound the person was judged: their own, or the rule's."""
    if program.personal is None:
        return ()
    seen_ = bound if known else f"nothing usual known, {bound}"
    return (Condition(name=program.personal.word, wanted=program.personal.wanted, seen=seen_, held=True),)


def of_change(program: Program, origin: Hit, hit: Hit, zone: ZoneInfo) -> tuple[Condition, ...]:
    """From which value, to which, and when."""
    changed = Condition(
        name="change",
        wanted=f"{program.by:+g} within {wait_in_words(program)}",
        seen=f"{origin.value} {origin.at.astimezone(zone):%d.%m. %H:%M}, {by_how_much(origin, hit):+g}",
        held=True,
        event=origin.seq,
    )
    return of_watch(program, hit, zone), changed


def of_check(program: Program, state: RuleState, zone: ZoneInfo) -> tuple[Condition, ...]:
    """What is so at the time of the check, and since when."""
    at = clock(state.due, zone) if state.due else ""
    return tuple(
        Condition(
            name="check", wanted=f"{program.steps[0].wanted} {at}",
            seen=f"{hit.at.astimezone(zone):%d.%m.} {seen(hit, zone)}", held=True, event=hit.seq,
        )
        for hit in state.hits
    )  # fmt: skip


def of_count(program: Program, hits: tuple[Hit, ...], own: float | None, zone: ZoneInfo) -> tuple[Condition, ...]:
    """How many times, and when."""
    times = ", ".join(clock(hit.at, zone) for hit in hits)
    least = program.least if own is None else ceil(own)
    counted = Condition(
        name="count",
        wanted=f"{least} within {wait_in_words(program)}",
        seen=f"{len(hits)}: {times}",
        held=True,
        event=hits[-1].seq,
    )
    return of_watch(program, hits[-1], zone), counted, *_of_personal(program, f"{least} times", known=own is not None)


def of_sequence(program: Program, hits: tuple[Hit, ...], zone: ZoneInfo) -> tuple[Condition, ...]:
    """Each step, in order."""
    return tuple(
        Condition(name="sequence", wanted=step.wanted, seen=seen(hit, zone), held=True, event=hit.seq)
        for step, hit in zip(program.steps, hits, strict=True)
    )


def of_absence(program: Program, last: Hit | None, state: RuleState, zone: ZoneInfo) -> tuple[Condition, ...]:
    """What was expected in the window, and when it was last seen."""
    told = f"last seen {last.happened.astimezone(zone):%d.%m. %H:%M}" if last else "never seen"
    start = f"{program.window.start:%H:%M}" if program.window else ""
    end = clock(state.due, zone) if state.due else ""
    wanted = f"{program.steps[0].wanted} {start}-{end}"
    absence = Condition(name="absence", wanted=wanted, seen=told, held=True, event=last.seq if last else None)
    return absence, *_of_personal(program, end, known=state.personal)


def of_window(program: Program, hit: Hit, zone: ZoneInfo) -> tuple[Condition, ...]:
    """The time of day at the start, for a rule that has `between`."""
    if program.window is None or program.shape in DAILY:
        return ()
    return (Condition(name="between", wanted=str(program.window), seen=clock(hit.at, zone), held=True, event=hit.seq),)


def of_flags(
    program: Program, flags: dict[str, datetime | None], moment: datetime, zone: ZoneInfo
) -> tuple[Condition, ...]:
    """Each `unless` and `only_when`, as it is when the rule would alert; `held` is False where it holds it back."""
    if not program.unless and not program.only_when:
        return ()
    return (
        *(_of_flag(flag, flags, moment, zone) for flag in program.unless),
        *(_of_needed(flag, flags, moment, zone) for flag in program.only_when),
    )


def _of_needed(flag: str, flags: dict[str, datetime | None], moment: datetime, zone: ZoneInfo) -> Condition:
    until = flags.get(flag, moment)
    held = until is None or until > moment
    end = f" until {clock(until, zone)}" if held and until else ""
    return Condition(name=f"only_when.{flag}", wanted=flag, seen=f"{flag}{end}" if held else f"not {flag}", held=held)


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
    words.append(f"({' > '.join(hit.causes)})" if len(hit.causes) > 1 else "")
    return " ".join(word for word in words if word)
