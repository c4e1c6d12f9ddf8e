"""The build command: raw Parquet to a FuxiCTR dataset in two streaming passes.

Pass one counts (labels, tokens, moments), pass two encodes and writes. Everything is written to
``{output_dir}.building``, synced and renamed, so a killed build never looks like a dataset.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import repeat
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

import weir_fuxictr
from weir_fuxictr.config.feature_columns import FeatureColumn, parse_feature_columns, parse_label_columns
from weir_fuxictr.dataset.encoder import BatchEncoder
from weir_fuxictr.dataset.labels import LabelStatistics, read_label
from weir_fuxictr.dataset.manifest import MANIFEST_NAME, find_manifest
from weir_fuxictr.dataset.processor import StreamedFeatureProcessor
from weir_fuxictr.dataset.source import ParquetSource, physical_type
from weir_fuxictr.dataset.split import SPLITS, Codes, SplitAssigner, split_sizes
from weir_fuxictr.dataset.statistics import ColumnStatistics
from weir_fuxictr.dataset.tokens import check_physical_type
from weir_fuxictr.dataset.writer import SplitWriter
from weir_fuxictr.errors import EngineError
from weir_fuxictr.events import EventSink
from weir_fuxictr.files import describe_files, fingerprint, sync_directory, sync_tree, write_json
from weir_fuxictr.specs import IDENTIFIER, BuildSpec

_BYTES_PER_CELL: Final = 160
_BATCH_ROWS_RANGE: Final = (4_096, 65_536)


@dataclass(frozen=True)
class _Plan:
    spec: BuildSpec
    source: ParquetSource
    columns: list[FeatureColumn]
    labels: list[str]
    sizes: dict[str, int]
    events: EventSink

    @property
    def batch_rows(self) -> int:
        """Rows per batch such that a few batches in flight stay below a quarter of the memory limit."""
        cells = len(self.columns) + len(self.labels)
        wanted = self.spec.memory_limit_mb * (1 << 20) // (4 * _BYTES_PER_CELL * cells)
        return max(_BATCH_ROWS_RANGE[0], min(_BATCH_ROWS_RANGE[1], wanted))

    def batches(self, message: str) -> Iterator[tuple[pa.RecordBatch, Codes]]:
        """Yields each batch with the split codes of its rows, and reports progress in rows."""
        names = list(dict.fromkeys([*self.labels, *(column.source_name for column in self.columns)]))
        assigner = SplitAssigner(self.sizes, self.spec.split)
        for start, batch in self.source.batches(names, self.batch_rows):
            yield batch, assigner.take(batch.num_rows)
            self.events.progress_at_most_twice_a_second(start + batch.num_rows, self.source.rows, message)
        self.events.progress(self.source.rows, self.source.rows, message)


def build(spec: BuildSpec, events: EventSink) -> dict[str, Any]:
    """Builds the dataset, or answers the recorded result when it is there for the same inputs."""
    output_dir = Path(spec.output_dir).absolute()
    columns = parse_feature_columns(spec.feature_cols)
    labels = parse_label_columns(spec.label_cols)
    _check_output_dir(output_dir)
    source = ParquetSource.open(spec.train_dir, "train_dir")
    inputs = _fingerprint_inputs(spec, source)
    manifest = find_manifest(output_dir)
    if manifest is not None and manifest.fingerprint == inputs:
        events.log(f"The dataset {output_dir} is already built from the same inputs.")
        return manifest.result()
    _check_schema(source, columns, labels)
    plan = _Plan(spec, source, columns, labels, split_sizes(source.rows, spec.split), events)
    building = output_dir.with_name(output_dir.name + ".building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        raw = _build_into(building, output_dir, plan)
        write_json(building / MANIFEST_NAME, {**raw, "fingerprint": inputs})
        sync_tree(building)
        _replace_directory(building, output_dir)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    finished = find_manifest(output_dir)
    if finished is None:
        raise EngineError("engine_failed", f"The dataset {output_dir} changed right after it was built.")
    return finished.result()


def _build_into(building: Path, output_dir: Path, plan: _Plan) -> dict[str, Any]:
    labels, features = _collect_statistics(plan)
    for label in labels:
        label.check_both_classes()
        if plan.sizes["test"] and label.positives["test"] in (0, plan.sizes["test"]):
            plan.events.log(f"Label {label.name} has one class only in the test split: no AUC there.", "WARNING")
    processor = StreamedFeatureProcessor(plan.columns, plan.labels, building, output_dir)
    min_count = plan.spec.min_categr_count
    statistics = {feature.column.name: feature.for_fit(min_count) for feature in features}
    processor.fit_from(statistics, min_count)
    del statistics
    null_counts = {feature.column.name: feature.nulls for feature in features}
    features.clear()
    _encode_splits(building, plan, processor)
    return _describe(building, plan, labels, _describe_features(plan, processor, null_counts))


def _collect_statistics(plan: _Plan) -> tuple[list[LabelStatistics], list[ColumnStatistics]]:
    labels = [LabelStatistics(name) for name in plan.labels]
    features = [ColumnStatistics(column) for column in plan.columns]
    with ThreadPoolExecutor(plan.spec.threads) as pool:
        for batch, codes in plan.batches("Counting rows"):
            for label in labels:
                label.add(batch.column(label.name), codes)
            arrays = [batch.column(feature.column.source_name) for feature in features]
            list(pool.map(ColumnStatistics.add, features, arrays, repeat(codes == 0)))
    return labels, features


def _encode_splits(building: Path, plan: _Plan, processor: StreamedFeatureProcessor) -> None:
    encoder = BatchEncoder(plan.columns, processor, plan.spec.threads)
    with ExitStack() as stack:
        writers = [stack.enter_context(SplitWriter(building, name, plan.spec.data_block_size)) for name in SPLITS]
        for batch, codes in plan.batches("Encoding rows"):
            encoded = encoder.encode(batch)
            rows = {name: read_label(name, batch.column(name)) for name in plan.labels}
            rows |= {column.name: encoded[column.name] for column in reversed(plan.columns)}
            for code, writer in enumerate(writers):
                chosen = codes == code
                if chosen.any():
                    writer.write({name: values[chosen] for name, values in rows.items()})


def _describe_features(
    plan: _Plan, processor: StreamedFeatureProcessor, null_counts: dict[str, int]
) -> list[dict[str, Any]]:
    described = []
    for column in plan.columns:
        size = processor.feature_map.features[column.name].get("vocab_size")
        nulls = null_counts[column.name]
        described.append({"name": column.name, "type": column.type, "vocab_size": size, "null_count": nulls})
    return described


def _describe(
    building: Path, plan: _Plan, labels: list[LabelStatistics], features: list[dict[str, Any]]
) -> dict[str, Any]:
    files = []
    for path in sorted(item for item in building.rglob("*") if item.is_file()):
        name = path.relative_to(building).as_posix()
        split = name.split("/")[0].removesuffix(".parquet") if name.endswith(".parquet") else None
        files.append({"path": name, "bytes": path.stat().st_size, "split": split})
    schema = plan.source.schema
    used = dict.fromkeys([*(column.source_name for column in plan.columns), *plan.labels])
    return {
        "format": 1,
        "dataset_id": Path(plan.spec.output_dir).name,
        "versions": {"weir_fuxictr": weir_fuxictr.__version__, "fuxictr": version("fuxictr")},
        "rows": plan.sizes,
        "labels": {item.name: {"positives": item.positives, "rate": item.rates()} for item in labels},
        "features": features,
        "feature_cols": plan.spec.feature_cols,
        "input_schema": {name: physical_type(schema.field(name).type) for name in used},
        "spec": asdict(plan.spec),
        "files": files,
    }


def _check_output_dir(output_dir: Path) -> None:
    if not IDENTIFIER.match(output_dir.name):
        message = f"The last part of output_dir is the dataset_id; {output_dir.name!r} has forbidden characters."
        raise EngineError("invalid_spec", message, field="output_dir", value=output_dir.name)
    known = ("feature_map.json", "feature_processor.pkl", MANIFEST_NAME)
    if output_dir.exists() and not any((output_dir / name).exists() for name in known):
        if output_dir.is_dir() and not any(output_dir.iterdir()):
            return
        message = f"{output_dir} exists and is not a dataset; it is not overwritten."
        raise EngineError("invalid_spec", message, field="output_dir", value=str(output_dir))


def _check_schema(source: ParquetSource, columns: list[FeatureColumn], labels: list[str]) -> None:
    names = source.schema.names
    for label in labels:
        if label not in names:
            message = f"Label {label} is not a column of the data ({', '.join(names[:20])})."
            raise EngineError("label_missing", message, field=label)
    for column in columns:
        if column.source_name not in names:
            message = f"Feature {column.name} needs the column {column.source_name}, which the data do not have."
            raise EngineError("feature_missing", message, field=column.source_name)
        check_physical_type(column, source.schema.field(column.source_name).type)


def _fingerprint_inputs(spec: BuildSpec, source: ParquetSource) -> str:
    content = {key: value for key, value in asdict(spec).items() if key not in ("memory_limit_mb", "threads")}
    content["output_dir"] = Path(spec.output_dir).name
    return fingerprint({"spec": content, "files": describe_files(source.files), "fuxictr": version("fuxictr")})


def _replace_directory(building: Path, output_dir: Path) -> None:
    replaced = output_dir.with_name(output_dir.name + ".replaced")
    shutil.rmtree(replaced, ignore_errors=True)
    if output_dir.exists():
        output_dir.rename(replaced)
    building.rename(output_dir)
    sync_directory(output_dir.parent)
    shutil.rmtree(replaced, ignore_errors=True)
