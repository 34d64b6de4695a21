"""Rules over the recorded past: what they would have alerted, whom the ladders would have asked, what would be missed.

Pure. The same fold as live, ladder and circle as live; what people did is taken as it was recorded, and where
nothing is recorded they are taken to answer as quickly as they usually do.
"""
