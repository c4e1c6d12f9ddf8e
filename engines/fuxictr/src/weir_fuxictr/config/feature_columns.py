"""Feature and label columns of a dataset config, parsed and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from weir_fuxictr.config.expressions import DTYPES, NUMBER, check_feature_encoder, refuse
from weir_fuxictr.errors import EngineError

FeatureType = Literal["categorical", "numeric", "sequence", "meta"]
_TYPES: Final = ("categorical", "numeric", "sequence", "meta")
_KEYS: Final = frozenset(
    [
        "name",
        "active",
        "dtype",
        "type",
        "source",
        "fill_na",
        "preprocess",
        "normalizer",
        "min_categr_count",
        "embedding_dim",
        "emb_output_dim",
        "feature_encoder",
        "encoder",
        "share_embedding",
        "splitter",
        "max_len",
        "padding",
    ]
)
_COPY_FROM: Final = re.compile(r"^copy_from(?:\(([^()]+)\))?$")
_INTEGER_KEYS: Final = ("min_categr_count", "embedding_dim", "emb_output_dim", "max_len")


@dataclass(frozen=True)
class FeatureColumn:
    """One active feature: how it is read (``source_name``, ``fill_na``) and how it is encoded."""

    name: str
    source_name: str
    type: FeatureType
    dtype: str
    fill_na: Any
    splitter: str
    upstream: dict[str, Any]

    @property
    def has_integer_tokens(self) -> bool:
        """True when tokens are integers and not text."""
        return self.type in ("categorical", "meta") and self.dtype == "int"


def parse_feature_columns(raw: list[Any]) -> list[FeatureColumn]:
    """Expands name lists, drops inactive columns and checks every key that FuxiCTR would evaluate.

    Raises EngineError ``config_refused`` or ``invalid_spec``.
    """
    columns: list[FeatureColumn] = []
    for index, entry in enumerate(raw):
        field = f"feature_cols[{index}]"
        if not isinstance(entry, dict) or not entry.get("name"):
            raise EngineError("invalid_spec", f"{field} must be an object with a name.", field=field, value=entry)
        names = entry["name"] if isinstance(entry["name"], list) else [entry["name"]]
        if entry.get("active", True):
            columns += [_parse_column({**entry, "name": name}, field) for name in names]
    if not columns:
        raise EngineError("invalid_spec", "feature_cols has no active column.", field="feature_cols")
    _check_unique([column.name for column in columns], "feature_cols")
    _check_shared(columns)
    return columns


def parse_label_columns(raw: list[Any]) -> list[str]:
    """Returns the label names in order. Raises EngineError ``invalid_spec`` or ``config_refused``."""
    names: list[str] = []
    for index, entry in enumerate(raw):
        field = f"label_cols[{index}]"
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"]:
            raise EngineError("invalid_spec", f"{field} must be an object with a name.", field=field, value=entry)
        if entry.get("dtype", "float") not in ("float", "int"):
            refuse(f"{field}.dtype", entry["dtype"], "a label is float or int")
        if entry.get("preprocess") is not None:
            refuse(f"{field}.preprocess", entry["preprocess"], "labels are taken as they are")
        names.append(entry["name"])
    if not names:
        raise EngineError("invalid_spec", "label_cols is empty.", field="label_cols")
    _check_unique(names, "label_cols")
    return names


def _parse_column(entry: dict[str, Any], field: str) -> FeatureColumn:
    name = entry["name"]
    if not isinstance(name, str):
        raise EngineError("invalid_spec", f"{field}.name must be text.", field=f"{field}.name", value=name)
    for key in sorted(set(entry) - _KEYS):
        refuse(f"{field}.{key}", entry[key], f"the engine does not support the key {key} (feature {name})")
    if entry.get("type") not in _TYPES:
        refuse(f"{field}.type", entry.get("type"), f"use one of {', '.join(_TYPES)}")
    kind = cast(FeatureType, entry["type"])
    if entry.get("dtype") not in DTYPES:
        refuse(f"{field}.dtype", entry.get("dtype"), "use str, int, float or list")
    _check_dtype(kind, entry["dtype"], field)
    _check_encoding_keys(kind, entry, field)
    source_name = _parse_source(entry, field)
    entry = {key: value for key, value in entry.items() if key not in ("preprocess", "encoder")}
    entry["active"] = True
    fill_na = _parse_fill(kind, entry, field)
    return FeatureColumn(name, source_name, kind, entry["dtype"], fill_na, entry.get("splitter", "^"), entry)


def _check_dtype(kind: FeatureType, dtype: str, field: str) -> None:
    allowed = {
        "categorical": ("str", "int"),
        "meta": ("str", "int"),
        "numeric": ("float", "int"),
        "sequence": ("str", "list"),
    }[kind]
    if dtype not in allowed:
        refuse(f"{field}.dtype", dtype, f"a {kind} feature is {' or '.join(allowed)}")


def _check_encoding_keys(kind: FeatureType, entry: dict[str, Any], field: str) -> None:
    check_feature_encoder(entry.get("feature_encoder"), f"{field}.feature_encoder")
    normalizer = entry.get("normalizer")
    if normalizer is None:
        entry.pop("normalizer", None)
    elif kind != "numeric" or normalizer not in ("StandardScaler", "MinMaxScaler"):
        refuse(f"{field}.normalizer", normalizer, "use StandardScaler or MinMaxScaler on a numeric feature")
    if entry.get("padding", "post") not in ("post", "pre"):
        refuse(f"{field}.padding", entry["padding"], "use post or pre")
    splitter = entry.get("splitter", "^")
    if not isinstance(splitter, str) or not splitter:
        refuse(f"{field}.splitter", splitter, "use a text of at least one character")
    for key in _INTEGER_KEYS:
        value = entry.get(key)
        if isinstance(value, str) and NUMBER.match(value) and float(value).is_integer():
            value = entry[key] = int(float(value))
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            refuse(f"{field}.{key}", value, "use a whole number")


def _parse_source(entry: dict[str, Any], field: str) -> str:
    preprocess = entry.get("preprocess")
    if preprocess is None or preprocess == "":
        return str(entry["name"])
    match = _COPY_FROM.match(preprocess) if isinstance(preprocess, str) else None
    if match is None:
        refuse(f"{field}.preprocess", preprocess, "only copy_from(column) is supported")
    return (match.group(1) or entry["name"]).strip()


def _parse_fill(kind: FeatureType, entry: dict[str, Any], field: str) -> Any:
    if kind == "numeric":
        default: Any = 0.0
    else:
        default = 0 if kind in ("categorical", "meta") and entry["dtype"] == "int" else ""
    value = entry.get("fill_na", default)
    if isinstance(default, str) != isinstance(value, str) or isinstance(value, (bool, list, dict)) or value is None:
        refuse(f"{field}.fill_na", value, f"it must match the dtype {entry['dtype']}")
    return value


def _check_unique(names: list[str], field: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise EngineError("invalid_spec", f"{field} names {name} twice.", field=field, value=name)


def _check_shared(columns: list[FeatureColumn]) -> None:
    seen: set[str] = set()
    for column in columns:
        shared = column.upstream.get("share_embedding")
        if shared is not None and shared not in seen:
            refuse(
                "share_embedding",
                shared,
                f"{column.name} must name a categorical or sequence feature before it",
            )
        if column.type in ("categorical", "sequence"):
            seen.add(column.name)
