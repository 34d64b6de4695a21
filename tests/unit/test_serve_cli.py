"""`carehub serve --role`: what does not run is refused in a sentence, before anything is opened."""

from pathlib import Path

import pytest

from carehub.app.serve_cli import serve_command
from carehub.contracts import ConfigurationError


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("web", "--role web: this part does not run alone yet"),
        ("ingest", "docs/adr/0030"),
        ("worker", "waits as a spare"),
        ("webb", "--role webb: there is no such part"),
    ],
)
def test_a_part_that_does_not_run_alone_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigurationError, match=told):
        serve_command(role=role)

    assert list(tmp_path.iterdir()) == []
