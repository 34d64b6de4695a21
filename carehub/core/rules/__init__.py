"""The rule language: what people have decided, read from YAML, compiled once, stepped purely."""
