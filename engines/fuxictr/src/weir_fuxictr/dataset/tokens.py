"""Raw columns to the values that are counted and encoded: tokens, token lists, numbers.

Follows ``FeatureProcessor.preprocess`` of FuxiCTR 2.3.10: nulls are filled before anything is counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from weir_fuxictr.config.feature_columns import FeatureColumn
from weir_fuxictr.errors import EngineError


@dataclass(frozen=True)
class TokenLists:
    """Token lists of n rows, flat: row i owns the next ``lengths[i]`` (at least 1) values of ``tokens``."""

    tokens: pl.Series
    lengths: npt.NDArray[np.int64]


def check_physical_type(column: FeatureColumn, data_type: pa.DataType) -> None:
    """Raises EngineError ``invalid_spec`` when a column cannot be read as its feature type says."""
    kind = data_type.value_type if pa.types.is_dictionary(data_type) else data_type
    whole = pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_floating(kind)
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if pa.types.is_null(kind):
        accepted = True
    elif column.type == "numeric":
        accepted = whole or pa.types.is_decimal(kind)
    elif column.type == "sequence":
        is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind)
        accepted = text or (is_list and _is_token_type(kind.value_type))
    else:
        accepted = whole or (text and not column.has_integer_tokens)
    if not accepted:
        message = f"Feature {column.name} is {column.type} with dtype {column.dtype}, its column has type {data_type}."
        raise EngineError("invalid_spec", message, field=column.name, value=str(data_type))


def missing_mask(array: pa.Array) -> npt.NDArray[np.bool_]:
    """True where a row has no value: null, NaN or an infinite number; shape (rows,)."""
    if pa.types.is_floating(array.type):
        return ~np.isfinite(_floats(array))
    mask: npt.NDArray[np.bool_] = array.is_null().to_numpy(zero_copy_only=False)
    return mask


def read_numbers(column: FeatureColumn, array: pa.Array) -> npt.NDArray[np.float64]:
    """Reads a numeric column as float64 with missing values filled, shape (rows,)."""
    values = _floats(array)
    finite = np.isfinite(values)
    return values if finite.all() else np.where(finite, values, float(column.fill_na))


def read_tokens(column: FeatureColumn, array: pa.Array) -> pl.Series:
    """Reads a categorical column as text or int64 tokens with missing values filled."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_floating(array.type):
        array = _whole_numbers(column, array)
    elif pa.types.is_boolean(array.type):
        array = array.cast(pa.int8())
    target = pa.int64() if column.has_integer_tokens else pa.large_string()
    series = pl.Series(array.cast(target))
    return series.fill_null(column.fill_na)


def read_token_lists(column: FeatureColumn, array: pa.Array) -> TokenLists:
    """Reads a sequence column; text is split, a null or empty list becomes one ``fill_na`` or empty token."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        return _from_lists(column, pl.Series(array.cast(pa.large_list(pa.large_string()))))
    text = pl.Series(array.cast(pa.large_string())).fill_null(column.fill_na)
    lists = text.str.split(column.splitter)
    return TokenLists(lists.explode(), lists.list.len().cast(pl.Int64).to_numpy())


def check_splitter(column: FeatureColumn, tokens: pl.Series) -> None:
    """Raises EngineError ``invalid_spec`` when a token contains the splitter, with which FuxiCTR joins lists."""
    clash = tokens.filter(tokens.str.contains(column.splitter, literal=True))
    if len(clash):
        message = (
            f"Feature {column.name}: the list item {clash[0]!r} contains the splitter {column.splitter!r}. "
            "Replace the character in the SQL, or set another splitter."
        )
        raise EngineError("invalid_spec", message, field=column.name, value=clash[0])


def _from_lists(column: FeatureColumn, lists: pl.Series) -> TokenLists:
    lists = lists.list.drop_nulls()
    filled = (
        pl.when(lists.is_null())
        .then(pl.lit([str(column.fill_na)]))
        .when(lists.list.len() == 0)
        .then(pl.lit([""]))
        .otherwise(lists)
    )
    lists = pl.select(filled).to_series()
    return TokenLists(lists.explode(), lists.list.len().cast(pl.Int64).to_numpy())


def _floats(array: pa.Array) -> npt.NDArray[np.float64]:
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.int8())
    values: npt.NDArray[np.float64] = array.cast(pa.float64()).fill_null(float("nan")).to_numpy(zero_copy_only=False)
    return values


def _whole_numbers(column: FeatureColumn, array: pa.Array) -> pa.Array:
    present = pc.if_else(pa.array(missing_mask(array)), pa.scalar(None, array.type), array)
    try:
        return present.cast(pa.int64(), safe=True)
    except pa.ArrowInvalid as error:
        message = f"Feature {column.name} is categorical and its column holds fractions; cast it to integer or text."
        raise EngineError("invalid_spec", message, field=column.name) from error


def _is_token_type(data_type: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(data_type)
        or pa.types.is_large_string(data_type)
        or pa.types.is_integer(data_type)
        or pa.types.is_null(data_type)
    )
