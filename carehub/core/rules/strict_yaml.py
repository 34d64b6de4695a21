"""YAML as rules may use it: plain data, no aliases, no surprises.

The times of day are the reason for a resolver of our own: YAML 1.1 reads an unquoted 22:00
as the number 1320, and `no` as false.
"""

import re
from typing import Any

import yaml
from yaml.composer import Composer

from carehub.core.rules.errors import RuleError

MOST_BYTES = 64 * 1024
MOST_DEPTH = 20


class _Loader(Composer, yaml.CSafeLoader):
    """A safe loader that refuses aliases, double keys and deep nests; libyaml reads the text, at twice the speed."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own shape
    _depth = 0

    def __init__(self, text: str) -> None:
        yaml.CSafeLoader.__init__(self, text)
        Composer.__init__(self)

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise RuleError("Aliases (*name) are not allowed in a rule; write the words out.")
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise RuleError(f"The rule is nested more than {MOST_DEPTH} deep.")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(keys) != len(node.value):
            raise RuleError(f"Line {node.start_mark.line + 1}: a word is expected before the colon.")
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise RuleError(f"Line {node.start_mark.line + 1}: '{min(twice)}' is written twice.")
        return super().construct_mapping(node, deep=deep)


def _reads(tag: str, pattern: str, first: str) -> None:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))


_reads("bool", r"^(?:true|false)$", "tf")
_reads("null", r"^(?:~|null|)$", "~n\0")
_Loader.yaml_implicit_resolvers.setdefault("", []).append(("tag:yaml.org,2002:null", re.compile(r"^$")))
_reads("int", r"^-?(?:0|[1-9][0-9]{0,17})$", "-0123456789")
_reads("float", r"^-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}$", "-0123456789")


def read_mapping(text: str) -> dict[str, Any]:
    """Read one YAML mapping of at most 64 KB and 20 levels.

    Raises:
        RuleError: It is not that; the message says what and, where known, on which line.
    """
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise RuleError(f"The rule is larger than {MOST_BYTES // 1024} KB.")
    try:
        # a SafeLoader of ours, with fewer powers
        found = yaml.load(text, Loader=_Loader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = f"Line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise RuleError(f"{line}this is not YAML ({error.problem}).") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, RuleError):
            raise
        raise RuleError("This is not YAML text.") from error
    if not isinstance(found, dict):
        raise RuleError("A rule is a list of words with a colon after each, such as 'id: night-exit'.")
    return found
