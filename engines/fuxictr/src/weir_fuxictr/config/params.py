"""Experiment parameters: numbers repaired, values checked against the allow-lists, per-label lists filled.

Why numbers are repaired: YAML 1.1 reads ``1e-8`` as text, so merged configs carry numbers as strings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from weir_fuxictr.config.expressions import (
    ACTIVATIONS,
    INITIALIZER,
    LOSSES,
    NUMBER,
    OPTIMIZERS,
    PLAIN_TEXT,
    REGULARIZER,
    TASKS,
    check_feature_encoder,
    check_metric,
    refuse,
)

_NOT_FOR_MODELS: Final = frozenset(
    [
        "data_root",
        "data_format",
        "train_data",
        "valid_data",
        "test_data",
        "infer_data",
        "feature_cols",
        "label_col",
        "split_type",
        "valid_size",
        "test_size",
        "rebuild_dataset",
        "streaming",
        "data_block_size",
        "min_categr_count",
        "sep",
        "feature_config",
        "eval_steps",
        "verbose",
        "gpu",
        "model_root",
        "processed_root",
        "num_workers",
        "pickle_feature_encoder",
        "debug_mode",
    ]
)
_TEXT_KEYS: Final = frozenset({"model", "model_id", "dataset_id", "group_id", "monitor_mode", "loss_weight"})
_WHOLE_NUMBERS: Final = {
    "batch_size": 1,
    "epochs": 1,
    "embedding_dim": 1,
    "early_stop_patience": 1,
    "seed": 0,
}
_FEATURE_SPEC_KEYS: Final = frozenset(
    {"name", "embedding_dim", "emb_output_dim", "feature_encoder", "source", "share_embedding", "padding_idx"}
)
DEFAULTS: Final[dict[str, Any]] = {
    "task": "binary_classification",
    "loss": "binary_crossentropy",
    "metrics": ["AUC", "logloss"],
    "optimizer": "adam",
    "learning_rate": 1.0e-3,
    "batch_size": 1024,
    "epochs": 10,
    "shuffle": True,
    "seed": 2024,
    "monitor": "AUC",
    "monitor_mode": "max",
    "early_stop_patience": 2,
    "embedding_dim": 16,
    "save_best_only": True,
    "reduce_lr_on_plateau": True,
}


def check_params(raw: dict[str, Any], labels: list[str], is_multitask: bool) -> dict[str, Any]:
    """Returns the parameters that may be given to a model.

    Data-set keys are dropped, absent keys get DEFAULTS, ``task`` and ``loss`` of a multi-task model become lists with
    one entry per label. Raises EngineError ``config_refused`` naming field and value.
    """
    kept = {key: value for key, value in raw.items() if key not in _NOT_FOR_MODELS and value is not None}
    params = {**DEFAULTS, **{key: _repair(key, value) for key, value in kept.items()}}
    for key, value in params.items():
        _CHECKS.get(key, _check_other)(value, key)
    _check_numbers(params)
    _check_monitor(params, labels)
    params["optimizer"] = OPTIMIZERS[params["optimizer"].lower()]
    if is_multitask:
        params["num_tasks"] = len(labels)
        params["task"] = _per_label(params["task"], labels, "task")
        params["loss"] = _per_label(params["loss"], labels, "loss")
        params["loss_weight"] = _loss_weight(params.get("loss_weight", "EQ"), labels)
    else:
        params["task"] = _single(params["task"], labels, "task")
        params["loss"] = _single(params["loss"], labels, "loss")
    return params


def _repair(key: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_repair(key, item) for item in value]
    if isinstance(value, dict) and key != "feature_specs":
        return {name: _repair(str(name), item) for name, item in value.items()}
    if isinstance(value, str) and key not in _TEXT_KEYS and NUMBER.match(value.strip()):
        number = float(value)
        return int(number) if number.is_integer() and not set(value.lower()) & set(".e") else number
    if key.endswith("regularizer") and isinstance(value, int):
        return float(value)
    return value


def _check_numbers(params: dict[str, Any]) -> None:
    for key, least in _WHOLE_NUMBERS.items():
        value = params[key]
        if isinstance(value, float) and value.is_integer():
            value = params[key] = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            refuse(key, value, f"use a whole number of at least {least}")
    rate = params["learning_rate"]
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 < rate < 1000:
        refuse("learning_rate", rate, "use a number above 0")
    if params["monitor_mode"] not in ("max", "min"):
        refuse("monitor_mode", params["monitor_mode"], "use max or min")
    for key in ("shuffle", "save_best_only", "reduce_lr_on_plateau"):
        if not isinstance(params[key], bool):
            refuse(key, params[key], "use true or false")


def _check_monitor(params: dict[str, Any], labels: list[str]) -> None:
    monitor = params["monitor"]
    weights = monitor if isinstance(monitor, dict) else {monitor: 1}
    for name, weight in weights.items():
        own = next((label for label in labels if isinstance(name, str) and name.startswith(f"{label}_")), None)
        check_metric(name[len(own) + 1 :] if own else name, "monitor")
        if isinstance(weight, bool) or not isinstance(weight, (int, float)):
            refuse("monitor", monitor, "each metric needs a number as weight")
    if not weights:
        refuse("monitor", monitor, "name at least one metric")
    grouped = any(name != "AUC" and name[:1] in "gaMN" for name in [*params["metrics"], *weights])
    if grouped and not params.get("group_id"):
        refuse("metrics", params["metrics"], "gAUC, avgAUC, MRR and NDCG need group_id")


def _per_label(value: Any, labels: list[str], key: str) -> list[Any]:
    values = value if isinstance(value, list) else [value] * len(labels)
    if len(values) != len(labels):
        refuse(key, value, f"give one value or {len(labels)}, one per label")
    return values


def _single(value: Any, labels: list[str], key: str) -> Any:
    if len(labels) != 1:
        refuse("label_col", labels, "a single-task model needs exactly one label")
    if isinstance(value, list) and len(value) != 1:
        refuse(key, value, "a single-task model has one")
    return value[0] if isinstance(value, list) else value


def _loss_weight(value: Any, labels: list[str]) -> Any:
    if value in ("EQ", "UW", "GN"):
        return value
    numbers = isinstance(value, list) and all(isinstance(item, (int, float)) and item >= 0 for item in value)
    if not numbers or len(value) != len(labels):
        refuse("loss_weight", value, f"use EQ, UW, GN or {len(labels)} numbers")
    return [float(item) for item in value]


def _check_member(allowed: frozenset[str]) -> Callable[[Any, str], None]:
    def check(value: Any, field: str) -> None:
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, str) or item not in allowed:
                refuse(field, item, f"use one of {', '.join(sorted(allowed))}")

    return check


def _check_metrics(value: Any, field: str) -> None:
    if not isinstance(value, list) or not value:
        refuse(field, value, "give a list of metrics")
    for item in value:
        check_metric(item, field)


def _check_optimizer(value: Any, field: str) -> None:
    if not isinstance(value, str) or value.lower() not in OPTIMIZERS:
        refuse(field, value, f"use one of {', '.join(OPTIMIZERS.values())}")


def _check_regularizer(value: Any, field: str) -> None:
    is_number = isinstance(value, float) and value >= 0
    if not is_number and not (isinstance(value, str) and REGULARIZER.match(value)):
        refuse(field, value, "use a number, l1(x), l2(x) or l1_l2(x,y)")


def _check_initializer(value: Any, field: str) -> None:
    if not isinstance(value, str) or not INITIALIZER.match(value):
        refuse(field, value, "use an nn.init function, such as partial(nn.init.normal_, std=1e-4)")


def _check_feature_specs(value: Any, field: str) -> None:
    for index, item in enumerate(value if isinstance(value, list) else [value]):
        where = f"{field}[{index}]"
        if not isinstance(item, dict) or not item.get("name"):
            refuse(where, item, "give objects with a name")
        for key in sorted(set(item) - _FEATURE_SPEC_KEYS):
            refuse(f"{where}.{key}", item[key], "this key is not supported")
        check_feature_encoder(item.get("feature_encoder"), f"{where}.feature_encoder")
        _check_other({key: value for key, value in item.items() if key != "feature_encoder"}, where)


def _check_other(value: Any, field: str) -> None:
    if isinstance(value, dict):
        for name, item in value.items():
            _check_other(item, f"{field}.{name}")
    elif isinstance(value, list):
        for item in value:
            _check_other(item, field)
    elif isinstance(value, str):
        if "activation" in field and value not in ACTIVATIONS:
            refuse(field, value, f"use one of {', '.join(sorted(ACTIVATIONS))}")
        if field.endswith("initializer"):
            _check_initializer(value, field)
        elif not PLAIN_TEXT.match(value):
            refuse(field, value, "code is not accepted here")


_CHECKS: Final[dict[str, Callable[[Any, str], None]]] = {
    "task": _check_member(TASKS),
    "loss": _check_member(LOSSES),
    "metrics": _check_metrics,
    "optimizer": _check_optimizer,
    "embedding_regularizer": _check_regularizer,
    "net_regularizer": _check_regularizer,
    "embedding_initializer": _check_initializer,
    "feature_specs": _check_feature_specs,
    "monitor": lambda value, field: None,
}
