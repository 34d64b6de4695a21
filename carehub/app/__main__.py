"""`python -m carehub.app`: the same program as `carehub`."""

from carehub.app.cli import main

main()
