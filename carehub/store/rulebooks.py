"""Rules as they were: every version that was ever in force stays readable."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from pydantic import ValidationError
from sqlalchemy import ColumnElement, insert
from sqlmodel import col, select

from carehub.core.rules.language import Rule, body_of, content_hash
from carehub.core.rules.rulebook import Rulebook
from carehub.store import tables
from carehub.store.database import Session


async def note_versions(session: Session, rulebook: Rulebook, now: datetime) -> list[str]:
    """Keep each rule's present version, and close those that are no longer in force; gives what changed."""
    statement = select(tables.RuleVersion).where(*_in_force())
    active = {(row.rule_id, row.version): row for row in (await session.exec(statement)).all()}
    wanted = rulebook.kept
    for key, row in active.items():
        if key not in wanted:
            row.deactivated_at = now
        elif row.body != wanted[key]:  # as an earlier release wrote it, which nobody could read back
            row.body = wanted[key]
    changed = [key for key in wanted if key not in active]
    earlier = await _every_version(session, [rule for rule, _ in changed])
    new = []
    for key in changed:
        if known := earlier.get(key):
            known.activated_at, known.deactivated_at, known.body = now, None, wanted[key]
            known.tuned = False
        else:
            new.append({"rule_id": key[0], "version": key[1], "body": wanted[key], "activated_at": now})
    if new:
        await (await session.connection()).execute(insert(tables.RuleVersion), new)
    return [rule for rule, _ in changed]


async def _every_version(session: Session, rules: Collection[str]) -> dict[tuple[str, str], tables.RuleVersion]:
    """All that was ever kept of these rules, with one question for all of them."""
    if not rules:
        return {}
    rows = (await session.exec(select(tables.RuleVersion).where(col(tables.RuleVersion.rule_id).in_(rules)))).all()
    return {(row.rule_id, row.version): row for row in rows}


async def gone(session: Session, rulebook: Rulebook) -> dict[str, Rule]:
    """Rules that were in force once and are in this book no more, by the kind of alert that they raised; the newest."""
    version = tables.RuleVersion
    statement = select(version.body).where(col(version.rule_id).not_in(rulebook.rules), ~col(version.tuned))
    bodies = (await session.exec(statement.order_by(col(version.activated_at)))).all()
    return {rule.alert_kind: rule for body in bodies if (rule := read_body(body))}


async def active(session: Session) -> dict[str, str]:
    """The content hash of every rule that is in force."""
    statement = select(tables.RuleVersion).where(*_in_force())
    return {row.rule_id: row.version for row in (await session.exec(statement)).all()}


def _in_force() -> tuple[ColumnElement[bool], ...]:
    version = tables.RuleVersion
    return col(version.deactivated_at).is_(None), col(version.tuned).is_(False)


async def note_tuned(session: Session, rules: Iterable[Rule], now: datetime) -> None:
    """Keep these rules as scopes have them, so that an alert by one can be explained for ever."""
    for rule in rules:
        key = (rule.id, content_hash(rule))
        if await session.get(tables.RuleVersion, key) is None:
            session.add(
                tables.RuleVersion(rule_id=key[0], version=key[1], body=body_of(rule), activated_at=now, tuned=True)
            )
    await session.flush()


async def switched_off(session: Session) -> set[tuple[str, str]]:
    """Versions of rules that raised too often."""
    off = tables.RuleOff
    return {(rule, version) for rule, version in (await session.exec(select(off.rule_id, off.version))).all()}


async def switch_off(session: Session, rules: Mapping[tuple[str, str], str], now: datetime) -> None:
    """Keep these versions off, with what they raised last."""
    for (rule, version), error in rules.items():
        await session.merge(tables.RuleOff(rule_id=rule, version=version, at=now, error=error[:200]))


@lru_cache(maxsize=1000)
def read_body(body: str) -> Rule | None:
    """A stored rule; None where this release no longer understands it."""
    try:
        return Rule.model_validate_json(body)
    except ValidationError:
        return None


def read_book(bodies: Iterable[str], zone: str) -> Rulebook:
    """Stored rules as a book; what cannot be read is left out.

    Every explanation of an event asks for the books that judged it, mostly the same ones: each is compiled once.
    """
    return _compiled(tuple(sorted(bodies)), zone)


@lru_cache(maxsize=20)
def _compiled(bodies: tuple[str, ...], zone: str) -> Rulebook:
    return Rulebook.of([rule for body in bodies if (rule := read_body(body))], zone)
