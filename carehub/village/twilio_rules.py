"""What Twilio refuses, by its own OpenAPI document (twilio/api.json) and its published error codes.

The double is stricter in one point: a field that the document does not know is refused, where
the real Twilio ignores it. A misspelt field is our fault, and a test should say so.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

Form = Mapping[str, Sequence[str]]
"""A form as it came: each field with all its values."""

E164 = re.compile(r"\+[1-9]\d{6,14}")
_NORWEGIAN_LANDLINE = re.compile(r"\+47[235-7]\d{7}")
_BODY_LIMIT = 1600
_NO_SUCH_ERROR = 20001
"""Twilio's general "invalid parameter", where it has no code of its own for the field."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Twilio's error answer: its code, its words and the HTTP status."""

    code: int
    message: str
    status: int = 400
    headers: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The body in Twilio's form."""
        where = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": self.message, "more_info": where, "status": self.status}


UNAUTHENTICATED = Refusal(20003, "Authenticate", 401, {"WWW-Authenticate": 'Basic realm="Twilio API"'})
NO_SUCH_RESOURCE = Refusal(20404, "The requested resource was not found", 404)
SERVER_ERROR = Refusal(20500, "An internal server error has occurred", 500)


def too_many(retry_after_s: float) -> Refusal:
    """429, with the number of seconds to wait."""
    return Refusal(20429, "Too Many Requests", 429, {"Retry-After": f"{retry_after_s:g}"})


@cache
def document() -> dict[str, Any]:
    """The shipped extract of Twilio's document, as JSON Schema can read it."""
    text = (files("carehub.village") / "twilio" / "api.json").read_text(encoding="utf-8")
    extract: dict[str, Any] = json.loads(text.replace("#/components/schemas/", "#/$defs/"))
    return extract


@cache
def validator(schema_name: str | None = None, operation: str = "CreateMessage") -> Draft202012Validator:
    """Judge by a named schema of the document; without a name, by the form of an operation."""
    shape = document()["operations"][operation]["form"] | {"additionalProperties": False}
    root = {"$ref": f"#/$defs/{schema_name}"} if schema_name else shape
    return Draft202012Validator(_nullable({**root, "$defs": document()["schemas"]}), format_checker=_FORMATS)


def _nullable(schema: Any) -> Any:
    """OpenAPI 3.0 says `nullable`, JSON Schema says a list of types."""
    if isinstance(schema, list):
        return [_nullable(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: _nullable(part) for key, part in schema.items() if key != "nullable"}
    return parts | {"type": [schema["type"], "null"]} if schema.get("nullable") is True else parts


_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    # A null is judged by its type; a host name with an underscore is refused by Twilio's own words.
    return not isinstance(value, str) or re.fullmatch(r"https?://[^\s/_]+(/\S*)?", value) is not None


def refuse(
    form: Form, *, senders: Collection[str], services: Collection[str], opted_out: Collection[str]
) -> Refusal | None:
    """Why CreateMessage would be refused; None when it would be accepted.

    Args:
        form: The fields as they came.
        senders: The account's own numbers and sender names.
        services: The account's messaging services.
        opted_out: Numbers that have answered STOP.
    """
    return _misshapen(form) or _incomplete(form) or _unroutable(form, senders, services, opted_out)


def refuse_call(form: Form, *, numbers: Collection[str]) -> Refusal | None:
    """Why CreateCall would be refused; None when it would be accepted."""
    wrong = _misshapen(form, "CreateCall")
    if wrong is not None:
        return wrong
    if not any(form.get(name, [""])[0] for name in ("Url", "Twiml", "ApplicationSid")):
        return Refusal(21205, "Url parameter is required.")
    to, sender = form["To"][0], form["From"][0]
    if not E164.fullmatch(to):
        return Refusal(21211, f"Invalid 'To' Phone Number: {to}")
    if sender not in numbers or not E164.fullmatch(sender):
        return Refusal(21210, f"Source phone number not yet verified for your account: {sender}")
    unknown = set(form.get("StatusCallbackEvent", [])) - {"initiated", "ringing", "answered", "completed"}
    return Refusal(21626, f"Invalid StatusCallbackEvents: {sorted(unknown)}") if unknown else None


def _misshapen(form: Form, operation: str = "CreateMessage") -> Refusal | None:
    read = coerced(form, operation)
    errors = sorted(
        validator(operation=operation).iter_errors(read), key=lambda error: (len(error.path), str(error.path))
    )
    problems = [_as_refusal(error) for error in errors]
    return problems[0] if problems else None


_BY_FIELD = {
    "ValidityPeriod": Refusal(21624, "Invalid validity period value"),
    "StatusCallback": Refusal(21609, "The 'StatusCallback' URL is not a valid URL."),
}


def _as_refusal(error: ValidationError) -> Refusal:
    if error.validator == "required":
        return Refusal(21604, "A 'To' phone number is required.")
    where = str(error.path[0]) if error.path else ""
    return _BY_FIELD.get(where, Refusal(_NO_SUCH_ERROR, f"Invalid parameter {where}: {error.message}"))


def coerced(form: Form, operation: str = "CreateMessage") -> dict[str, Any]:
    """The form's texts as the values that the document's types mean."""
    fields = document()["operations"][operation]["form"]["properties"]
    return {name: _value(fields.get(name, {}), values) for name, values in form.items()}


def _value(schema: dict[str, Any], values: Sequence[str]) -> Any:
    if schema.get("type") == "array" or len(values) != 1:
        return list(values)
    return _READ.get(schema.get("type", ""), str)(values[0])


def _integer(text: str) -> int | str:
    return int(text) if re.fullmatch(r"-?\d+", text) else text


def _number(text: str) -> float | str:
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text


def _boolean(text: str) -> bool | str:
    return {"true": True, "false": False}.get(text.lower(), text)


_READ = {"integer": _integer, "number": _number, "boolean": _boolean}


def _incomplete(form: Form) -> Refusal | None:
    """What the document says in `conditional`, and what its prose says."""
    if not any(form.get(name, [""])[0] for name in ("From", "MessagingServiceSid")):
        return Refusal(21603, "A 'From' phone number is required.")
    if not any(form.get(name, [""])[0] for name in ("Body", "MediaUrl", "ContentSid")):
        return Refusal(21602, "Message body is required.")
    if len(form.get("Body", [""])[0]) > _BODY_LIMIT:
        return Refusal(21617, "The concatenated message body exceeds the 1600 character limit.")
    if not 1 <= int(form.get("ValidityPeriod", ["1"])[0]) <= 36000:  # noqa: PLR2004 - seconds, from the document
        return _BY_FIELD["ValidityPeriod"]
    return None


def _unroutable(
    form: Form, senders: Collection[str], services: Collection[str], opted_out: Collection[str]
) -> Refusal | None:
    to, sender = form["To"][0], form.get("From", [""])[0]
    if not E164.fullmatch(to):
        return Refusal(21211, f"Invalid 'To' Phone Number: {to}")
    if _NORWEGIAN_LANDLINE.fullmatch(to):
        return Refusal(21614, f"'To' number: {to}, is not a valid mobile number")
    if (sender and sender not in senders) or (not sender and form["MessagingServiceSid"][0] not in services):
        return Refusal(21606, f"The 'From' phone number {sender} is not a valid, message-capable Twilio phone number.")
    if to in opted_out:
        return Refusal(21610, "Attempt to send to unsubscribed recipient")
    return None
