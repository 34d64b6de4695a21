"""What may be read, who has read it, and what a resident takes along."""
