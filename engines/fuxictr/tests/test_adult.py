"""Quality on the Adult census data, when they are beside the project."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest
import yaml
from sklearn.metrics import roc_auc_score

from conftest import Engine
from weir_fuxictr.model_zoo import MMoE

DATA = Path(__file__).parents[4] / "shared" / "data" / "adult.csv"
TRAINING_ROWS = 32_561


@pytest.mark.skipif(not DATA.is_file(), reason="the Adult data are not beside the project (../shared/data/adult.csv)")
def test_the_shipped_mmoe_reaches_its_quality_on_adult(engine: Engine, tmp_path: Path) -> None:
    options = csv.ConvertOptions(strings_can_be_null=True, null_values=[""])
    table = csv.read_csv(DATA, convert_options=options)
    for name, rows in (("train", table.slice(0, TRAINING_ROWS)), ("test", table.slice(TRAINING_ROWS))):
        (tmp_path / name).mkdir()
        pq.write_table(rows, tmp_path / name / "part_0.parquet")
    config = yaml.safe_load((Path(MMoE.__file__).parent / "config" / "model_config.yaml").read_text())
    params = {**config["Base"], **config["MMoE_default"]}
    params.pop("model")
    dataset = engine.build(tmp_path / "train", feature_cols=feature_columns(table.schema), label_cols=LABELS)
    engine.train(dataset["dataset_dir"], "MMoE", "run", **params)
    engine.predict(dataset["dataset_dir"], "MMoE", "run", tmp_path / "test", params=params)
    scored = pq.read_table(tmp_path / "out" / "part_00000.parquet")
    assert scored.num_rows == 16_281
    assert roc_auc_score(scored["label_income"], scored["prediction_0"]) >= 0.868
    assert roc_auc_score(scored["label_never_married"], scored["prediction_1"]) >= 0.872


LABELS = [{"name": "label_income", "dtype": "float"}, {"name": "label_never_married", "dtype": "float"}]


def feature_columns(schema: pa.Schema) -> list[dict[str, object]]:
    """Columns by suffix: ``_tag`` categorical, ``_cnt`` numeric with StandardScaler."""
    tags = [name for name in schema.names if name.endswith("_tag")]
    counts = [name for name in schema.names if name.endswith("_cnt")]
    return [
        {"name": tags, "type": "categorical", "dtype": "str", "active": True},
        {"name": counts, "type": "numeric", "dtype": "float", "active": True, "normalizer": "StandardScaler"},
    ]
