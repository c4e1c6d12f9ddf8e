"""Events as JSON lines: what a run tells its caller while it works."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

from weir_fuxictr.errors import EngineError

Level = Literal["INFO", "WARNING", "ERROR", "DEBUG"]


class EventSink:
    """Appends events to one file, one ``write()`` per line; standard output when no path is given.

    The path is taken from ``path``, else from the environment variable ``WEIR_EVENTS``.
    """

    def __init__(self, path: str | None = None) -> None:
        target = path or os.environ.get("WEIR_EVENTS")
        if target:
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        else:
            sys.stdout.flush()
            self._descriptor = sys.stdout.fileno()
        self._last_progress_at = 0.0

    def log(self, message: str, level: Level = "INFO") -> None:
        """Emits one log line."""
        self._emit("log", level=level, message=message)

    def progress(self, current: int, total: int, message: str) -> None:
        """Emits progress; ``current`` and ``total`` are in the unit that ``message`` names."""
        self._last_progress_at = time.monotonic()
        self._emit("progress", current=current, total=total, message=message)

    def progress_at_most_twice_a_second(self, current: int, total: int, message: str) -> None:
        """Emits progress unless the last one is younger than half a second."""
        if time.monotonic() - self._last_progress_at >= 0.5:
            self.progress(current, total, message)

    def metric(self, name: str, value: float, **where: str | int | None) -> None:
        """Emits one number; ``where`` may hold unit, label, split, epoch and step. Non-finite values are dropped."""
        if math.isfinite(value):
            present = {key: item for key, item in where.items() if item is not None}
            self._emit("metric", name=name, value=float(value), **present)

    def checkpoint(self, data: Mapping[str, Any]) -> None:
        """Emits what a resume needs to know."""
        self._emit("checkpoint", data=dict(data))

    def artifact(self, name: str, path: Path) -> None:
        """Emits a finished file with its size in bytes."""
        self._emit("artifact", name=name, path=str(path), bytes=path.stat().st_size)

    def error(self, error: EngineError) -> None:
        """Emits the refusal that ends the run."""
        extra: dict[str, Any] = {}
        if error.field is not None:
            extra["field"] = error.field
        if error.value is not None:
            extra["value"] = error.value
        self._emit("error", code=error.code, message=error.message, **extra)

    def result(self, data: Mapping[str, Any]) -> None:
        """Emits the result; the last event of a run that succeeded."""
        self._emit("result", data=dict(data))

    def _emit(self, kind: str, **fields: Any) -> None:
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = json.dumps({"type": kind, "at": now, **fields}, ensure_ascii=False, default=str) + "\n"
        remaining = line.encode()
        while remaining:
            remaining = remaining[os.write(self._descriptor, remaining) :]
