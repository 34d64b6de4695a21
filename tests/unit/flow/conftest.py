"""The stations are tried on the same night as the stories."""

from tests.journeys.conftest import night, quick_night, sqlite_url

__all__ = ["night", "quick_night", "sqlite_url"]
