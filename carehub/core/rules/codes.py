"""The national alert codes (`vkp-alert-code`, v0.9.0) that a rule may carry."""

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

ALERT_CODES = frozenset(
    {"1", "2", "3", "4", "5", "5.2.1", "5.2.2", "5.2.3", "5.3.1", "5.3.2", "6", "7", "7.1"}
    | {f"1.{number}" for number in range(1, 24)}
    | {f"4.{number}" for number in range(1, 27)}
    | {f"5.{number}" for number in range(1, 4)}
)
"""Text, never numbers: 4.10 (loud sound) is not 4.1 (fall)."""


def _read_code(code: Any) -> Any:
    if isinstance(code, dict):
        return code  # the other side of the union reads it
    if not isinstance(code, str):
        raise ValueError(f'write the alert code in quotes: "{code}"')  # noqa: TRY004 - pydantic wants ValueError
    if code not in ALERT_CODES:
        raise ValueError(f"'{code}' is not a national alert code")
    return code


AlertCode = Annotated[str, BeforeValidator(_read_code), WithJsonSchema({"type": "string", "enum": sorted(ALERT_CODES)})]
