"""Logging in by somebody else's word: the protocol (`client`, `tokens`, `wire`), and the doors."""
