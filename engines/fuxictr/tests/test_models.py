"""Shipped configurations and the models of a FuxiCTR checkout."""

from __future__ import annotations

import inspect
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import Engine, refusal
from weir_fuxictr.config.params import check_params
from weir_fuxictr.model_zoo.registry import find_model, list_models

SHIPPED = ["LR", "DNN", "DeepFM", "DCNv2", "AutoInt", "ShareBottom", "MMoE", "PLE"]
CHECKOUT_MODEL = '''
import torch
from torch import nn
from fuxictr.pytorch.models import {base}
from fuxictr.pytorch.layers import FeatureEmbedding
from .parts import width


class {name}({base}):
    """ Made by the test (Paper of {name}) """
    def __init__(self, feature_map, model_id="{name}", embedding_dim=4, learning_rate=1e-3, **kwargs):
        super().__init__(feature_map, model_id=model_id, **kwargs)
        self.embedding_layer = FeatureEmbedding(feature_map, embedding_dim)
        outputs = getattr(self, "num_tasks", 1)
        self.out = nn.Linear(width(feature_map), outputs)
        self.compile(kwargs["optimizer"], kwargs["loss"], learning_rate)
        self.reset_parameters()
        self.model_to_device()

    def forward(self, inputs):
        scores = torch.sigmoid(self.out(self.embedding_layer(self.get_inputs(inputs), flatten_emb=True)))
        if hasattr(self, "num_tasks"):
            return {{f"{{label}}_pred": scores[:, i : i + 1] for i, label in enumerate(self.feature_map.labels)}}
        return {{"y_pred": scores}}
'''


def write_model(root: Path, folder: str, name: str, base: str = "BaseModel") -> None:
    package = root / "model_zoo" / folder / "src"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(f"from .{name} import *\n")
    (package / "parts.py").write_text("def width(feature_map):\n    return feature_map.sum_emb_out_dim()\n")
    (package / f"{name}.py").write_text(CHECKOUT_MODEL.format(name=name, base=base))


@pytest.fixture
def checkout(tmp_path: Path) -> str:
    root = tmp_path / "checkout"
    write_model(root, "Tiny", "Tiny")
    write_model(root, "DeepFM/DeepFM_torch", "DeepFM")
    write_model(root, "multitask/Twin", "Twin", "MultiTaskModel")
    write_model(root, "Broken", "Broken")
    (root / "model_zoo" / "Broken" / "src" / "parts.py").write_text("import no_such_module_anywhere\n")
    return str(root)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_configuration_is_in_fuxictrs_format_and_fits_its_model(name: str) -> None:
    folder = resources.files("weir_fuxictr") / "model_zoo" / name / "config"
    config = yaml.load((folder / "model_config.yaml").read_text(), Loader=yaml.FullLoader)
    assert set(config) == {"Base", f"{name}_default"}
    params = {**config["Base"], **config[f"{name}_default"]}
    assert (params["model"], params["dataset_id"]) == (name, "default")
    entry = find_model(name)
    checked = check_params(params, ["a", "b"] if entry.is_multitask else ["a"], entry.is_multitask)
    assert checked["loss"] == (["binary_crossentropy"] * 2 if entry.is_multitask else "binary_crossentropy")
    accepted = set(inspect.signature(entry.load().__init__).parameters)
    own = {key for key in config[f"{name}_default"] if "units" in key or "num_" in key or "attention" in key}
    assert own <= accepted
    dataset = yaml.load((folder / "dataset_config.yaml").read_text(), Loader=yaml.FullLoader)
    assert dataset == {"default": {"data_format": "parquet", "split_type": "random", "min_categr_count": 1}}


def test_a_checkouts_models_are_listed_beside_the_shipped_ones(checkout: str) -> None:
    found = {entry.name: entry for entry in list_models(checkout)}
    assert list(found)[: len(SHIPPED)] == SHIPPED
    assert set(found) - set(SHIPPED) == {"Tiny", "DeepFM/DeepFM_torch", "Twin", "Broken"}
    assert found["Twin"].is_multitask
    assert found["Tiny"].source == "fuxictr_root"
    assert found["Tiny"].paper == "Made by the test (Paper of Tiny)"


def test_a_plain_name_is_the_shipped_model_and_a_folder_the_checkouts(checkout: str) -> None:
    assert find_model("DeepFM", checkout).source == "weir"
    assert find_model("DeepFM/DeepFM_torch", checkout).source == "fuxictr_root"
    assert find_model("multitask/MMoE").source == "weir"
    assert find_model("multitask/Twin", checkout).source == "fuxictr_root"


@pytest.mark.parametrize(("model", "fixture"), [("Tiny", "one_label"), ("Twin", "two_labels")])
def test_a_checkouts_model_trains_and_predicts(
    engine: Engine, raw_dir: Path, checkout: str, model: str, fixture: str, request: pytest.FixtureRequest
) -> None:
    dataset = request.getfixturevalue(fixture)
    options: dict[str, Any] = {"fuxictr_root": checkout}
    result = engine.train(dataset, model, "run", **options)
    assert all(values["AUC"] > 0.6 for values in result["metrics"]["test"].values())
    scored = engine.predict(dataset, model, "run", raw_dir, **options)
    assert scored["rows"] == 3_000


def test_a_checkout_that_cannot_be_used_is_refused(engine: Engine, one_label: str, checkout: str) -> None:
    error = refusal(lambda: engine.train(one_label, "Broken", "run", fuxictr_root=checkout))
    assert error.code == "unknown_model"
    assert "no_such_module_anywhere" in error.message
    assert refusal(lambda: list_models(str(engine.directory))).field == "fuxictr_root"
