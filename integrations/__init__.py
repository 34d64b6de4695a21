"""How we hear (sources, the MQTT transport) and how we reach people (channels)."""
