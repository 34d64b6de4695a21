"""CareHub: the welfare-technology event hub of a municipality's elderly care."""

__version__ = "0.1.0"
