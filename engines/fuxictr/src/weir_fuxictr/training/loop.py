"""The epoch loop over a FuxiCTR model: steps, one validation per epoch, plateau, early stopping, checkpoints.

Order at the end of an epoch: validate, decide, checkpoint, then the best weights. A run killed between the last two
writes the best weights again from the checkpoint. Source of the rules: ``rank_model.py`` of FuxiCTR 2.3.10.
"""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from fuxictr.utils import Monitor
from torch import Tensor

from weir_fuxictr.errors import EngineError
from weir_fuxictr.events import EventSink
from weir_fuxictr.files import written_beside
from weir_fuxictr.training.checkpoint import CheckpointStore, Progress
from weir_fuxictr.training.evaluation import Metrics, collect_predictions, compute_metrics, monitor_logs
from weir_fuxictr.training.loader import Batch, SplitLoader, batch_ranges

MAX_GRADIENT_NORM: Final = 10.0
_LEAST_IMPROVEMENT: Final = 1e-6
_REPORT_EVERY_SECONDS: Final = 1.0
_log = logging.getLogger(__name__)


@dataclass
class TrainingRun:
    """Everything one run works with; ``progress`` changes, the rest stays."""

    model: Any
    params: dict[str, Any]
    labels: list[str]
    train: SplitLoader
    valid: SplitLoader
    store: CheckpointStore
    model_path: Path
    progress: Progress
    events: EventSink


def run_epochs(run: TrainingRun) -> None:
    """Trains until the last epoch or early stopping; picks up where ``run.progress`` stands."""
    progress, total = run.progress, run.params["epochs"]
    if progress.epoch and progress.epoch == progress.best_epoch:
        save_weights(run.model, run.model_path)
    while progress.epoch < total and not progress.stopped_early:
        started = time.monotonic()
        run.events.progress(progress.epoch, total, f"Training epoch {progress.epoch + 1}/{total}")
        _log.info("************ Epoch=%d start ************", progress.epoch + 1)
        loss = _train_epoch(run)
        trained = time.monotonic() - started
        metrics = evaluate(run.model, run.valid, run.labels, metric_names(run.params), run.params.get("group_id"))
        progress.epoch += 1
        entry = {
            "epoch": progress.epoch,
            "loss": loss,
            "learning_rate": learning_rate(run.model),
            "samples_per_s": run.train.rows / trained,
            "valid": metrics,
        }
        progress.history.append(entry)
        _report_epoch(run.events, entry)
        is_saved = _decide(run, monitor_logs(metrics))
        progress.seconds += time.monotonic() - started
        path = run.store.save(run.model, progress)
        if is_saved:
            save_weights(run.model, run.model_path)
        _report_checkpoint(run, path)


def evaluate(model: Any, loader: SplitLoader, labels: list[str], names: list[str], group_id: str | None) -> Metrics:
    """Computes the metrics of one split and logs them as FuxiCTR does."""
    groups = None
    if group_id is not None:
        groups = torch.cat([batch[group_id] for batch in loader.batches()]).numpy()
    metrics = compute_metrics(collect_predictions(model, loader.batches(), labels), names, groups)
    for label, values in metrics.items():
        prefix = f"[Task: {label}]" if len(labels) > 1 else ""
        _log.info("%s[Metrics] %s", prefix, " - ".join(f"{name}: {value:.6f}" for name, value in values.items()))
    return metrics


def metric_names(params: dict[str, Any]) -> list[str]:
    """The configured metrics and those that only the monitor needs."""
    monitored = Monitor(params["monitor"]).get_metrics()
    known = [*params["metrics"], *(name.rsplit("_", 1)[-1] for name in monitored)]
    return list(dict.fromkeys(known))


def learning_rate(model: Any) -> float:
    """The rate of the first parameter group."""
    return float(model.optimizer.param_groups[0]["lr"])


def save_weights(model: Any, path: Path) -> None:
    """Writes the state_dict, whole or not at all."""
    with written_beside(path) as temporary:
        torch.save(model.state_dict(), temporary)


def _train_epoch(run: TrainingRun) -> float:
    model, progress, total = run.model, run.progress, run.params["epochs"]
    model.train()
    model._max_gradient_norm = MAX_GRADIENT_NORM
    model._epoch_index = progress.epoch
    loss_sum = torch.zeros((), dtype=torch.float64, device=model.device)
    rows, batches, last = 0, 0, time.monotonic()
    reported_rows = 0
    steps = len(batch_ranges(run.train.rows, run.params["batch_size"]))
    for batch in run.train.batches(progress.epoch):
        loss_sum += _step(model, batch, progress)
        batches += 1
        rows += len(next(iter(batch.values())))
        progress.global_step += 1
        now = time.monotonic()
        if now - last >= _REPORT_EVERY_SECONDS:
            mean = _finite(float(loss_sum) / batches, progress)
            where = {"epoch": progress.epoch + 1, "step": progress.global_step}
            run.events.metric("loss", mean, split="train", **where)
            run.events.metric("samples_per_s", (rows - reported_rows) / (now - last), unit="rows/s", **where)
            text = f"Training epoch {progress.epoch + 1}/{total}, step {min(batches, steps)}/{steps}"
            run.events.progress_at_most_twice_a_second(progress.epoch, total, text)
            last, reported_rows = now, rows
    mean = _finite(float(loss_sum) / max(batches, 1), progress)
    _log.info("Train loss: %.6f", mean)
    return mean


def _step(model: Any, batch: Batch, progress: Progress) -> Tensor:
    try:
        loss: Tensor = model.train_step(batch).detach()
    except RuntimeError as error:
        if "between 0 and 1" in str(error):
            _finite(math.nan, progress)
        raise
    return loss


def _finite(loss: float, progress: Progress) -> float:
    if not math.isfinite(loss):
        message = (
            f"The loss became {loss} by step {progress.global_step}. Lower learning_rate or check numeric columns."
        )
        raise EngineError("engine_failed", message)
    return loss


def _decide(run: TrainingRun, logs: dict[str, float]) -> bool:
    """Applies plateau and early stopping; returns whether this epoch's weights become the model."""
    progress, params = run.progress, run.params
    monitor = Monitor(params["monitor"])
    missing = [name for name in monitor.get_metrics() if name not in logs]
    if missing:
        raise EngineError("config_refused", f"monitor: {missing[0]} is unknown.", field="monitor", value=missing[0])
    value = float(monitor.get_value(logs))
    gain = value if params["monitor_mode"] == "max" else -value
    best = progress.best_metric
    if best is None or gain >= (best if params["monitor_mode"] == "max" else -best) + _LEAST_IMPROVEMENT:
        progress.best_metric, progress.best_epoch = value, progress.epoch
        progress.epochs_without_improvement = 0
        _log.info("Save best model: monitor(%s)=%.6f", params["monitor_mode"], value)
        return True
    progress.epochs_without_improvement += 1
    _log.info("Monitor(%s)=%.6f STOP!", params["monitor_mode"], value)
    if params["reduce_lr_on_plateau"]:
        _log.info("Reduce learning rate on plateau: %.6f", run.model.lr_decay())
    if progress.epochs_without_improvement >= params["early_stop_patience"]:
        progress.stopped_early = True
        _log.info("********* Epoch=%d early stop *********", progress.epoch)
    return not params["save_best_only"]


def _report_epoch(events: EventSink, entry: dict[str, Any]) -> None:
    epoch = entry["epoch"]
    events.metric("loss", entry["loss"], split="train", epoch=epoch)
    events.metric("learning_rate", entry["learning_rate"], epoch=epoch)
    events.metric("samples_per_s", entry["samples_per_s"], unit="rows/s", epoch=epoch)
    for label, values in entry["valid"].items():
        for name, value in values.items():
            events.metric(name, value, label=label, split="valid", epoch=epoch)


def _report_checkpoint(run: TrainingRun, path: Path) -> None:
    progress, total = run.progress, run.params["epochs"]
    run.events.checkpoint(
        {
            "epoch": progress.epoch,
            "total_epochs": total,
            "best_metric": progress.best_metric,
            "best_epoch": progress.best_epoch,
            "global_step": progress.global_step,
            "path": str(path),
        }
    )
    run.events.progress(progress.epoch, total, f"Training epoch {progress.epoch}/{total}")
