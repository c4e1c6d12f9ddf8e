"""The predict command: streams unlabeled rows through the encoder and the model, part by part."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import torch

from weir_fuxictr.config.feature_columns import parse_feature_columns
from weir_fuxictr.config.params import check_params
from weir_fuxictr.dataset.encoder import BatchEncoder
from weir_fuxictr.dataset.manifest import Manifest, load_manifest
from weir_fuxictr.dataset.processor import load_processor
from weir_fuxictr.dataset.source import ParquetSource, physical_type
from weir_fuxictr.errors import EngineError
from weir_fuxictr.events import EventSink
from weir_fuxictr.files import describe_files, fingerprint, hash_file
from weir_fuxictr.model_zoo.registry import find_model
from weir_fuxictr.prediction.parts import PartStore, read_parts
from weir_fuxictr.specs import PredictSpec
from weir_fuxictr.training.evaluation import Vector
from weir_fuxictr.training.train import configure_threads, make_model

_READ_ROWS: Final = 65_536
_DEFAULT_BATCH_SIZE: Final = 8_192
_PREDICTION: Final = re.compile(r"^prediction_\d+$")


class Scorer:
    """A loaded model with the encoder of its dataset."""

    def __init__(self, spec: PredictSpec, manifest: Manifest, weights: Path) -> None:
        entry = find_model(spec.model, spec.fuxictr_root)
        params = check_params(spec.params, manifest.labels, entry.is_multitask)
        configure_threads()
        self._labels = manifest.labels
        self._batch_size = spec.batch_size or _DEFAULT_BATCH_SIZE
        self._model = make_model(entry.load(), manifest, params, spec.model_id, spec.gpu)
        self._features = list(self._model.feature_map.features)
        self._load_weights(weights)
        columns = parse_feature_columns(manifest.feature_cols)
        self._encoder = BatchEncoder(columns, load_processor(manifest.directory))

    def score(self, batch: pa.RecordBatch) -> list[Vector]:
        """Returns one vector per label, each of shape (rows,)."""
        encoded = self._encoder.encode(batch)
        tensors = {name: torch.from_numpy(np.ascontiguousarray(encoded[name])) for name in self._features}
        scored: list[list[Vector]] = [[] for _ in self._labels]
        with torch.inference_mode():
            for start in range(0, batch.num_rows, self._batch_size):
                output = self._model.forward({k: v[start : start + self._batch_size] for k, v in tensors.items()})
                for index, label in enumerate(self._labels):
                    column = output[f"{label}_pred"] if f"{label}_pred" in output else output["y_pred"]
                    scored[index].append(column.double().cpu().numpy().reshape(-1))
        return [np.concatenate(parts) for parts in scored]

    def _load_weights(self, path: Path) -> None:
        try:
            self._model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
        except RuntimeError as error:
            message = f"{path.name} does not fit the model and its parameters: {error}."
            raise EngineError("invalid_spec", message, field="model_dir", value=str(path)) from error
        self._model.eval()


def predict(spec: PredictSpec, events: EventSink) -> dict[str, Any]:
    """Scores every input row; finished parts of the same inputs and model are kept."""
    started = time.monotonic()
    manifest = load_manifest(spec.dataset_dir)
    weights = Path(spec.model_dir).absolute() / f"{spec.model_id}.model"
    if not weights.is_file():
        message = f"There is no {weights.name} in {spec.model_dir}. Run train first."
        raise EngineError("invalid_spec", message, field="model_dir", value=spec.model_dir)
    source = ParquetSource.open(spec.input_dir, "input_dir")
    check_input(source.schema, manifest)
    store = _open_store(spec, manifest, source, weights)
    finished = store.find_finished()
    store.remove_stale(finished)
    if finished:
        events.log(f"{len(finished)} of {store.count} parts are already finished.")
    if len(finished) < store.count:
        _score_parts(Scorer(spec, manifest, weights), source, store, finished, events)
    parts = [{"file": store.path(part).name, "rows": store.rows_of(part)} for part in range(store.count)]
    return {
        "rows": source.rows,
        "parts": parts,
        "columns": [*source.schema.names, *prediction_names(manifest.labels)],
        "labels": manifest.labels,
        "seconds": time.monotonic() - started,
    }


def check_input(schema: pa.Schema, manifest: Manifest) -> None:
    """Raises EngineError ``feature_missing`` or ``type_drift`` when rows differ from what the model was built on."""
    for name in schema.names:
        if _PREDICTION.match(name):
            message = f"The input already has a column {name}; rename it, because the output adds it."
            raise EngineError("type_drift", message, field=name)
    for name, expected in manifest.input_schema.items():
        if name in manifest.labels:
            continue
        if name not in schema.names:
            raise EngineError("feature_missing", f"The input lacks the column {name} ({expected}).", field=name)
        found = physical_type(schema.field(name).type)
        if found != expected:
            message = f"Column {name} was {expected} when the dataset was built and is {found} now. Cast it in the SQL."
            raise EngineError("type_drift", message, field=name, value=found)


def prediction_names(labels: list[str]) -> list[str]:
    """Names the added columns, one per label in order."""
    return [f"prediction_{index}" for index in range(len(labels))]


def _open_store(spec: PredictSpec, manifest: Manifest, source: ParquetSource, weights: Path) -> PartStore:
    made_from = {
        "dataset": manifest.fingerprint,
        "weights": hash_file(weights),
        "model": spec.model,
        "params": spec.params,
        "input": describe_files(source.files),
        "part_rows": spec.part_rows,
        "batch_size": spec.batch_size,
    }
    output_dir = Path(spec.output_dir).absolute()
    output_dir.mkdir(parents=True, exist_ok=True)
    if output_dir == Path(spec.input_dir).absolute():
        message = "output_dir must not be input_dir."
        raise EngineError("invalid_spec", message, field="output_dir", value=spec.output_dir)
    return PartStore(output_dir, fingerprint(made_from), spec.part_rows, source.rows)


def _score_parts(
    scorer: Scorer, source: ParquetSource, store: PartStore, finished: set[int], events: EventSink
) -> None:
    done = set(finished)
    started, scored = time.monotonic(), 0
    rows_done = sum(store.rows_of(part) for part in done)
    for part, batches in read_parts(source, store, finished, min(_READ_ROWS, store.part_rows)):
        scores: list[list[Vector]] = []
        for batch in batches:
            scores.append(scorer.score(batch))
            rows_done += batch.num_rows
            scored += batch.num_rows
            events.progress_at_most_twice_a_second(rows_done, source.rows, "Scoring rows")
        table = pa.Table.from_batches(batches)
        for index in range(len(scores[0])):
            column = np.concatenate([vectors[index] for vectors in scores])
            table = table.append_column(f"prediction_{index}", pa.array(column, pa.float64()))
        store.write(part, table)
        done.add(part)
        events.checkpoint({"completed_parts": sorted(done), "rows": rows_done})
        events.metric("samples_per_s", scored / (time.monotonic() - started), unit="rows/s")
    events.progress(source.rows, source.rows, "Scoring rows")
