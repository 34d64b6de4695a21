"""How fast, how soon and how big: `make bench`. See `benchmarks/README.md` for what is measured, and how."""
