"""The one table of errors that the engine reports."""

from __future__ import annotations

import errno
from typing import Any, Final, Literal, get_args

ErrorCode = Literal[
    "invalid_spec",
    "unknown_model",
    "label_missing",
    "label_one_class",
    "label_not_binary",
    "feature_missing",
    "feature_all_null",
    "type_drift",
    "config_refused",
    "empty_input",
    "disk_full",
    "engine_failed",
]

ERROR_CODES: Final[tuple[str, ...]] = get_args(ErrorCode)
_NOT_THE_USERS_MISTAKE: Final = frozenset({"disk_full", "engine_failed"})
_DISK_FULL_ERRNOS: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class EngineError(Exception):
    """A refusal with a code, a message for the user, and where it applies the field and its value."""

    def __init__(self, code: ErrorCode, message: str, *, field: str | None = None, value: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.value = value

    @property
    def exit_code(self) -> int:
        """2 when the user can correct the input, else 1."""
        return 1 if self.code in _NOT_THE_USERS_MISTAKE else 2


class Terminated(BaseException):
    """SIGTERM or SIGINT arrived; unwinds the program so that unfinished files are removed."""


def translate_error(error: Exception) -> EngineError:
    """Turns any exception into the error that the user sees, keeping the cause's text."""
    if isinstance(error, EngineError):
        return error
    if _is_disk_full(error):
        return EngineError("disk_full", f"No space left to write the output ({error}). Free some space and run again.")
    return EngineError("engine_failed", f"{type(error).__name__}: {error}")


def _is_disk_full(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in _DISK_FULL_ERRNOS:
            return True
        text = str(error)
        if "No space left on device" in text or "File too large" in text:
            return True
        error = error.__cause__
    return False
