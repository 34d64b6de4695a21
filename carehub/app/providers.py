"""Who else may vouch for people, from `CAREHUB_OIDC_<NAME>_*`: issuer, client and key of each one that is named."""

import os
from collections.abc import Iterable
from dataclasses import replace

from carehub.app.settings import secret
from carehub.contracts import ConfigurationError
from carehub.core.people.oidc import PROFILES, Provider


def providers(wanted: Iterable[str]) -> dict[str, Provider]:
    """Those in use, by name; raises ConfigurationError for one that is unknown or half set up."""
    return {name: _provider(name) for name in wanted}


def _provider(name: str) -> Provider:
    profile = PROFILES.get(name)
    if profile is None:
        raise ConfigurationError(f"CAREHUB_OIDC names {name!r}; there are {', '.join(PROFILES)}.")
    prefix = f"CAREHUB_OIDC_{name.upper()}"
    found = {part: secret(f"{prefix}_{part}") for part in ("ISSUER", "CLIENT_ID", "KEY")}
    if missing := [f"{prefix}_{part}" for part, value in found.items() if not value]:
        raise ConfigurationError(f"{name} needs {', '.join(missing)}.")
    if levels := os.environ.get(f"{prefix}_LEVELS"):
        # Where the level comes back in a claim of its own, it has another name there than in the question.
        asked = levels if profile.level_claim == "acr" else profile.acr_values
        profile = replace(profile, levels=frozenset(levels.split()), acr_values=asked)
    return Provider(
        profile=profile, issuer=found["ISSUER"] or "", client_id=found["CLIENT_ID"] or "", key=found["KEY"] or "",
        key_id=os.environ.get(f"{prefix}_KEY_ID", ""),
    )  # fmt: skip
