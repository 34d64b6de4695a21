"""Cut the parts on messages and calls out of Twilio's own OpenAPI document, for the exchange to check requests by.

Run once for each new version of the document:

    python tests/tools/twilio_extract.py ../shared/data/twilio/twilio_api_v2010.yaml
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

TARGET = Path(__file__).parents[2] / "carehub" / "village" / "twilio" / "api.json"
_PATHS = {
    "CreateMessage": ("/2010-04-01/Accounts/{AccountSid}/Messages.json", "post"),
    "CreateCall": ("/2010-04-01/Accounts/{AccountSid}/Calls.json", "post"),
    "FetchMessage": ("/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json", "get"),
}
_PROSE = frozenset({"description", "summary", "example", "examples", "tags", "x-twilio"})
_REFERENCE = "#/components/schemas/"


def extract(official: dict[str, Any]) -> dict[str, Any]:
    """The operations and every schema that they name; prose and examples left out."""
    operations = {name: _operation(official, *place) for name, place in _PATHS.items()}
    named = _named(operations, official["components"]["schemas"])
    return {
        "source": "https://github.com/twilio/twilio-oai, spec/yaml/twilio_api_v2010.yaml",
        "version": official["info"]["version"],
        "license": "MIT, see LICENSE beside this file",
        "operations": operations,
        "schemas": named,
    }


def _operation(official: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    item = official["paths"][path]
    operation = item[method]
    body = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
    return {
        "path": path,
        "method": method,
        "security": operation["security"],
        "parameters": _without_prose(operation.get("parameters", [])),
        "form": _without_prose(body.get("schema", {})),
        "one_of_each": operation.get("x-twilio", {}).get("conditional", []),
        "answer": {status: _answer(answer) for status, answer in operation["responses"].items()},
    }


def _answer(answer: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return content


def _without_prose(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_prose(part) for key, part in value.items() if key not in _PROSE}
    if isinstance(value, list):
        return [_without_prose(part) for part in value]
    return value


def _named(value: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    waiting = list(_references(value))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _without_prose(schemas[name])
            waiting.extend(_references(found[name]))
    return dict(sorted(found.items()))


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        here = [value["$ref"].removeprefix(_REFERENCE)] if "$ref" in value else []
        return here + [name for part in value.values() for name in _references(part)]
    return [name for part in value for name in _references(part)] if isinstance(value, list) else []


if __name__ == "__main__":
    document = yaml.safe_load(Path(sys.argv[1]).read_text(encoding="utf-8"))
    TARGET.write_text(json.dumps(extract(document), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
