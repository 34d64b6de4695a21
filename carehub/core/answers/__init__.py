"""The life of an alert: who is asked in which order, what an answer gives time for, and what it all cost."""
