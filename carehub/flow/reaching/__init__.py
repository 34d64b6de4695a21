"""Rooms of stations 3 and 4: the words, the ways to a person, and which of them work."""
