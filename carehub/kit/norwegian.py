"""Norwegian order of names, which neither SQLite nor Python gives by itself."""

from functools import lru_cache

_AFTER_Z = {"æ": "z1", "ä": "z1", "ø": "z2", "ö": "z2", "å": "z3"}


@lru_cache(maxsize=16_384)  # a list of everybody has the same names each time
def nb_key(name: str) -> tuple[str, ...]:
    """A sort key: æ, ø and å last, and aa as å (Berg, Zakaria, Ærlig, Østby, Ås, Aas)."""
    return tuple(_AFTER_Z.get(sign, sign) for sign in name.casefold().replace("aa", "å"))
