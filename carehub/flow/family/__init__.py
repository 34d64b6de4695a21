"""A resident's family: how their day goes, what they answer by SMS, and what the care team writes to them."""
