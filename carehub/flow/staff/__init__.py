"""The people who answer: their shifts, their telephones, and the times in which nobody can be reached."""
