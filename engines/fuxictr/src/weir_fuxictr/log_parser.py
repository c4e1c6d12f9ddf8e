"""Tolerant parser of the logs that FuxiCTR's own ``run_expid.py`` writes.

Reads the log file, standard error, and standard output with tqdm bars that end in carriage returns.
Source: the log calls in ``rank_model.py`` and ``multitask_model.py`` of FuxiCTR 2.3.10.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["log", "epoch", "loss", "evaluation", "metric", "steps", "learning_rate", "monitor", "section", "step"]
_PREFIX: Final = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) P(\d+) ([A-Z]+) (.*)$")
_NUMBER: Final = r"[-+]?(?:nan|inf|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)"
_EPOCH: Final = re.compile(r"Epoch=(\d+) (start|end|early stop)")
_LOSS: Final = re.compile(rf"^Train loss: ({_NUMBER})", re.IGNORECASE)
_EVALUATION: Final = re.compile(r"^Evaluation @epoch (\d+) - batch (\d+)")
_METRICS: Final = re.compile(r"^(?:\[Task: (.+?)\])?\[Metrics\] (.*)$")
_STEPS: Final = re.compile(r"^Start training: (\d+) batches/epoch")
_MONITOR: Final = re.compile(rf"onitor\((max|min)\)\s*=\s*({_NUMBER})", re.IGNORECASE)
_RATE: Final = re.compile(rf"^Reduce learning rate on plateau: ({_NUMBER})")
_SECTION: Final = re.compile(r"^\*+ (Validation|Test) evaluation \*+$")
_BAR: Final = re.compile(r"^\s*(?:.*?:\s*)?(\d{1,3})%\|.*?\|\s*(\d+)/(\d+)")


@dataclass(frozen=True)
class LogEvent:
    """One thing that a log line says; fields that do not apply are None.

    ``name`` is a metric's name, an epoch's ``start``, ``end`` or ``early stop``, a monitor's mode, or a section.
    """

    kind: Kind
    text: str
    name: str | None = None
    value: float | None = None
    label: str | None = None
    epoch: int | None = None
    step: int | None = None
    total: int | None = None
    level: str = "INFO"


def parse_log(chunks: Iterable[str]) -> Iterator[LogEvent]:
    """Parses text that arrives in pieces of any size; lines end with a line feed or a carriage return."""
    rest = ""
    for chunk in chunks:
        *lines, rest = re.split(r"[\r\n]", rest + chunk)
        for line in lines:
            yield from parse_line(line)
    yield from parse_line(rest)


def parse_line(line: str) -> list[LogEvent]:
    """Parses one line; an unknown line is a ``log`` event, an empty one nothing."""
    line = line.rstrip()
    if not line:
        return []
    prefix = _PREFIX.match(line)
    level, text = (prefix.group(3), prefix.group(4).strip()) if prefix else ("INFO", line.strip())
    if (bar := _BAR.match(text)) is not None:
        return [LogEvent("step", text, step=int(bar.group(2)), total=int(bar.group(3)))]
    if (metrics := _METRICS.match(text)) is not None:
        return list(_parse_metrics(text, metrics.group(1), metrics.group(2)))
    return [_parse_message(text, level)]


def _parse_metrics(text: str, label: str | None, pairs: str) -> Iterator[LogEvent]:
    for pair in pairs.split(" - "):
        name, _, number = pair.rpartition(": ")
        value = _to_float(number)
        if name and value is not None:
            yield LogEvent("metric", text, name=name.strip(), value=value, label=label)


def _parse_message(text: str, level: str) -> LogEvent:
    if (found := _EPOCH.search(text)) is not None:
        return LogEvent("epoch", text, name=found.group(2), epoch=int(found.group(1)))
    if (found := _EVALUATION.match(text)) is not None:
        return LogEvent("evaluation", text, epoch=int(found.group(1)), step=int(found.group(2)))
    if (found := _STEPS.match(text)) is not None:
        return LogEvent("steps", text, total=int(found.group(1)))
    if (found := _SECTION.match(text)) is not None:
        return LogEvent("section", text, name=found.group(1).lower())
    if (found := _MONITOR.search(text)) is not None:
        return LogEvent("monitor", text, name=found.group(1), value=_to_float(found.group(2)))
    for kind, pattern in (("loss", _LOSS), ("learning_rate", _RATE)):
        if (found := pattern.match(text)) is not None:
            return LogEvent("loss" if kind == "loss" else "learning_rate", text, value=_to_float(found.group(1)))
    return LogEvent("log", text, level=level)


def _to_float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return math.nan if text.strip().lower() in ("nan", "none") else None
