"""Rules over the recorded past: what they would have alerted, whom the ladders would have asked, what would be missed.

Pure. The same fold as live, ladder and circle as live; what people did is taken as it was recorded, and where
nothing is recorded they are taken to answer as quickly as they usually do.

Not carried over: devices that fall silent together, or come and go, are one alert live and one each here; and no
message is lost on its way here, so nobody is asked because another could not be reached.
"""
