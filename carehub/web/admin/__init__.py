"""The coordinator's and the technician's pages."""
