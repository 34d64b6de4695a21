"""Rooms of station 6: residents' protections, what is silenced, and the hub itself."""
