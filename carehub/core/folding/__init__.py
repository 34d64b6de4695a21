"""The fold of one scope: state and event in, findings and deadlines out, and what it remembers."""
