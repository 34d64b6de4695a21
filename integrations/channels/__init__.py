"""How a notice reaches a person: one file a channel."""
