"""Which models exist: those that the engine ships and those of a FuxiCTR checkout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import Any, Final, Literal

import torch

from weir_fuxictr.errors import EngineError
from weir_fuxictr.model_zoo.checkout import CheckoutModel, find_checkout_models


@dataclass(frozen=True)
class ModelEntry:
    """A model by name; ``load`` imports its class."""

    name: str
    is_multitask: bool
    source: Literal["weir", "fuxictr_root"]
    paper: str
    load: Callable[[], Any]


_SHIPPED: Final = {
    "LR": (False, "Richardson et al., Predicting Clicks, WWW 2007"),
    "DNN": (False, "Covington et al., Deep Neural Networks for YouTube Recommendations, RecSys 2016"),
    "DeepFM": (False, "Guo et al., DeepFM, IJCAI 2017"),
    "DCNv2": (False, "Wang et al., DCN V2, WWW 2021"),
    "AutoInt": (False, "Song et al., AutoInt, CIKM 2019"),
    "ShareBottom": (True, "Caruana, Multitask Learning, Machine Learning 28, 1997"),
    "MMoE": (True, "Ma et al., Modeling Task Relationships in Multi-task Learning with MMoE, KDD 2018"),
    "PLE": (True, "Tang et al., Progressive Layered Extraction, RecSys 2020"),
}


def list_models(fuxictr_root: str | None = None) -> list[ModelEntry]:
    """Lists shipped models first; a checkout's model whose name is shipped is listed by its folder instead."""
    entries = [_shipped_entry(name) for name in _SHIPPED]
    for model in find_checkout_models(fuxictr_root) if fuxictr_root else []:
        name = model.folder if model.class_name in _SHIPPED else model.class_name
        if name not in {entry.name for entry in entries}:
            entries.append(_checkout_entry(name, model))
    return entries


def find_model(name: str, fuxictr_root: str | None = None) -> ModelEntry:
    """Finds a model by class name, or by its folder below ``model_zoo`` such as ``multitask/MMoE``.

    A folder means the checkout's model when there is one, else the shipped model of that name.
    Raises EngineError ``unknown_model``.
    """
    for model in find_checkout_models(fuxictr_root) if fuxictr_root and "/" in name else []:
        if model.folder == name:
            return _checkout_entry(name, model)
    entries = {entry.name: entry for entry in list_models(fuxictr_root)}
    short = _short_name(name)
    if name not in entries and short not in entries:
        message = f"There is no model {name}. Known: {', '.join(entries)}."
        raise EngineError("unknown_model", message, field="model", value=name)
    return entries.get(name) or entries[short]


def describe_models(fuxictr_root: str | None) -> dict[str, Any]:
    """Describes all models and the versions they run on."""
    models = [
        {
            "name": entry.name,
            "tasks": "multi" if entry.is_multitask else "single",
            "source": entry.source,
            "paper": entry.paper,
        }
        for entry in list_models(fuxictr_root)
    ]
    versions = {"fuxictr_version": version("fuxictr"), "torch_version": torch.__version__}
    return {"models": models, **versions, "cuda": torch.cuda.is_available()}


def _shipped_entry(name: str) -> ModelEntry:
    is_multitask, paper = _SHIPPED[name]
    return ModelEntry(name, is_multitask, "weir", paper, lambda: _load_shipped(name))


def _load_shipped(name: str) -> Any:
    return getattr(import_module(f"weir_fuxictr.model_zoo.{name}.model"), name)


def _checkout_entry(name: str, model: CheckoutModel) -> ModelEntry:
    return ModelEntry(name, model.is_multitask, "fuxictr_root", model.paper, model.load)


def _short_name(name: str) -> str:
    return name.rsplit("/", 1)[-1].removesuffix("_torch")
