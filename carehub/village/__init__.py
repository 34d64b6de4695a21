"""The simulated village and the telephone exchange that `carehub demo` runs.

Nothing here is shared with the hub: the village meets it only over MQTT and HTTP, as real
devices and a real provider would, so an error in the hub cannot hide behind the same error here.
"""
