"""The public shop window."""
