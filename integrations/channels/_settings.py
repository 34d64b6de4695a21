"""What the settings of every channel can do: a secret may lie in a file instead of in the environment (C29)."""

import os
from pathlib import Path
from typing import Any

from pydantic import model_validator
from pydantic_settings import BaseSettings

from carehub.contracts import ConfigurationError


class ChannelSettings(BaseSettings):
    """`CAREHUB_X_FILE` names the file that holds `CAREHUB_X`: a container's secret, or a file only we may read."""

    @model_validator(mode="before")
    @classmethod
    def _read_files(cls, given: dict[str, Any]) -> dict[str, Any]:
        prefix = str(cls.model_config.get("env_prefix") or "")
        for name in cls.model_fields:
            path = os.environ.get(f"{prefix}{name}".upper() + "_FILE")
            if path and given.get(name) is None:
                given[name] = _content(path)
        return given


def _content(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(f"The secret file {path!r} cannot be read: {error.strerror}.") from error
