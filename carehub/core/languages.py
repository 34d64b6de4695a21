"""The languages in which the hub speaks: bokmål is the source, the others are translated from it."""

from enum import StrEnum


class Language(StrEnum):
    """As HTML and Accept-Language write them (BCP 47)."""

    NB = "nb"
    NN = "nn"
    EN = "en"


LANGUAGE_NAMES: dict[Language, str] = {Language.NB: "Bokmål", Language.NN: "Nynorsk", Language.EN: "English"}
"""Each in itself, so that whoever reads only that one finds it."""
