"""Rooms of station 2: what belongs together is one alert."""
