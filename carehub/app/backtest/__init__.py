"""A backtest: the recorded past of every home through today's rules and a draft, two homes at a time.

Each of the two processes reads for itself, through connections that cannot write, one home at a time; what they
give back is alerts and not events, so neither they nor the hub hold the past in memory.
"""

from carehub.app.backtest.run import Cancelled, Wanted, backtest
from carehub.app.backtest.spool import read_into

__all__ = ["Cancelled", "Wanted", "backtest", "read_into"]
