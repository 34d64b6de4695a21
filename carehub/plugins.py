"""What a municipality adds without touching the hub: sources, channels and its folder of rules.

Extensions are loaded by the names in the settings, so the hub never imports one. A faulty rule
file never keeps the hub from starting: it is reported and left out, and with
nothing left the hub runs in safe mode, where the life-safety floor still alerts.
"""

import importlib
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from carehub.contracts import Channel, ChannelFactory, ChannelTools, ConfigurationError, Source
from carehub.core.folding.fold import Rulebook
from carehub.core.rules import chains
from carehub.core.rules.examples import failures
from carehub.core.rules.language import Rule, RuleError, parse_rule
from carehub.core.rules.strict_yaml import MOST_BYTES


def load_rulebook(folder: Path, zone: str) -> tuple[Rulebook, list[str]]:
    """Load every rule of a folder that is sound and passes its own examples.

    Args:
        folder: Holds one `.yaml` file for each rule, named as the rule.
        zone: Name of the residents' time zone.

    Returns:
        The rulebook, in safe mode if no rule could be loaded, and a sentence for each fault.
    """
    rules: dict[str, Rule] = {}
    faults: list[str] = []
    for path in _files(folder, faults):
        try:
            rule = _read(path)
        except (RuleError, OSError) as error:
            faults.append(f"{path.name}: {error}")
            continue
        found = [f"{path.name}: {failure}" for failure in failures(rule, zone)]
        faults += found
        if not found:
            rules[rule.id] = rule
    for name, fault in chains.refused(rules).items():
        faults.append(f"{name}.yaml: {fault}")
        del rules[name]
    if not rules:
        faults.append(f"No rule could be loaded from {folder}: safe mode, only the life-safety floor alerts.")
        return Rulebook.safe_mode(zone), faults
    return Rulebook.of(rules.values(), zone), faults


def _files(folder: Path, faults: list[str]) -> Iterator[Path]:
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        faults.append(f"The folder of rules cannot be read: {error}")
        return
    for path in paths:
        if path.suffix == ".yaml":
            yield path
        elif path.suffix == ".yml":
            faults.append(f"{path.name}: a rule's file is named .yaml, so this one is not read.")


def _read(path: Path) -> Rule:
    """Read one file; its name and the rule's id must agree, so that no two rules share an id."""
    if path.stat().st_size > MOST_BYTES:
        raise RuleError(f"The file is larger than {MOST_BYTES // 1024} KB.")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RuleError("The file is not text in UTF-8.") from error
    rule = parse_rule(text)
    if rule.id != path.stem:
        raise RuleError(f"The rule calls itself '{rule.id}'; the file must be named {rule.id}.yaml.")
    return rule


def load_module(name: str) -> ModuleType:
    """An extension by its module's name; raises ConfigurationError where it cannot be imported."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ConfigurationError(f"The module {name!r} in the settings cannot be imported: {error}") from error


def _offered(name: str, what: str) -> Any:
    offered = getattr(load_module(name), what, None)
    if offered is None:
        raise ConfigurationError(f"The module {name!r} offers no {what}.")
    return offered


def load_sources(names: Sequence[str]) -> list[Source]:
    """The roads we understand, in the order named."""
    return [_offered(name, "SOURCE") for name in names]


def load_channels(names: Sequence[str], tools: ChannelTools) -> dict[str, Channel]:
    """The ways to reach people that are set up here, by name."""
    factories: list[ChannelFactory] = [_offered(name, "CHANNEL") for name in names]
    built = [factory(tools) for factory in factories]
    return {channel.name: channel for channel in built if channel is not None}


def card_of(name: str) -> str | None:
    """A detector's card, which lies beside it in `cards/`; None where there is none."""
    found = find_spec(name)  # looked up, not loaded: what a model is made of takes seconds to load
    card = Path(found.origin).parent / "cards" / f"{name.rpartition('.')[2]}.md" if found and found.origin else None
    return card.read_text(encoding="utf-8") if card and card.is_file() else None
