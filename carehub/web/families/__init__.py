"""Relatives, the resident's own page, and what they write with the care team."""
