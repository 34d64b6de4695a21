"""The nurse's telephone."""
