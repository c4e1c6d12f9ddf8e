"""Encodes record batches to what FuxiCTR's models read; the same code serves build and predict.

Same values as ``FeatureProcessor.transform`` of FuxiCTR 2.3.10, without its loop over rows.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from weir_fuxictr.config.feature_columns import FeatureColumn
from weir_fuxictr.dataset.tokens import TokenLists, read_numbers, read_token_lists, read_tokens

Encoded = npt.NDArray[Any]
ColumnEncoder = Callable[[pa.Array], Encoded]


class BatchEncoder:
    """Encodes all feature columns of a batch with the vocabularies and normalizers of a fitted processor."""

    def __init__(self, columns: list[FeatureColumn], processor: Any, threads: int = 2) -> None:
        self._columns = columns
        self._encoders = [_make_encoder(column, processor) for column in columns]
        self._pool = ThreadPoolExecutor(threads)

    @property
    def source_names(self) -> list[str]:
        """The input columns that are read, each once."""
        return list(dict.fromkeys(column.source_name for column in self._columns))

    def encode(self, batch: pa.RecordBatch) -> dict[str, Encoded]:
        """Encodes one batch: ids int64 (rows,), numbers float64 (rows,), sequences int32 (rows, max_len)."""
        arrays = [batch.column(column.source_name) for column in self._columns]
        encoded = self._pool.map(lambda pair: pair[0](pair[1]), zip(self._encoders, arrays, strict=True))
        return dict(zip((column.name for column in self._columns), encoded, strict=True))


class TokenIndex:
    """Maps tokens to ids; unknown tokens get the id of ``__OOV__``. Looks each distinct token up once per batch."""

    def __init__(self, vocab: dict[Any, int], has_integer_tokens: bool) -> None:
        self._vocab = vocab
        self._oov = vocab["__OOV__"]
        self._has_integer_tokens = has_integer_tokens
        pairs = sorted((token, index) for token, index in vocab.items() if isinstance(token, int))
        self._keys = np.array([token for token, _ in pairs], dtype=np.int64)
        self._ids = np.array([index for _, index in pairs], dtype=np.int64)

    def ids(self, tokens: pl.Series) -> npt.NDArray[np.int64]:
        """Returns the id of each token, shape (tokens,)."""
        if self._has_integer_tokens:
            return self._integer_ids(tokens.to_numpy())
        encoded = tokens.to_arrow().dictionary_encode()
        find, oov = self._vocab.get, self._oov
        distinct = [find(token, oov) for token in encoded.dictionary.to_pylist()]
        codes: npt.NDArray[np.int32] = encoded.indices.to_numpy(zero_copy_only=False)
        return np.array(distinct, dtype=np.int64)[codes]

    def _integer_ids(self, tokens: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        if not len(self._keys):
            return np.full(len(tokens), self._oov, np.int64)
        position = np.searchsorted(self._keys, tokens).clip(max=len(self._keys) - 1)
        return np.where(self._keys[position] == tokens, self._ids[position], self._oov)


def pad_ids(
    ids: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64], max_len: int, padding: str
) -> npt.NDArray[np.int32]:
    """Lays flat ids out as one row per list, shape (lists, max_len), padded with 0.

    ``post`` keeps the first ``max_len`` ids and pads at the end, ``pre`` keeps the last ones and pads at the front.
    """
    rows = np.repeat(np.arange(len(lengths)), lengths)
    starts = np.cumsum(lengths) - lengths
    position = np.arange(len(ids)) - np.repeat(starts, lengths)
    if padding == "pre":
        position += max_len - np.repeat(lengths, lengths)
    kept = (position >= 0) & (position < max_len)
    padded = np.zeros((len(lengths), max_len), np.int32)
    padded[rows[kept], position[kept]] = ids[kept]
    return padded


def _make_encoder(column: FeatureColumn, processor: Any) -> ColumnEncoder:
    if column.type == "numeric":
        normalizer = processor.processor_dict.get(f"{column.name}::normalizer")
        if normalizer is None:
            return lambda array: read_numbers(column, array)
        return lambda array: np.asarray(normalizer.transform(read_numbers(column, array)), dtype=np.float64)
    tokenizer = processor.processor_dict[f"{column.name}::tokenizer"]
    index = TokenIndex(tokenizer.vocab, column.has_integer_tokens)
    if column.type != "sequence":
        return lambda array: index.ids(read_tokens(column, array))
    na_value, max_len, padding = tokenizer._na_value, tokenizer.max_len, tokenizer.padding

    def encode_lists(array: pa.Array) -> Encoded:
        lists: TokenLists = read_token_lists(column, array)
        ids = np.where((lists.tokens == na_value).to_numpy(), 0, index.ids(lists.tokens))
        return pad_ids(ids, lists.lengths, max_len, padding)

    return encode_lists
