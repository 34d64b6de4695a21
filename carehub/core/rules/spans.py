"""Lengths of time and times of day as each language says them."""

from datetime import time, timedelta

from carehub.core.rules import words
from carehub.core.rules.fields import write_duration
from carehub.core.rules.words import Language


def length(span: timedelta, language: Language) -> str:
    """Write a length of time in words: "5 minutter"."""
    number, _, unit = write_duration(span).partition(" ")
    one, many = words.UNITS[unit]
    return f"{number} {one[language] if number == '1' else many[language]}"


def clock_words(moment: time, language: Language) -> str:
    """Write a time of day as the language does: "22.00" in Norwegian, "22:00" in English."""
    return f"{moment:%H:%M}" if language == "en" else f"{moment:%H.%M}"
