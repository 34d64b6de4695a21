"""The API for programs, `/api/v1`: one file for each thing, with the same questions and rights as the pages."""
