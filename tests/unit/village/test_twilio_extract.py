import json
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from tests.tools.twilio_extract import extract

OFFICIAL = Path(__file__).parents[4] / "shared" / "data" / "twilio" / "twilio_api_v2010.yaml"


def test_the_extract_is_what_twilios_own_document_says() -> None:
    if not OFFICIAL.exists():
        pytest.skip("shared data absent")
    official = yaml.load(OFFICIAL.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506

    shipped = json.loads((files("carehub.village") / "twilio" / "api.json").read_text(encoding="utf-8"))

    assert shipped == extract(official)


def test_the_licence_of_the_document_ships_beside_it() -> None:
    assert "MIT License" in (files("carehub.village") / "twilio" / "LICENSE").read_text(encoding="utf-8")
