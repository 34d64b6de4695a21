"""What is shown to people: words, drawings, labels, lists, and numbers that may be given away."""
