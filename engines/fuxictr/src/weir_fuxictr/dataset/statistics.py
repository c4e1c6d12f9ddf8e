"""Statistics over the training rows in one streaming pass, in the shape that FuxiCTR's ``fit`` expects."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from weir_fuxictr.config.feature_columns import FeatureColumn
from weir_fuxictr.dataset.tokens import (
    check_splitter,
    missing_mask,
    read_numbers,
    read_token_lists,
    read_tokens,
)
from weir_fuxictr.errors import EngineError

_MERGE_ABOVE_ROWS: Final = 500_000
Mask = npt.NDArray[np.bool_]


class TokenCounter:
    """Counts tokens; memory grows with the distinct tokens, not with the rows."""

    def __init__(self) -> None:
        self._pending: list[pl.DataFrame] = []
        self._pending_rows = 0
        self._merged_rows = 0

    def add(self, tokens: pl.Series) -> None:
        """Adds the tokens of one batch."""
        counted = pl.DataFrame({"token": tokens}).group_by("token").len("count")
        self._pending.append(counted)
        self._pending_rows += counted.height
        if self._pending_rows > _MERGE_ABOVE_ROWS + 2 * self._merged_rows:
            self._merge()

    def counts(self) -> dict[Any, int]:
        """Returns token -> number of occurrences."""
        merged = self._merge()
        return dict(zip(merged["token"].to_list(), merged["count"].to_list(), strict=True))

    def _merge(self) -> pl.DataFrame:
        merged = pl.concat(self._pending).group_by("token").agg(pl.col("count").sum())
        self._pending, self._pending_rows, self._merged_rows = [merged], merged.height, merged.height
        return merged


@dataclass
class Moments:
    """Count, extremes, mean and sum of squared deviations, merged batch by batch (Chan et al., 1979)."""

    count: int = 0
    low: float = math.inf
    high: float = -math.inf
    mean: float = 0.0
    squares: float = 0.0

    def add(self, values: npt.NDArray[np.float64]) -> None:
        """Adds the numbers of one batch, shape (rows,)."""
        if not len(values):
            return
        mean = float(values.mean())
        squares = float(np.square(values - mean).sum())
        total = self.count + len(values)
        delta = mean - self.mean
        self.squares += squares + delta * delta * self.count * len(values) / total
        self.mean += delta * len(values) / total
        self.count = total
        self.low, self.high = min(self.low, float(values.min())), max(self.high, float(values.max()))

    def statistics(self) -> dict[str, float | int]:
        """Returns min, max, mean, std (population) and count."""
        std = math.sqrt(self.squares / self.count) if self.count else 0.0
        return {"min": self.low, "max": self.high, "mean": self.mean, "std": std, "count": self.count}


@dataclass
class ColumnStatistics:
    """What one feature column holds; tokens and moments cover the training rows, ``nulls`` all rows.

    A ``meta`` column is counted over all rows, because its ids must be known in every split.
    """

    column: FeatureColumn
    nulls: int = 0
    present_in_train: int = 0
    max_len: int = 0
    tokens: TokenCounter = field(default_factory=TokenCounter)
    moments: Moments = field(default_factory=Moments)

    def add(self, array: pa.Array, is_train: Mask) -> None:
        """Adds one batch; ``is_train`` marks the training rows, shape (rows,)."""
        missing = missing_mask(array)
        self.nulls += int(missing.sum())
        self.present_in_train += int((is_train & ~missing).sum())
        kind = self.column.type
        if kind == "numeric":
            self.moments.add(read_numbers(self.column, array)[is_train])
        elif kind == "sequence":
            self._add_sequence(array, is_train)
        else:
            tokens = read_tokens(self.column, array)
            self.tokens.add(tokens if kind == "meta" else tokens.filter(pl.Series(is_train)))

    def _add_sequence(self, array: pa.Array, is_train: Mask) -> None:
        train = array.filter(pa.array(is_train))
        if not len(train):
            return
        lists = read_token_lists(self.column, train)
        if not pa.types.is_string(train.type):
            check_splitter(self.column, lists.tokens)
        self.tokens.add(lists.tokens)
        self.max_len = max(self.max_len, int(lists.lengths.max()))

    def for_fit(self, min_count: int) -> dict[str, Any]:
        """Returns what ``FeatureProcessor.fit`` reads.

        Raises EngineError ``feature_all_null``, or ``invalid_spec`` when no token is frequent enough.
        """
        name = self.column.name
        if self.present_in_train == 0:
            message = f"Feature {name} has no value in any training row. Drop it or repair the SQL."
            raise EngineError("feature_all_null", message, field=name)
        if self.column.type == "numeric":
            return dict(self.moments.statistics())
        counts = self.tokens.counts()
        ignored = self.column.upstream.get("fill_na", "")
        most = max((count for token, count in counts.items() if token != ignored), default=0)
        if most == 0:
            message = f"Feature {name} holds only empty values in the training rows. Drop it or repair the SQL."
            raise EngineError("feature_all_null", message, field=name)
        needed = 1 if self.column.type == "meta" else self.column.upstream.get("min_categr_count", min_count)
        if most < needed:
            message = f"Feature {name}: no value occurs {needed} times (min_categr_count)."
            raise EngineError("invalid_spec", message, field=name, value=needed)
        return {"value_counts": counts, "max_len": self.max_len}
