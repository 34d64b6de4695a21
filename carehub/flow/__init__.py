"""The stations, in the order in which an event travels: ingest, assess, escalate, deliver, respond, watch."""
