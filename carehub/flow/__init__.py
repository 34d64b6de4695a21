"""The stations, in the order in which an event travels: ingest, assess, escalate, deliver, respond, watch.

Each is one file here; what a station needs besides lies in a room of its own.
"""
