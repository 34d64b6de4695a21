"""The store is tried on the same night as the stories."""

from tests.journeys.conftest import (
    night,
    postgres_for_nights,
    postgres_url,
    quick_night,
    sqlite_url,
    sqlite_with_a_night,
)

__all__ = [
    "night",
    "postgres_for_nights",
    "postgres_url",
    "quick_night",
    "sqlite_url",
    "sqlite_with_a_night",
]
