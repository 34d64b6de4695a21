"""Rooms of station 5: answers by text and by voice, colleagues, and what closing leaves behind."""
