"""Models measured on recorded homes, by a protocol that others have published."""
