"""The log: an event name and ids, never a resident's name, number or text."""

import logging
import sys

import structlog

log: structlog.stdlib.BoundLogger = structlog.get_logger("carehub")


def configure(*, as_json: bool, level: int = logging.INFO) -> None:
    """Write to standard error: JSON lines in production, readable lines elsewhere."""
    renderer = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
