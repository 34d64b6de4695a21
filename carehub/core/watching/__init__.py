"""What watches the watchers: silence, batteries, outages, the canary, the auditor, the rounds."""
