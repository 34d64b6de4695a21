"""In which language a command speaks to whoever reads it: as they ask, else as their terminal's locale says."""

import os
from collections.abc import Mapping
from typing import Annotated

import typer

from carehub.core.languages import Language
from carehub.web import tongue

Spoken = Annotated[
    Language | None, typer.Option("--language", help="nb, nn or en; by default the locale's, and else nb.")
]
_LOCALES: dict[str, Language] = {"nb": Language.NB, "no": Language.NB, "nn": Language.NN, "en": Language.EN}


def speak(asked: Language | None) -> None:
    """From here on this command speaks so."""
    tongue.speak(asked or of_locale(os.environ))


def of_locale(environment: Mapping[str, str]) -> Language:
    """The language of messages, as POSIX names it; a locale of none that we speak ("C.UTF-8") is bokmål.

    >>> of_locale({"LANG": "nn_NO.UTF-8"})
    <Language.NN: 'nn'>
    """
    names = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    first = next((name for name in names if name), "")
    return _LOCALES.get(first.partition("_")[0].partition(".")[0], Language.NB)
