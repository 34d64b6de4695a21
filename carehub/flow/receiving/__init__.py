"""Rooms of station 1: what has arrived, on its way to being stored."""
