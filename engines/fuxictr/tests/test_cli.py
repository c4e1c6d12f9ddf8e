"""The command line as its caller sees it: exit codes, events, specs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import FEATURE_COLS, Engine, refusal
from weir_fuxictr.cli import main
from weir_fuxictr.config.feature_columns import parse_feature_columns, parse_label_columns
from weir_fuxictr.errors import ERROR_CODES, EngineError, translate_error
from weir_fuxictr.specs import BuildSpec, PredictSpec, TrainSpec, parse_spec


def run(*arguments: str, **environment: str) -> tuple[int, list[dict[str, Any]], str]:
    finished = subprocess.run(
        [sys.executable, "-m", "weir_fuxictr", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    return finished.returncode, [json.loads(line) for line in finished.stdout.splitlines()], finished.stderr


def test_models_are_listed_on_standard_output() -> None:
    code, events, _ = run("models")
    assert code == 0
    (result,) = events
    assert result["type"] == "result"
    models = {item["name"]: item for item in result["data"]["models"]}
    assert set(models) == {"LR", "DNN", "DeepFM", "DCNv2", "AutoInt", "ShareBottom", "MMoE", "PLE"}
    assert models["PLE"]["tasks"] == "multi"
    assert models["LR"] == {"name": "LR", "tasks": "single", "source": "weir", "paper": models["LR"]["paper"]}
    assert result["data"]["fuxictr_version"] == "2.3.10"
    assert result["data"]["cuda"] in (True, False)


def test_events_go_to_the_file_that_the_environment_names(tmp_path: Path) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text('{"train_dir": "x", "colour": "blue"}')
    code, printed, stderr = run("build", "--spec", str(spec), WEIR_EVENTS=str(tmp_path / "deep" / "events.jsonl"))
    assert code == 2
    assert printed == []
    assert stderr == ""
    (event,) = [json.loads(line) for line in (tmp_path / "deep" / "events.jsonl").read_text().splitlines()]
    assert event["type"] == "error"
    assert (event["code"], event["field"], event["value"]) == ("invalid_spec", "colour", "blue")


@pytest.mark.parametrize("text", ["", "[]", "{", None])
def test_a_spec_that_is_no_object_is_refused(tmp_path: Path, text: str | None) -> None:
    spec, events = tmp_path / "spec.json", tmp_path / "events.jsonl"
    if text is not None:
        spec.write_text(text)
    assert main(["train", "--spec", str(spec), "--events", str(events)]) == 2
    assert json.loads(events.read_text())["code"] == "invalid_spec"


def test_an_unexpected_failure_exits_with_1_and_says_why(engine: Engine, two_labels: str, tmp_path: Path) -> None:
    blocked = tmp_path / "run"
    blocked.write_text("a file where the output directory should be")
    spec, events = tmp_path / "spec.json", tmp_path / "events.jsonl"
    spec.write_text(json.dumps(engine.train_spec(two_labels, "MMoE", "run")))
    assert main(["train", "--spec", str(spec), "--events", str(events)]) == 1
    event = json.loads(events.read_text().splitlines()[-1])
    assert event["code"] == "engine_failed"
    assert "run" in event["message"]


SPEC = {"train_dir": "a", "output_dir": "b", "feature_cols": [], "label_cols": []}
TRAIN = {"dataset_dir": "a", "output_dir": "b", "model": "LR", "model_id": "m", "params": {}}
WRONG: list[tuple[type, dict[str, Any], str]] = [
    (BuildSpec, {"train_dir": "a"}, "output_dir"),
    (BuildSpec, {**SPEC, "threads": 0}, "threads"),
    (BuildSpec, {**SPEC, "threads": True}, "threads"),
    (BuildSpec, {**SPEC, "min_categr_count": "2"}, "min_categr_count"),
    (BuildSpec, {**SPEC, "data_block_size": -1}, "data_block_size"),
    (BuildSpec, {**SPEC, "split": {"type": "magic"}}, "split.type"),
    (BuildSpec, {**SPEC, "split": {"ratio": 1}}, "split.ratio"),
    (BuildSpec, {**SPEC, "split": {"valid": 0}}, "split.valid"),
    (BuildSpec, {**SPEC, "split": {"valid": 0.6, "test": 0.4}}, "split.valid"),
    (BuildSpec, {**SPEC, "split": {"test": 1.5}}, "split.test"),
    (TrainSpec, {**TRAIN, "model_id": "../../etc/passwd"}, "model_id"),
    (TrainSpec, {**TRAIN, "gpu": "0"}, "gpu"),
    (TrainSpec, {**TRAIN, "fuxictr_root": 3}, "fuxictr_root"),
    (PredictSpec, {**TRAIN, "model_dir": "c", "input_dir": "d", "part_rows": 0}, "part_rows"),
]


@pytest.mark.parametrize(("kind", "raw", "field"), WRONG)
def test_wrong_spec_values_are_refused_by_name(kind: type, raw: dict[str, Any], field: str) -> None:
    error = refusal(lambda: parse_spec(kind, raw))
    assert (error.code, error.field) == ("invalid_spec", field)


HOSTILE_COLUMNS: list[tuple[dict[str, Any], str]] = [
    ({"dtype": "__import__('os').system('true')"}, "dtype"),
    ({"dtype": "float", "type": "categorical"}, "dtype"),
    ({"type": "embedding"}, "type"),
    ({"feature_encoder": "layers.MaskedAveragePooling() or __import__('os')"}, "feature_encoder"),
    ({"feature_encoder": ["layers.MaskedSumPooling()", "open('x')"]}, "feature_encoder"),
    ({"preprocess": "load_pickle(/tmp/x)"}, "preprocess"),
    ({"preprocess": "copy_from(a) or x"}, "preprocess"),
    ({"normalizer": "Robust"}, "normalizer"),
    ({"pretrained_emb": "/etc/passwd"}, "pretrained_emb"),
    ({"category_processor": "hash_bucket"}, "category_processor"),
    ({"padding": "middle"}, "padding"),
    ({"splitter": ""}, "splitter"),
    ({"max_len": "many"}, "max_len"),
    ({"fill_na": 5}, "fill_na"),
]


@pytest.mark.parametrize(("changes", "key"), HOSTILE_COLUMNS)
def test_hostile_or_wrong_feature_columns_are_refused_by_name(changes: dict[str, Any], key: str) -> None:
    column = {"name": "x_tag", "type": "categorical", "dtype": "str", **changes}
    error = refusal(lambda: parse_feature_columns([column]))
    assert (error.code, error.field) == ("config_refused", f"feature_cols[0].{key}")
    assert error.value == changes[key] or key == "feature_encoder"


def test_other_wrong_columns_are_refused() -> None:
    twice = [*FEATURE_COLS, {"name": "age_tag", "type": "categorical", "dtype": "str"}]
    assert refusal(lambda: parse_feature_columns(twice)).value == "age_tag"
    assert refusal(lambda: parse_feature_columns([{"type": "numeric"}])).field == "feature_cols[0]"
    assert refusal(lambda: parse_feature_columns([])).code == "invalid_spec"
    assert refusal(lambda: parse_label_columns([{"name": "y", "dtype": "eval"}])).code == "config_refused"
    shared = {"name": "b", "type": "categorical", "dtype": "str", "share_embedding": "a"}
    assert refusal(lambda: parse_feature_columns([shared])).field == "share_embedding"


def test_every_error_has_a_code_and_an_exit_code() -> None:
    assert len(ERROR_CODES) == 12
    assert translate_error(OSError(28, "No space left on device")).code == "disk_full"
    assert translate_error(KeyError("x")).code == "engine_failed"
    assert EngineError("type_drift", "m").exit_code == 2
    assert EngineError("engine_failed", "m").exit_code == 1
