"""Log lines without personal values: what happened, where and to which opaque id, never who, from where or about whom.

Our own lines are made of words chosen in our code. Libraries write what they like, so of theirs the pattern is kept and
what would be filled in is not; of an error the traceback is kept and its message is not, because a database repeats in
it the value it refused. At level DEBUG, for one's own machine, everything is shown.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

OURS = "alunite"
JSON, TEXT = "json", "text"
STYLES = (JSON, TEXT)
LEFT_OUT = "a message left out because it may hold personal values"


def settings_for(style: str, level: str) -> dict[str, Any]:
    """Return Django's LOGGING for a style and the least important level."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"alunite": {"()": "alunite.config.logs.formatter", "style": style, "level": level}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "alunite"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Their warnings say of each request what our line of it says; their errors carry the traceback.
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "ERROR"},
            # Below this it tells of each sign-in that it looked.
            "axes": {"level": "WARNING"},
        },
    }


def formatter(style: str, level: str) -> logging.Formatter:
    """Make the formatter of all lines, and point structlog at it."""
    with_values = logging.getLevelNamesMapping()[level] <= logging.DEBUG
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            *([] if with_values else [without_values]),
            with_messages if with_values else without_messages,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False) if style == JSON else as_text,
        ],
        use_get_message=with_values,
        pass_foreign_args=not with_values,
    )


def without_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Leave out of a library's line what may have been filled in; say where the line comes from instead."""
    if event["_from_structlog"]:
        return event
    record: logging.LogRecord = event["_record"]
    event["where"] = f"{record.module}:{record.lineno}"
    filled_in = event.pop("positional_args", ())
    if record.name.partition(".")[0] == OURS:
        event["event"] = str(record.msg) % filled_in if filled_in else str(record.msg)
        return event
    # Without anything to fill in it is no pattern, or one that was filled in before.
    if not filled_in:
        event["event"] = LEFT_OUT
    return event


def without_messages(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Tell errors by type and place."""
    if error := _error_of(event):
        event["error"] = _type_of(error)
        event["traceback"] = "".join(_places(error))
    return event


def with_messages(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Tell errors whole."""
    if error := _error_of(event):
        event["error"] = _type_of(error)
        event["traceback"] = "".join(traceback.format_exception(error))
    return event


def _error_of(event: EventDict) -> BaseException | None:
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = given[1] if isinstance(given, tuple) else given
    return error if isinstance(error, BaseException) else None


def _type_of(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _places(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _places(before)
        yield "which led to\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{_type_of(error)}\n"


_fields = structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])


def as_text(logger: WrappedLogger, method: str, event: EventDict) -> str:
    """Write a line of key=value, and a traceback below it as it is usually read."""
    told = event.pop("traceback", "")
    # Names of keys have no spaces in this form.
    return f"{_fields(logger, method, event)}\n{told}".rstrip("\n")
