"""The build command: same output as FuxiCTR, refusals, idempotence."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fuxictr.preprocess import FeatureProcessor

from conftest import FEATURE_COLS, LABEL_COLS, Engine, make_rows, refusal, write_rows


def upstream(directory: Path, table: pa.Table, columns: list[dict[str, Any]], **options: Any) -> Any:
    """Fits FuxiCTR's own processor on the rows and returns it with the encoded rows."""
    frame = pl.DataFrame(table).with_columns(pl.col("label_click").cast(pl.Float64), pl.col("label_buy"))
    columns = [dict(column) for column in columns]
    processor = FeatureProcessor(columns, LABEL_COLS, "ds", str(directory))
    prepared = processor.preprocess(frame.with_columns(pl.col("apps_textlist").fill_null([])).lazy())
    processor.fit(prepared, **options)
    return processor, processor.transform({c: prepared.collect()[c].to_numpy() for c in prepared.collect_schema()})


def training_rows(table: pa.Table, dataset: Path) -> pa.Table:
    """The raw rows that became the training split, found by a numeric column that keeps its values."""
    sizes = json.loads((dataset / "weir_dataset.json").read_text())["rows"]
    return table.slice(0, sizes["train"])


@pytest.mark.parametrize("min_count", [1, 40])
def test_files_equal_those_of_fuxictr_for_the_same_rows(engine: Engine, tmp_path: Path, min_count: int) -> None:
    table = make_rows(2_000)
    raw = write_rows(table, tmp_path / "raw")
    split = {"type": "sequential", "valid": 0.1, "test": 0.1, "seed": 0}
    ours = Path(engine.build(raw, split=split, min_categr_count=min_count)["dataset_dir"])
    rows = training_rows(table, ours)
    processor, encoded = upstream(tmp_path / "up", rows, FEATURE_COLS, min_categr_count=min_count)
    for name in ("feature_map.json", "feature_vocab.json"):
        assert (ours / name).read_text() == (tmp_path / "up" / "ds" / name).read_text()
    written = pq.read_table(ours / "train.parquet")
    assert written.schema.names == ["label_click", "label_buy", *reversed(list(processor.feature_map.features))]
    for name in processor.feature_map.features:
        values = np.array(written[name].to_pylist())
        np.testing.assert_allclose(values, np.asarray(encoded[name]), rtol=1e-12, atol=1e-12)


def test_the_pickle_loads_and_transforms_with_fuxictr(two_labels: str, raw_dir: Path) -> None:
    root = Path(two_labels)
    fresh = FeatureProcessor([dict(column) for column in FEATURE_COLS], LABEL_COLS, root.name, str(root.parent))
    loaded = fresh.load_pickle()
    assert type(loaded) is FeatureProcessor
    assert loaded.data_dir == two_labels
    encoded = loaded.transform({"city_tag": ["city1", "nowhere"], "spend_cnt": np.array([0.0, 10.0])})
    vocab = json.loads((root / "feature_vocab.json").read_text())["city_tag"]
    assert encoded["city_tag"] == [vocab["city1"], vocab["__OOV__"]]


def test_a_real_fuxictr_build_writes_the_same_dataset(tmp_path: Path, engine: Engine) -> None:
    raw = write_rows(make_rows(400).drop(["apps_textlist"]), tmp_path / "raw", files=1)
    columns = [column for column in FEATURE_COLS if column["name"] != ["apps_textlist"]]
    split = {"type": "sequential", "valid": 0.25, "test": 0.0, "seed": 0}
    ours = Path(engine.build(raw, feature_cols=columns, split=split)["dataset_dir"])
    table = pq.read_table(raw / "part_0.parquet")
    pq.write_table(table.slice(0, 300), tmp_path / "train.parquet")
    script = (
        "import json, sys\nfrom fuxictr.preprocess import FeatureProcessor, build_dataset\n"
        "root, columns, labels = json.loads(sys.argv[1])\n"
        "build_dataset(FeatureProcessor(columns, labels, 'ds', root + '/up'), train_data=root + '/train.parquet',\n"
        "              data_format='parquet')\n"
    )
    arguments = json.dumps([str(tmp_path), columns, LABEL_COLS])
    finished = subprocess.run([sys.executable, "-c", script, arguments], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr[-2000:]
    for name in ("feature_map.json", "feature_vocab.json"):
        assert (ours / name).read_text() == (tmp_path / "up" / "ds" / name).read_text()
    theirs = pq.read_table(tmp_path / "up" / "ds" / "train.parquet")
    mine = pq.read_table(ours / "train.parquet")
    assert mine.schema.names == theirs.schema.names
    for name in mine.schema.names:
        expected = np.array(theirs[name].to_pylist(), float)
        np.testing.assert_allclose(np.array(mine[name].to_pylist(), float), expected, rtol=1e-12, atol=1e-12)


def test_a_random_split_has_exact_sizes_and_depends_on_the_seed_only(engine: Engine, raw_dir: Path) -> None:
    columns = [{"name": "user_id", "type": "numeric", "dtype": "float"}]
    kept = {}
    for name, seed, limit in (("a", 1, 1024), ("b", 1, 1), ("c", 2, 1024)):
        split = {"type": "random", "valid": 0.15, "test": 0.05, "seed": seed}
        result = engine.build(raw_dir, name, feature_cols=columns, split=split, memory_limit_mb=limit)
        assert result["rows"] == {"train": 2_400, "valid": 450, "test": 150}
        kept[name] = pq.read_table(Path(result["dataset_dir"]) / "valid.parquet")["user_id"].to_pylist()
    assert kept["a"] == kept["b"] != kept["c"]
    assert kept["a"] == sorted(kept["a"])


def test_blocks_hold_the_same_rows_as_one_file(engine: Engine, raw_dir: Path) -> None:
    whole = Path(engine.build(raw_dir, "whole")["dataset_dir"])
    blocks = Path(engine.build(raw_dir, "blocks", data_block_size=500)["dataset_dir"])
    parts = sorted((blocks / "train").glob("part_*.parquet"))
    assert [pq.read_metadata(part).num_rows for part in parts] == [500, 500, 500, 500, 400]
    assert pq.read_table(parts).equals(pq.read_table(whole / "train.parquet"))


def test_nulls_nan_and_unknown_values_are_encoded_as_fuxictr_does(engine: Engine, tmp_path: Path) -> None:
    table = pa.table(
        {
            "tag": ["a", None, "b", "a", "", "c"] * 4,
            "number_tag": pa.array([5.0, None, 7.0, float("nan"), 5.0, 7.0] * 4),
            "cnt": pa.array([1.0, None, float("nan"), 3.0, float("inf"), 2.0] * 4),
            "label": [0, 1] * 12,
        }
    )
    columns = [
        {"name": "tag", "type": "categorical", "dtype": "str"},
        {"name": "number_tag", "type": "categorical", "dtype": "int"},
        {"name": "cnt", "type": "numeric", "dtype": "float"},
    ]
    split = {"type": "sequential", "valid": 0.25, "test": 0.0, "seed": 0}
    label = [{"name": "label", "dtype": "float"}]
    result = engine.build(write_rows(table, tmp_path / "r", 1), feature_cols=columns, label_cols=label, split=split)
    rows = pq.read_table(Path(result["dataset_dir"]) / "train.parquet").slice(0, 6)
    assert rows["tag"].to_pylist() == [1, 4, 2, 1, 4, 3]
    assert rows["number_tag"].to_pylist() == [2, 1, 3, 1, 2, 3]
    assert rows["cnt"].to_pylist() == [1.0, 0.0, 0.0, 3.0, 0.0, 2.0]
    assert [item["null_count"] for item in result["features"]] == [4, 8, 12]


def test_building_again_answers_the_same_result_without_work(engine: Engine, raw_dir: Path) -> None:
    first = engine.build(raw_dir)
    written = (Path(first["dataset_dir"]) / "train.parquet").stat().st_mtime_ns
    assert engine.build(raw_dir) == first
    assert (Path(first["dataset_dir"]) / "train.parquet").stat().st_mtime_ns == written
    assert engine.build(raw_dir, min_categr_count=60)["features"] != first["features"]


def test_a_half_built_dataset_is_built_again(engine: Engine, raw_dir: Path) -> None:
    first = engine.build(raw_dir)
    root = Path(first["dataset_dir"])
    (root / "train.parquet").write_bytes(b"torn")
    (root.parent / "ds.building").mkdir()
    (root.parent / "ds.building" / "feature_map.json").write_text("{}")
    assert engine.build(raw_dir) == first
    assert not (root.parent / "ds.building").exists()
    (root / "weir_dataset.json").unlink()
    assert engine.build(raw_dir) == first


def test_a_foreign_directory_is_not_overwritten(engine: Engine, raw_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "ds").mkdir()
    (tmp_path / "ds" / "thesis.txt").write_text("mine")
    assert refusal(lambda: engine.build(raw_dir)).field == "output_dir"
    assert (tmp_path / "ds" / "thesis.txt").read_text() == "mine"


def test_a_full_disk_is_reported_and_leaves_nothing(engine: Engine, raw_dir: Path, tmp_path: Path) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps(engine.build_spec(raw_dir)))
    limit = 8_192
    finished = subprocess.run(
        [sys.executable, "-m", "weir_fuxictr", "build", "--spec", str(spec)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert finished.returncode == 1
    assert json.loads(finished.stdout.splitlines()[-1])["code"] == "disk_full"
    assert not (tmp_path / "ds").exists()
    assert not (tmp_path / "ds.building").exists()


def with_column(name: str, values: Any) -> pa.Table:
    table = make_rows(300)
    return table.set_column(table.schema.get_field_index(name), name, pa.array(values))


REFUSED = {
    "label_missing because there is no such column": (make_rows(300).drop(["label_buy"]), "label_missing", "label_buy"),
    "label_missing because of nulls": (with_column("label_buy", [None, 1.0] * 150), "label_missing", "label_buy"),
    "label_one_class": (with_column("label_buy", [1.0] * 300), "label_one_class", "label_buy"),
    "label_not_binary because of a number": (
        with_column("label_buy", [0.0, 2.0] * 150),
        "label_not_binary",
        "label_buy",
    ),
    "label_not_binary because of text": (with_column("label_buy", ["0", "1"] * 150), "label_not_binary", "label_buy"),
    "feature_missing": (make_rows(300).drop(["plan_tag"]), "feature_missing", "plan_tag"),
    "feature_all_null": (with_column("plan_tag", pa.nulls(300, pa.string())), "feature_all_null", "plan_tag"),
    "feature_all_null when only empty text": (with_column("plan_tag", [""] * 300), "feature_all_null", "plan_tag"),
    "feature_all_null when only NaN": (with_column("spend_cnt", [float("nan")] * 300), "feature_all_null", "spend_cnt"),
    "text in a numeric feature": (with_column("spend_cnt", ["a"] * 300), "invalid_spec", "spend_cnt"),
    "a fraction in a categorical feature": (with_column("city_tag", [0.5] * 300), "invalid_spec", "city_tag"),
    "a splitter inside a list item": (with_column("apps_textlist", [["a^b"]] * 300), "invalid_spec", "apps_textlist"),
    "no rows": (make_rows(300).slice(0, 0), "empty_input", "train_dir"),
    "too few rows": (make_rows(5), "empty_input", "split.valid"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_data_are_refused(engine: Engine, tmp_path: Path, case: str) -> None:
    table, code, field = REFUSED[case]
    error = refusal(lambda: engine.build(write_rows(table, tmp_path / "raw", 1)))
    assert (error.code, error.field) == (code, field)
    assert not (tmp_path / "ds").exists()
    assert not (tmp_path / "ds.building").exists()


def test_files_with_different_types_are_refused(engine: Engine, tmp_path: Path) -> None:
    raw = write_rows(make_rows(300), tmp_path / "raw", 1)
    pq.write_table(with_column("age_tag", ["x"] * 300), raw / "part_1.parquet")
    error = refusal(lambda: engine.build(raw))
    assert (error.code, error.field) == ("type_drift", "age_tag")
    assert "int64" in error.message
    assert "string" in error.message


def test_a_missing_or_empty_input_directory_is_refused(engine: Engine, tmp_path: Path) -> None:
    assert refusal(lambda: engine.build(tmp_path / "nowhere")).code == "invalid_spec"
    (tmp_path / "empty").mkdir()
    assert refusal(lambda: engine.build(tmp_path / "empty")).code == "empty_input"
