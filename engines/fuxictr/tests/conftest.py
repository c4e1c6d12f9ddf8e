"""Small data on which every model learns, and short ways to run the commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weir_fuxictr.dataset.build import build
from weir_fuxictr.errors import EngineError
from weir_fuxictr.events import EventSink
from weir_fuxictr.prediction.predict import predict
from weir_fuxictr.specs import BuildSpec, PredictSpec, TrainSpec, parse_spec
from weir_fuxictr.training.train import train

FEATURE_COLS: list[dict[str, Any]] = [
    {"name": ["city_tag", "plan_tag"], "type": "categorical", "dtype": "str", "active": True},
    {"name": "age_tag", "type": "categorical", "dtype": "int", "active": True},
    {"name": ["spend_cnt"], "type": "numeric", "dtype": "float", "active": True, "normalizer": "StandardScaler"},
    {"name": ["visits_cnt"], "type": "numeric", "dtype": "float", "active": True, "normalizer": "MinMaxScaler"},
    {"name": ["apps_textlist"], "type": "sequence", "dtype": "list", "active": True, "max_len": 5},
    {"name": ["words_textlist"], "type": "sequence", "dtype": "str", "active": True, "padding": "pre"},
]
LABEL_COLS = [{"name": "label_click", "dtype": "float"}, {"name": "label_buy", "dtype": "float"}]
FAST_PARAMS: dict[str, Any] = {
    "learning_rate": "1e-2",
    "batch_size": 256,
    "epochs": 3,
    "embedding_dim": 8,
    "embedding_regularizer": "1e-8",
    "net_dropout": 0.1,
    "metrics": ["AUC", "logloss"],
    "monitor": "AUC",
    "seed": 7,
}


def make_rows(rows: int, seed: int = 0) -> pa.Table:
    """Rows with nulls in every feature column; both labels depend on all feature types."""
    random = np.random.default_rng(seed)
    city = random.integers(0, 8, rows)
    age = random.integers(18, 60, rows)
    spend = random.exponential(10.0, rows)
    apps = [[f"app{item}" for item in random.integers(0, 12, size)] for size in random.integers(0, 7, rows)]
    words = [[f"w{item}" for item in random.integers(0, 9, size)] for size in random.integers(1, 5, rows)]
    likes = np.array(["app1" in items for items in apps]) + np.array(["w2" in items for items in words])
    click = (city % 3) * 0.9 + likes * 1.3 - 0.04 * spend - 0.6 + random.logistic(0, 0.5, rows)
    buy = (age - 38) * 0.06 + 0.08 * spend - (city % 2) * 0.8 - 0.5 + random.logistic(0, 0.5, rows)
    return pa.table(
        {
            "user_id": pa.array(np.arange(rows) + seed * 1_000_000),
            "city_tag": pa.array([f"city{item}" for item in city], mask=random.random(rows) < 0.05),
            "plan_tag": pa.array(random.choice(["free", "pro", "team"], rows)),
            "age_tag": pa.array(age, mask=random.random(rows) < 0.05),
            "spend_cnt": pa.array(spend, mask=random.random(rows) < 0.05),
            "visits_cnt": pa.array(random.integers(0, 50, rows).astype(np.int32)),
            "apps_textlist": pa.array(apps, pa.list_(pa.string()), mask=random.random(rows) < 0.05),
            "words_textlist": pa.array(["^".join(items) for items in words], mask=random.random(rows) < 0.05),
            "label_click": pa.array((click > 0).astype(np.int64)),
            "label_buy": pa.array((buy > 0).astype(np.float64)),
        }
    )


def write_rows(table: pa.Table, directory: Path, files: int = 2) -> Path:
    """Writes a table as ``part_{i}.parquet`` files with small row groups."""
    directory.mkdir(parents=True, exist_ok=True)
    size = -(-table.num_rows // files)
    for index in range(files):
        pq.write_table(table.slice(index * size, size), directory / f"part_{index}.parquet", row_group_size=700)
    return directory


@dataclass
class Engine:
    """Runs commands in this process, with events collected in a file."""

    directory: Path

    def events(self) -> list[dict[str, Any]]:
        """All events so far."""
        return [json.loads(line) for line in (self.directory / "events.jsonl").read_text().splitlines()]

    def build(self, train_dir: Path, name: str = "ds", **changes: Any) -> dict[str, Any]:
        """Builds ``{directory}/{name}``."""
        return build(parse_spec(BuildSpec, self.build_spec(train_dir, name, **changes)), self._sink())

    def build_spec(self, train_dir: Path, name: str = "ds", **changes: Any) -> dict[str, Any]:
        """The spec that ``build`` uses."""
        spec: dict[str, Any] = {"train_dir": str(train_dir), "output_dir": str(self.directory / name)}
        spec |= {"feature_cols": FEATURE_COLS, "label_cols": LABEL_COLS}
        return {**spec, "split": {"type": "random", "valid": 0.1, "test": 0.1, "seed": 1}, **changes}

    def train(self, dataset: str, model: str, name: str, **params: Any) -> dict[str, Any]:
        """Trains into ``{directory}/{name}``."""
        return train(parse_spec(TrainSpec, self.train_spec(dataset, model, name, **params)), self._sink())

    def train_spec(self, dataset: str, model: str, name: str, **params: Any) -> dict[str, Any]:
        """The spec that ``train`` uses; ``fuxictr_root`` and ``gpu`` are spec keys, the rest parameters."""
        own: dict[str, Any] = {key: params.pop(key) for key in ("fuxictr_root", "gpu") if key in params}
        spec: dict[str, Any] = {
            "dataset_dir": dataset,
            "output_dir": str(self.directory / name),
            "model": model,
            "model_id": "m",
        }
        return {**spec, "params": {**FAST_PARAMS, **params}, **own}

    def predict(self, dataset: str, model: str, name: str, input_dir: Path, **changes: Any) -> dict[str, Any]:
        """Scores ``input_dir`` with the model of ``train(name=name)``."""
        params = {**FAST_PARAMS, **changes.pop("params", {})}
        spec: dict[str, Any] = {
            "dataset_dir": dataset,
            "model_dir": str(self.directory / name),
            "model": model,
            "model_id": "m",
        }
        spec |= {"params": params, "input_dir": str(input_dir), "output_dir": str(self.directory / "out")}
        return predict(parse_spec(PredictSpec, {**spec, **changes}), self._sink())

    def _sink(self) -> EventSink:
        return EventSink(str(self.directory / "events.jsonl"))


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """An engine that works below the test's own directory."""
    return Engine(tmp_path)


@pytest.fixture(scope="session")
def raw_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """3,000 labelled rows in two files."""
    return write_rows(make_rows(3_000), tmp_path_factory.mktemp("raw"))


@pytest.fixture(scope="session")
def two_labels(tmp_path_factory: pytest.TempPathFactory, raw_dir: Path) -> str:
    """A built dataset with both labels."""
    return str(Engine(tmp_path_factory.mktemp("two")).build(raw_dir)["dataset_dir"])


@pytest.fixture(scope="session")
def one_label(tmp_path_factory: pytest.TempPathFactory, raw_dir: Path) -> str:
    """A built dataset with ``label_click`` only."""
    return str(Engine(tmp_path_factory.mktemp("one")).build(raw_dir, label_cols=LABEL_COLS[:1])["dataset_dir"])


def refusal(action: Callable[[], Any]) -> EngineError:
    """Returns the EngineError that ``action`` raises."""
    with pytest.raises(EngineError) as caught:
        action()
    return caught.value
