"""People: who may see what, on which ground and for how long, and who is on duty when."""
