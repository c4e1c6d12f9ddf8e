"""The train command: models learn, a killed run goes on as if nothing happened, configs are refused."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from conftest import FEATURE_COLS, LABEL_COLS, Engine, refusal

TIMELESS = ("seconds", "samples_per_s", "model_path")


def without_times(value: Any) -> Any:
    """Drops what a clock or a directory decides."""
    if isinstance(value, dict):
        return {key: without_times(item) for key, item in value.items() if key not in TIMELESS}
    return [without_times(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("model", ["LR", "DNN", "DeepFM", "DCNv2", "AutoInt"])
def test_a_single_task_model_learns(engine: Engine, one_label: str, model: str) -> None:
    result = engine.train(one_label, model, "run")
    assert result["metrics"]["test"]["label_click"]["AUC"] > 0.6
    assert result["epochs_completed"] == 3
    assert result["history"][-1]["loss"] < result["history"][0]["loss"]


@pytest.mark.parametrize("model", ["ShareBottom", "MMoE", "PLE"])
def test_a_multi_task_model_learns_all_labels(engine: Engine, two_labels: str, model: str) -> None:
    result = engine.train(two_labels, model, "run")
    assert min(values["AUC"] for values in result["metrics"]["test"].values()) > 0.6
    assert set(result["metrics"]["valid"]) == {"label_click", "label_buy"}


@pytest.mark.parametrize("loss_weight", ["UW", "GN", [2, 0.5]])
@pytest.mark.parametrize("model", ["MMoE", "PLE", "ShareBottom"])
def test_loss_weights_train(engine: Engine, two_labels: str, loss_weight: Any, model: str) -> None:
    result = engine.train(two_labels, model, "run", loss_weight=loss_weight, epochs=2)
    assert min(values["AUC"] for values in result["metrics"]["test"].values()) > 0.6


def test_a_run_reports_events_and_files(engine: Engine, two_labels: str, tmp_path: Path) -> None:
    result = engine.train(two_labels, "MMoE", "run", metrics=["AUC", "logloss"])
    events = engine.events()
    assert all(event["at"].endswith("Z") for event in events)
    found = {(e["name"], e.get("label"), e.get("split"), e.get("epoch")) for e in events if e["type"] == "metric"}
    for epoch in (1, 2, 3):
        assert {("loss", None, "train", epoch), ("learning_rate", None, None, epoch)} <= found
        assert ("logloss", "label_buy", "valid", epoch) in found
    assert ("AUC", "label_click", "test", None) in found
    checkpoints = [event["data"] for event in events if event["type"] == "checkpoint"]
    assert [item["epoch"] for item in checkpoints] == [1, 2, 3]
    assert set(checkpoints[0]) == {"epoch", "total_epochs", "best_metric", "best_epoch", "global_step", "path"}
    progress = [event for event in events if event["type"] == "progress"]
    assert progress[0]["message"] == "Training epoch 1/3"
    assert (progress[-1]["current"], progress[-1]["total"]) == (3, 3)
    artifact = next(event for event in events if event["type"] == "artifact")
    assert artifact["bytes"] == (tmp_path / "run" / "m.model").stat().st_size
    kept = sorted(path.name for path in (tmp_path / "run" / "checkpoints").iterdir())
    assert kept == ["epoch_002.pt", "epoch_003.pt"]
    assert "Train loss: " in (tmp_path / "run" / "train.log").read_text()
    bins = result["calibration"]["label_buy"]
    assert 2 < len(bins) <= 20
    assert sum(item["count"] for item in bins) == 300
    assert all(item["lower"] <= item["mean_prediction"] <= item["upper"] for item in bins)
    assert result["parameters"] > 1000
    assert result["device"] == "cpu"


def test_a_finished_run_answers_again_without_training(engine: Engine, one_label: str) -> None:
    first = engine.train(one_label, "LR", "run", epochs=1)
    count = len(engine.events())
    assert engine.train(one_label, "LR", "run", epochs=1) == first
    assert not [event for event in engine.events()[count:] if event["type"] == "checkpoint"]
    assert engine.train(one_label, "LR", "run", epochs=2)["epochs_completed"] == 2


def kill_after_epoch(engine: Engine, spec: dict[str, Any], epoch: int) -> None:
    """Starts the run in a process of its own and kills it after a checkpoint."""
    path, events = engine.directory / "spec.json", engine.directory / "killed.jsonl"
    path.write_text(json.dumps(spec))
    command = [sys.executable, "-m", "weir_fuxictr", "train", "--spec", str(path), "--events", str(events)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 90
        while not (events.exists() and events.read_text().count('"checkpoint"') >= epoch):
            assert process.poll() is None, "the run ended before it was killed"
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL


def test_a_killed_run_resumes_to_the_same_bits(engine: Engine, two_labels: str, tmp_path: Path) -> None:
    params = {"epochs": 9, "learning_rate": 1e-3, "early_stop_patience": 9, "loss_weight": "GN", "batch_size": 128}
    unbroken = engine.train(two_labels, "MMoE", "unbroken", **params)
    kill_after_epoch(engine, engine.train_spec(two_labels, "MMoE", "broken", **params), 2)
    newest = sorted((tmp_path / "broken" / "checkpoints").glob("epoch_*.pt"))[-1]
    newest.write_bytes(newest.read_bytes()[:-1000])
    resumed = engine.train(two_labels, "MMoE", "broken", **params)
    messages = [event["message"] for event in engine.events() if event["type"] == "log"]
    assert f"The checkpoint {newest.name} is damaged and is skipped." in messages
    assert any(message.startswith("Resuming after epoch ") for message in messages)
    assert without_times(resumed) == without_times(unbroken)
    weights = [torch.load(tmp_path / name / "m.model") for name in ("unbroken", "broken")]
    assert all(torch.equal(weights[0][key], weights[1][key]) for key in weights[0])


def test_checkpoints_of_another_experiment_are_not_used(engine: Engine, one_label: str, tmp_path: Path) -> None:
    engine.train(one_label, "LR", "run", epochs=2)
    (tmp_path / "run" / "result.json").unlink()
    assert engine.train(one_label, "LR", "run", epochs=1, seed=8)["epochs_completed"] == 1
    messages = [event["message"] for event in engine.events() if event["type"] == "log"]
    assert any("belongs to another run" in message for message in messages)


def test_sigterm_ends_a_run_with_143(engine: Engine, one_label: str) -> None:
    spec, events = engine.directory / "spec.json", engine.directory / "stopped.jsonl"
    spec.write_text(json.dumps(engine.train_spec(one_label, "DNN", "run", epochs=500, early_stop_patience=500)))
    command = [sys.executable, "-m", "weir_fuxictr", "train", "--spec", str(spec), "--events", str(events)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        while not (events.exists() and '"checkpoint"' in events.read_text()):
            assert process.poll() is None
            time.sleep(0.02)
        process.terminate()
        assert process.wait(timeout=20) == 143
    assert not list((engine.directory / "run").rglob("*.partial"))


def test_the_rate_falls_and_the_run_stops_after_epochs_without_improvement(engine: Engine, one_label: str) -> None:
    result = engine.train(one_label, "LR", "run", epochs=30, learning_rate=0.5, early_stop_patience=2)
    rates = [entry["learning_rate"] for entry in result["history"]]
    assert result["stopped_early"]
    assert result["epochs_completed"] == result["best_epoch"] + 2 < 30
    assert rates[-2] == rates[-3]
    assert rates[-1] == pytest.approx(rates[-2] / 10)


def test_a_weighted_monitor_and_minimum_mode_work(engine: Engine, two_labels: str) -> None:
    monitor = {"label_click_AUC": "1.0", "logloss": -1}
    assert engine.train(two_labels, "ShareBottom", "a", monitor=monitor, epochs=1)["best_epoch"] == 1
    assert engine.train(two_labels, "ShareBottom", "b", monitor="logloss", monitor_mode="min")["best_epoch"] >= 1


def test_block_datasets_train(engine: Engine, raw_dir: Path) -> None:
    blocks = engine.build(raw_dir, data_block_size=511)["dataset_dir"]
    result = engine.train(blocks, "MMoE", "run", batch_size=255, batch_norm=True)
    assert result["metrics"]["test"]["label_buy"]["AUC"] > 0.6


def test_grouped_metrics_work_on_a_meta_column(engine: Engine, raw_dir: Path) -> None:
    columns = [*FEATURE_COLS[1:], {"name": "plan_tag", "type": "meta", "dtype": "str"}]
    dataset = engine.build(raw_dir, feature_cols=columns, label_cols=LABEL_COLS[:1])["dataset_dir"]
    metrics = ["AUC", "gAUC", "avgAUC", "MRR", "NDCG(k=5)"]
    result = engine.train(dataset, "LR", "run", metrics=metrics, monitor="gAUC", group_id="plan_tag")
    assert set(result["metrics"]["test"]["label_click"]) == set(metrics)
    assert 0.5 < result["metrics"]["test"]["label_click"]["gAUC"] <= 1


HOSTILE = {
    "task": "__import__('os').system('true')",
    "loss": "__import__('os').system('true')",
    "metrics": ["AUC", "NDCG(k=__import__('os').getpid())"],
    "monitor": "NDCG(__import__('os'))",
    "optimizer": "__class__",
    "embedding_regularizer": "l2(__import__('os'))",
    "net_regularizer": "eval(1)",
    "embedding_initializer": "__import__('os').system('true')",
    "hidden_activations": "Module",
    "feature_specs": [{"name": "city_tag", "feature_encoder": "__import__('os').system('true')"}],
    "anything_else": "open('x').read()",
    "batch_size": 0,
    "learning_rate": "fast",
    "loss_weight": [1, 2, 3],
    "group_id": "x);import os",
}


@pytest.mark.parametrize("field", HOSTILE)
def test_hostile_or_wrong_parameters_are_refused_by_name(engine: Engine, two_labels: str, field: str) -> None:
    error = refusal(lambda: engine.train(two_labels, "MMoE", "run", **{field: HOSTILE[field]}))
    assert error.code == "config_refused"
    assert error.field is not None
    assert error.field.startswith(field)
    assert error.value is not None


def test_other_wrong_specs_are_refused(engine: Engine, two_labels: str, tmp_path: Path) -> None:
    assert refusal(lambda: engine.train(two_labels, "Transformer9000", "run")).code == "unknown_model"
    assert refusal(lambda: engine.train(two_labels, "DeepFM", "run")).field == "label_col"
    assert refusal(lambda: engine.train(str(tmp_path), "MMoE", "run")).field == "dataset_dir"
    assert refusal(lambda: engine.train(two_labels, "MMoE", "run", gpu=99)).field == "gpu"


def test_an_exploding_loss_is_an_engine_failure(engine: Engine, one_label: str) -> None:
    error = refusal(lambda: engine.train(one_label, "DNN", "run", net_regularizer="1e+38"))
    assert error.code == "engine_failed"
    assert "loss" in error.message
