"""The only floor that speaks SQL: tables, and query functions that read as sentences."""
