"""The specs of the commands: one JSON object each, every key known, every value of its type."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from weir_fuxictr.errors import EngineError

IDENTIFIER = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9_.\-]{0,199}$")
SpecT = TypeVar("SpecT")


@dataclass(frozen=True)
class SplitSpec:
    """How rows are divided; ``valid`` and ``test`` are fractions of all rows, the rest is for training."""

    type: Literal["random", "sequential"] = "random"
    valid: float = 0.1
    test: float = 0.1
    seed: int = 2024


@dataclass(frozen=True)
class BuildSpec:
    """What ``build`` reads, how it encodes and where it writes."""

    train_dir: str
    output_dir: str
    feature_cols: list[Any]
    label_cols: list[Any]
    split: SplitSpec = field(default_factory=SplitSpec)
    min_categr_count: int = 1
    data_block_size: int = 0
    memory_limit_mb: int = 1024
    threads: int = 2


@dataclass(frozen=True)
class TrainSpec:
    """What ``train`` learns from and where it writes."""

    dataset_dir: str
    output_dir: str
    model: str
    model_id: str
    params: dict[str, Any]
    gpu: int = -1
    fuxictr_root: str | None = None


@dataclass(frozen=True)
class PredictSpec:
    """Which model scores which rows."""

    dataset_dir: str
    model_dir: str
    model: str
    model_id: str
    params: dict[str, Any]
    input_dir: str
    output_dir: str
    part_rows: int = 100_000
    batch_size: int | None = None
    gpu: int = -1
    fuxictr_root: str | None = None


@dataclass(frozen=True)
class ModelsSpec:
    """Where else to look for models."""

    fuxictr_root: str | None = None


def load_spec(path: str | None) -> dict[str, Any]:
    """Reads the spec file; an absent path is an empty spec. Raises EngineError ``invalid_spec``."""
    if path is None:
        return {}
    try:
        raw = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise EngineError("invalid_spec", f"Cannot read the spec {path}: {error.strerror}.", field="spec") from error
    except ValueError as error:
        raise EngineError("invalid_spec", f"The spec {path} is not JSON: {error}.", field="spec") from error
    if not isinstance(raw, dict):
        raise EngineError("invalid_spec", f"The spec {path} must be one JSON object.", field="spec")
    return raw


def parse_spec(kind: type[SpecT], raw: dict[str, Any], prefix: str = "") -> SpecT:
    """Builds ``kind`` from JSON; unknown, missing and mistyped keys raise EngineError ``invalid_spec``."""
    fields = {item.name: item for item in dataclasses.fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(raw) - set(fields))
    if unknown:
        name = prefix + unknown[0]
        raise EngineError("invalid_spec", f"Unknown key {name}.", field=name, value=raw[unknown[0]])
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for name, item in fields.items():
        if name in raw:
            values[name] = _parse_value(hints[name], raw[name], prefix + name)
        elif item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING:
            raise EngineError("invalid_spec", f"The key {prefix}{name} is missing.", field=prefix + name)
    spec = kind(**values)
    _check_ranges(spec, prefix)
    return spec


def _parse_value(hint: Any, value: Any, name: str) -> Any:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if isinstance(value, dict):
            return parse_spec(hint, value, name + ".")
    elif get_origin(hint) is Literal:
        if value in get_args(hint):
            return value
    elif _has_type(hint, value):
        return float(value) if hint is float else value
    wanted = "|".join(get_args(hint)) if get_origin(hint) is Literal else getattr(hint, "__name__", str(hint))
    raise EngineError("invalid_spec", f"{name} must be {wanted}, got {value!r}.", field=name, value=value)


def _has_type(hint: Any, value: Any) -> bool:
    allowed = get_args(hint) if get_origin(hint) not in (list, dict) else ()
    if allowed:
        return any(value is None if option is type(None) else _has_type(option, value) for option in allowed)
    plain = get_origin(hint) or hint
    if plain in (int, float):
        numbers = (int,) if plain is int else (int, float)
        return isinstance(value, numbers) and not isinstance(value, bool)
    return isinstance(value, plain)


def _check_ranges(spec: Any, prefix: str) -> None:
    for name in ("min_categr_count", "memory_limit_mb", "threads", "part_rows", "batch_size"):
        value = getattr(spec, name, None)
        if value is not None and value < 1:
            raise EngineError("invalid_spec", f"{prefix}{name} must be at least 1.", field=prefix + name, value=value)
    if getattr(spec, "data_block_size", 0) < 0:
        raise EngineError("invalid_spec", "data_block_size must not be negative.", field="data_block_size")
    model_id = getattr(spec, "model_id", None)
    if model_id is not None and not IDENTIFIER.match(model_id):
        message = f"model_id {model_id!r} may hold only letters, digits, '_', '.' and '-'."
        raise EngineError("invalid_spec", message, field="model_id", value=model_id)
    if isinstance(spec, SplitSpec):
        _check_split(spec, prefix)


def _check_split(split: SplitSpec, prefix: str) -> None:
    for name in ("valid", "test"):
        value = getattr(split, name)
        if not 0 <= value < 1:
            message = f"{prefix}{name} must be a fraction in [0, 1), got {value}."
            raise EngineError("invalid_spec", message, field=prefix + name, value=value)
    if split.valid == 0 or split.valid + split.test >= 1:
        message = f"{prefix}valid must be above 0 and leave rows to train on, got {split.valid} with test {split.test}."
        raise EngineError("invalid_spec", message, field=prefix + "valid", value=split.valid)
    if split.seed < 0:
        raise EngineError("invalid_spec", "The seed must not be negative.", field=prefix + "seed", value=split.seed)
