"""The pure heart: values in, decisions out, and `now` is always an argument."""
