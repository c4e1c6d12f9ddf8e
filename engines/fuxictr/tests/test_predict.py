"""The predict command: every row once, in order, with its columns; parts resume; drift is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import roc_auc_score

from conftest import Engine, make_rows, refusal, write_rows
from weir_fuxictr.config.feature_columns import parse_feature_columns
from weir_fuxictr.dataset.encoder import BatchEncoder
from weir_fuxictr.dataset.manifest import load_manifest
from weir_fuxictr.dataset.processor import load_processor

LABELS = ["label_click", "label_buy"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, two_labels: str) -> Engine:
    """An MMoE with strong dropout, trained into ``run``."""
    engine = Engine(tmp_path_factory.mktemp("trained"))
    engine.train(two_labels, "MMoE", "run", net_dropout=0.5, batch_norm=True)
    return engine


def predict(trained: Engine, dataset: str, input_dir: Path, out: Path, **changes: Any) -> dict[str, Any]:
    params = {"net_dropout": 0.5, "batch_norm": True}
    changes = {"part_rows": 400, "output_dir": str(out), **changes}
    return trained.predict(dataset, "MMoE", "run", input_dir, params=params, **changes)


def read(out: Path) -> pa.Table:
    return pa.concat_tables([pq.read_table(path) for path in sorted(out.glob("part_*.parquet"))])


def test_rows_keep_their_number_order_columns_and_types(trained: Engine, two_labels: str, tmp_path: Path) -> None:
    table = make_rows(1_503, seed=5)
    result = predict(trained, two_labels, write_rows(table, tmp_path / "in", 3), tmp_path / "out")
    assert result["rows"] == 1_503
    assert [part["rows"] for part in result["parts"]] == [400, 400, 400, 303]
    assert [part["file"] for part in result["parts"]] == [f"part_{index:05d}.parquet" for index in range(4)]
    scored = read(tmp_path / "out")
    assert scored.schema.names == result["columns"] == [*table.schema.names, "prediction_0", "prediction_1"]
    assert scored.drop(["prediction_0", "prediction_1"]).equals(table)
    assert scored.schema.field("prediction_0").type == pa.float64()
    for index, label in enumerate(LABELS):
        assert roc_auc_score(scored[label].to_numpy(), scored[f"prediction_{index}"].to_numpy()) > 0.6


def test_unlabeled_rows_get_the_same_predictions(trained: Engine, two_labels: str, tmp_path: Path) -> None:
    table = make_rows(900, seed=6)
    predict(trained, two_labels, write_rows(table, tmp_path / "a"), tmp_path / "out_a")
    predict(trained, two_labels, write_rows(table.drop(LABELS), tmp_path / "b"), tmp_path / "out_b")
    names = ["prediction_0", "prediction_1"]
    assert read(tmp_path / "out_a").select(names).equals(read(tmp_path / "out_b").select(names))


def test_predictions_do_not_depend_on_the_run_or_the_parts(trained: Engine, two_labels: str, tmp_path: Path) -> None:
    rows = write_rows(make_rows(800, seed=7), tmp_path / "in")
    for name, part_rows in (("a", 400), ("b", 400), ("c", 333)):
        predict(trained, two_labels, rows, tmp_path / name, part_rows=part_rows)
    first, again, others = (read(tmp_path / name) for name in "abc")
    assert first.equals(again)
    np.testing.assert_allclose(first["prediction_1"].to_numpy(), others["prediction_1"].to_numpy(), atol=1e-6)


def test_resume_keeps_finished_parts_and_redoes_the_rest(trained: Engine, two_labels: str, tmp_path: Path) -> None:
    rows, out = write_rows(make_rows(1_500, seed=8), tmp_path / "in"), tmp_path / "out"
    first = predict(trained, two_labels, rows, out)
    whole = read(out)
    times = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    (out / "part_00001.parquet").write_bytes((out / "part_00001.parquet").read_bytes()[:-50])
    pq.write_table(whole.slice(1_200, 10), out / "part_00003.parquet")
    (out / "part_00009.parquet").write_bytes(b"an older and longer run")
    (out / ".part_00002.parquet.partial").write_bytes(b"torn")
    second = predict(trained, two_labels, rows, out)
    assert read(out).equals(whole)
    assert {**second, "seconds": 0} == {**first, "seconds": 0}
    assert sorted(path.name for path in out.iterdir()) == sorted(times)
    same = {name for name, changed in times.items() if (out / name).stat().st_mtime_ns == changed}
    assert same == {"part_00000.parquet", "part_00002.parquet"}
    checkpoints = [event["data"] for event in trained.events() if event["type"] == "checkpoint"]
    assert checkpoints[-1] == {"completed_parts": [0, 1, 2, 3], "rows": 1_500}


def test_other_input_makes_all_parts_new(trained: Engine, two_labels: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    predict(trained, two_labels, write_rows(make_rows(900, seed=1), tmp_path / "a"), out)
    predict(trained, two_labels, write_rows(make_rows(500, seed=2), tmp_path / "b"), out)
    assert read(out)["user_id"].to_pylist() == make_rows(500, seed=2)["user_id"].to_pylist()


def test_drift_and_missing_columns_are_refused(trained: Engine, two_labels: str, tmp_path: Path) -> None:
    table = make_rows(300, seed=3)

    def error_of(changed: pa.Table, name: str) -> Any:
        return refusal(lambda: predict(trained, two_labels, write_rows(changed, tmp_path / name), tmp_path / "out"))

    text = table.set_column(3, "age_tag", table["age_tag"].cast(pa.string()))
    error = error_of(text, "text")
    assert (error.code, error.field) == ("type_drift", "age_tag")
    assert "int64" in error.message
    assert "string" in error.message
    error = error_of(table.drop(["plan_tag"]), "less")
    assert (error.code, error.field) == ("feature_missing", "plan_tag")
    error = error_of(table.append_column("prediction_0", table["user_id"]), "scored")
    assert (error.code, error.field) == ("type_drift", "prediction_0")
    assert error_of(table.slice(0, 0), "none").code == "empty_input"


def test_weights_of_another_model_are_refused(trained: Engine, two_labels: str, tmp_path: Path) -> None:
    rows = write_rows(make_rows(300), tmp_path / "in")
    assert refusal(lambda: trained.predict(two_labels, "PLE", "run", rows)).field == "model_dir"
    assert refusal(lambda: trained.predict(two_labels, "MMoE", "nowhere", rows)).field == "model_dir"


def test_the_encoder_gives_what_the_build_wrote(two_labels: str, raw_dir: Path) -> None:
    manifest = load_manifest(two_labels)
    encoder = BatchEncoder(parse_feature_columns(manifest.feature_cols), load_processor(manifest.directory))
    raw = pa.concat_tables([pq.read_table(path) for path in sorted(raw_dir.glob("*.parquet"))]).combine_chunks()
    encoded = encoder.encode(raw.to_batches()[0])
    rows: list[tuple[float, ...]] = []
    for split in ("train", "valid", "test"):
        table = pq.read_table(manifest.split_files(split))
        rows += zip(table["spend_cnt"].to_pylist(), table["city_tag"].to_pylist(), strict=True)
    mine = zip(encoded["spend_cnt"].tolist(), encoded["city_tag"].tolist(), strict=True)
    assert sorted(mine) == sorted(rows)
