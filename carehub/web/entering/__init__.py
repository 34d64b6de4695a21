"""Who comes in, by which key, and on whose tablet."""
