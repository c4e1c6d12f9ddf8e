"""The train command: a built dataset and an experiment to a model with its metrics."""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from fuxictr.features import FeatureMap
from fuxictr.pytorch.torch_utils import seed_everything

from weir_fuxictr.config.params import check_params
from weir_fuxictr.dataset.manifest import Manifest, load_manifest
from weir_fuxictr.errors import EngineError
from weir_fuxictr.events import EventSink
from weir_fuxictr.files import fingerprint, read_json, write_json
from weir_fuxictr.model_zoo.registry import find_model
from weir_fuxictr.specs import TrainSpec
from weir_fuxictr.training.checkpoint import CheckpointStore
from weir_fuxictr.training.evaluation import calibration_bins, collect_predictions
from weir_fuxictr.training.loader import SplitLoader
from weir_fuxictr.training.loop import TrainingRun, evaluate, run_epochs

RESULT_NAME = "result.json"


def train(spec: TrainSpec, events: EventSink) -> dict[str, Any]:
    """Trains, resuming by itself, or answers the recorded result of the same spec and data."""
    manifest = load_manifest(spec.dataset_dir)
    entry = find_model(spec.model, spec.fuxictr_root)
    params = check_params(spec.params, manifest.labels, entry.is_multitask)
    output_dir = Path(spec.output_dir).absolute()
    run_print = fingerprint_run(spec, manifest)
    model_path = output_dir / f"{spec.model_id}.model"
    recorded = read_json(output_dir / RESULT_NAME)
    if isinstance(recorded, dict) and recorded.get("fingerprint") == run_print and model_path.exists():
        events.log("This run is already finished.")
        events.artifact(model_path.name, model_path)
        return dict(recorded["result"])
    (output_dir / RESULT_NAME).unlink(missing_ok=True)
    output_dir.mkdir(parents=True, exist_ok=True)
    configure_threads()
    _log_to(output_dir / "train.log")
    seed_everything(params["seed"])
    model = make_model(entry.load(), manifest, params, spec.model_id, spec.gpu)
    run = _prepare_run(spec, manifest, model, params, CheckpointStore(output_dir / "checkpoints", run_print), events)
    run_epochs(run)
    result = _finish(spec, manifest, run)
    write_json(output_dir / RESULT_NAME, {"fingerprint": run_print, "spec": asdict(spec), "result": result})
    events.artifact(model_path.name, model_path)
    return result


def fingerprint_run(spec: TrainSpec, manifest: Manifest) -> str:
    """Hashes what decides a run's outcome: model, parameters, data and library versions."""
    versions = {"fuxictr": version("fuxictr"), "torch": torch.__version__}
    chosen = {"model": spec.model, "model_id": spec.model_id, "params": spec.params, "versions": versions}
    return fingerprint({**chosen, "dataset": manifest.fingerprint})


def make_model(model_class: Any, manifest: Manifest, params: dict[str, Any], model_id: str, gpu: int) -> Any:
    """Builds a model of a FuxiCTR class on the dataset's feature map.

    Raises EngineError ``config_refused`` when the class rejects the parameters.
    """
    if gpu >= 0 and gpu >= torch.cuda.device_count():
        message = f"gpu {gpu} does not exist; this machine has {torch.cuda.device_count()}."
        raise EngineError("invalid_spec", message, field="gpu", value=gpu)
    feature_map = FeatureMap(manifest.directory.name, str(manifest.directory))
    options = {key: value for key, value in params.items() if key not in ("model", "model_id", "dataset_id")}
    try:
        feature_map.load(str(manifest.directory / "feature_map.json"), params)
        return model_class(feature_map, model_id=model_id, gpu=gpu, verbose=0, model_root=".", **options)
    except (TypeError, ValueError, NotImplementedError, AssertionError, KeyError) as error:
        message = f"{model_class.__name__} does not accept the parameters: {error}."
        raise EngineError("config_refused", message, field="params", value=str(error)) from error


def configure_threads() -> None:
    """Uses half the cores this process may run on, at most 8, unless OMP_NUM_THREADS says otherwise.

    A second thread gains 5 % on CTR networks and a busy core then stalls both at every barrier.
    """
    if "OMP_NUM_THREADS" not in os.environ:
        available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        torch.set_num_threads(max(1, min(8, available // 2)))


def _prepare_run(
    spec: TrainSpec,
    manifest: Manifest,
    model: Any,
    params: dict[str, Any],
    store: CheckpointStore,
    events: EventSink,
) -> TrainingRun:
    seed = params["seed"] if params["shuffle"] else None
    size = params["batch_size"]
    model_path = Path(spec.output_dir).absolute() / f"{spec.model_id}.model"
    return TrainingRun(
        model=model,
        params=params,
        labels=manifest.labels,
        train=SplitLoader(manifest.split_files("train"), model.feature_map, size, seed),
        valid=SplitLoader(manifest.split_files("valid"), model.feature_map, size),
        store=store,
        model_path=model_path,
        progress=store.restore(model, model_path, events),
        events=events,
    )


def _finish(spec: TrainSpec, manifest: Manifest, run: TrainingRun) -> dict[str, Any]:
    model, params, progress = run.model, run.params, run.progress
    model.load_state_dict(torch.load(run.model_path, map_location="cpu", weights_only=True))
    splits = {"valid": run.valid}
    if manifest.rows["test"]:
        splits["test"] = SplitLoader(manifest.split_files("test"), model.feature_map, params["batch_size"])
    metrics = {}
    for split, loader in splits.items():
        metrics[split] = evaluate(model, loader, run.labels, params["metrics"], params.get("group_id"))
    for label, values in metrics.get("test", {}).items():
        for name, value in values.items():
            run.events.metric(name, value, label=label, split="test")
    last = splits.get("test", run.valid)
    predictions = collect_predictions(model, last.batches(), run.labels)
    return {
        "model_path": str(run.model_path),
        "model": spec.model,
        "model_id": spec.model_id,
        "epochs_completed": progress.epoch,
        "best_epoch": progress.best_epoch,
        "stopped_early": progress.stopped_early,
        "final_loss": progress.history[-1]["loss"],
        "rows_trained": run.train.rows,
        "parameters": sum(item.numel() for item in model.parameters() if item.requires_grad),
        "device": str(model.device),
        "seconds": progress.seconds,
        "metrics": metrics,
        "calibration": {label: calibration_bins(*pair) for label, pair in predictions.items()},
        "history": progress.history,
    }


def _log_to(path: Path) -> None:
    root = logging.getLogger()
    for handler in root.handlers[:]:
        root.removeHandler(handler)
    layout = "%(asctime)s P%(process)d %(levelname)s %(message)s"
    handlers: list[logging.Handler] = [logging.FileHandler(path), logging.StreamHandler(sys.stderr)]
    logging.basicConfig(level=logging.INFO, format=layout, handlers=handlers)
