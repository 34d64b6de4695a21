"""The care centre: its board, its plan, its wall and its handover."""
