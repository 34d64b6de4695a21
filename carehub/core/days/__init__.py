"""A person's days in numbers: what is counted, what is usual for them, and what a model may say of it."""
