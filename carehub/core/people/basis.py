"""On what ground of law a function may run: consent, a decision, or none that is needed."""

from enum import StrEnum

from carehub.core.rules.words import Words


class Basis(StrEnum):
    """Which ground a rule needs, or a resident has (pasient- og brukerrettighetsloven)."""

    NONE = "none"
    """Nobody is watched: fire, water, faults of the equipment."""
    CONSENT = "consent"
    DECISION = "decision_4_6a"
    """§ 4-6 a: warning and locating, for somebody over 18 who cannot consent and does not object."""
    CHAPTER_4A = "chapter_4a"
    """Chapter 4 A: health care that the resident objects to."""


NAMES: dict[Basis, Words] = {
    Basis.NONE: {"nb": "krever ikke grunnlag", "nn": "krev ikkje grunnlag", "en": "needs no basis"},
    Basis.CONSENT: {"nb": "samtykke", "nn": "samtykke", "en": "consent"},
    Basis.DECISION: {"nb": "vedtak etter § 4-6 a", "nn": "vedtak etter § 4-6 a", "en": "a decision under § 4-6 a"},
    Basis.CHAPTER_4A: {
        "nb": "vedtak etter kapittel 4 A", "nn": "vedtak etter kapittel 4 A", "en": "a decision under chapter 4 A",
    },
}  # fmt: skip
