"""The command line: ``python -m weir_fuxictr <command> --spec FILE.json [--events FILE]``.

Exit codes: 0 done, 2 a user's mistake, 1 anything else, 143 terminated.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import traceback
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

from weir_fuxictr.errors import Terminated, translate_error
from weir_fuxictr.events import EventSink
from weir_fuxictr.specs import BuildSpec, ModelsSpec, PredictSpec, TrainSpec, load_spec, parse_spec

_TERMINATED: Final = 143
Command = Callable[[dict[str, Any], EventSink], dict[str, Any]]


def main(arguments: list[str]) -> int:
    """Runs one command and returns the exit code."""
    options = _parse_arguments(arguments)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _terminate)
    events = EventSink(options.events)
    try:
        events.result(_COMMANDS[options.command](load_spec(options.spec), events))
    except Terminated:
        return _TERMINATED
    except Exception as error:  # noqa: BLE001  the one place that reports every failure
        refusal = translate_error(error)
        if refusal.exit_code == 1:
            traceback.print_exc(file=sys.stderr)
        events.error(refusal)
        return refusal.exit_code
    return 0


def _parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="weir_fuxictr", description="Weir's engine on FuxiCTR.")
    parser.add_argument("command", choices=sorted(_COMMANDS))
    parser.add_argument("--spec", help="the spec, one JSON object")
    parser.add_argument("--events", help="file to append events to; default $WEIR_EVENTS, else standard output")
    return parser.parse_args(arguments)


def _terminate(number: int, frame: FrameType | None) -> None:
    for other in (signal.SIGTERM, signal.SIGINT):
        signal.signal(other, signal.SIG_IGN)
    raise Terminated


def _run_build(raw: dict[str, Any], events: EventSink) -> dict[str, Any]:
    spec = parse_spec(BuildSpec, raw)
    os.environ.setdefault("POLARS_MAX_THREADS", str(spec.threads))
    from weir_fuxictr.dataset.build import build

    return build(spec, events)


def _run_train(raw: dict[str, Any], events: EventSink) -> dict[str, Any]:
    from weir_fuxictr.training.train import train

    return train(parse_spec(TrainSpec, raw), events)


def _run_predict(raw: dict[str, Any], events: EventSink) -> dict[str, Any]:
    from weir_fuxictr.prediction.predict import predict

    return predict(parse_spec(PredictSpec, raw), events)


def _run_models(raw: dict[str, Any], events: EventSink) -> dict[str, Any]:
    from weir_fuxictr.model_zoo.registry import describe_models

    return describe_models(parse_spec(ModelsSpec, raw).fuxictr_root)


_COMMANDS: Final[dict[str, Command]] = {
    "build": _run_build,
    "train": _run_train,
    "predict": _run_predict,
    "models": _run_models,
}
