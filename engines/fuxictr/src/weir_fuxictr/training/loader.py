"""Encoded Parquet to the batches that FuxiCTR's models read, shuffled so that a resume sees the same order.

Columns of one kind live in one matrix (ids int32, numbers and labels float32), so a batch costs a few gathers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from torch import Tensor

Batch = dict[str, Tensor]


@dataclass(frozen=True)
class Layout:
    """Where each column lives: ``ids`` maps a name to its slice of the id matrix, ``floats`` to its column."""

    ids: dict[str, tuple[int, int, bool]]
    floats: dict[str, int]

    @classmethod
    def of(cls, feature_map: Any) -> Layout:
        """Lays out all features and labels of a FeatureMap."""
        ids: dict[str, tuple[int, int, bool]] = {}
        floats: list[str] = []
        position = 0
        for name, spec in feature_map.features.items():
            if spec["type"] == "numeric":
                floats.append(name)
            else:
                is_sequence = spec["type"] == "sequence"
                width = spec["max_len"] if is_sequence else 1
                ids[name] = (position, position + width, is_sequence)
                position += width
        floats += list(feature_map.labels)
        return cls(ids, {name: index for index, name in enumerate(floats)})

    @property
    def id_width(self) -> int:
        """Columns of the id matrix."""
        return max((stop for _, stop, _ in self.ids.values()), default=0)

    def batch(self, ids: Tensor, floats: Tensor) -> Batch:
        """Splits gathered rows by name: ids int64 (rows,) or (rows, max_len), numbers and labels float32 (rows,)."""
        wide = ids.long()
        batch: Batch = {}
        for name, (start, stop, is_sequence) in self.ids.items():
            batch[name] = wide[:, start:stop] if is_sequence else wide[:, start]
        for name, index in self.floats.items():
            batch[name] = floats[:, index]
        return batch


@dataclass(frozen=True)
class Rows:
    """Encoded rows in memory: ``ids`` int32 (rows, id_width), ``floats`` float32 (rows, numbers and labels)."""

    ids: Tensor
    floats: Tensor

    @classmethod
    def read(cls, path: Path, layout: Layout) -> Rows:
        """Reads one encoded file batch by batch."""
        with pq.ParquetFile(path) as file:
            rows = file.metadata.num_rows
            ids = np.zeros((rows, layout.id_width), np.int32)
            floats = np.zeros((rows, len(layout.floats)), np.float32)
            start = 0
            for batch in file.iter_batches(131_072, columns=[*layout.ids, *layout.floats]):
                stop = start + batch.num_rows
                for name, (first, last, is_sequence) in layout.ids.items():
                    ids[start:stop, first:last] = _values(batch.column(name), is_sequence, last - first)
                for name, index in layout.floats.items():
                    floats[start:stop, index] = batch.column(name).to_numpy(zero_copy_only=False)
                start = stop
        return cls(torch.from_numpy(ids), torch.from_numpy(floats))


class SplitLoader:
    """Batches of one split. A single file is read once and kept; block files are read one at a time, each epoch.

    A last batch of one row joins the batch before it, because batch normalisation cannot train on one row.
    """

    def __init__(self, files: list[Path], feature_map: Any, batch_size: int, seed: int | None = None) -> None:
        self._files = files
        self._layout = Layout.of(feature_map)
        self._batch_size = batch_size
        self._seed = seed
        self.rows = sum(pq.read_metadata(path).num_rows for path in files)
        self._kept = Rows.read(files[0], self._layout) if len(files) == 1 else None

    def batches(self, epoch: int = 0) -> Iterator[Batch]:
        """Yields one epoch; with a seed the order depends on (seed, epoch) only, without one it is the files'."""
        generator = None if self._seed is None else np.random.default_rng([self._seed, epoch])
        order = np.arange(len(self._files))
        if generator is not None:
            generator.shuffle(order)
        for index in order:
            rows = self._kept or Rows.read(self._files[index], self._layout)
            yield from self._of_rows(rows, generator)

    def _of_rows(self, rows: Rows, generator: np.random.Generator | None) -> Iterator[Batch]:
        count = len(rows.floats)
        order = None if generator is None else torch.from_numpy(generator.permutation(count))
        for start, stop in batch_ranges(count, self._batch_size):
            if order is None:
                yield self._layout.batch(rows.ids[start:stop], rows.floats[start:stop])
            else:
                chosen = order[start:stop]
                yield self._layout.batch(rows.ids[chosen], rows.floats[chosen])


def batch_ranges(rows: int, batch_size: int) -> list[tuple[int, int]]:
    """Cuts ``rows`` into batches; a rest of one row joins the last full batch."""
    starts = list(range(0, rows, batch_size))
    if len(starts) > 1 and rows - starts[-1] == 1:
        starts.pop()
    return list(zip(starts, [*starts[1:], rows], strict=True))


def _values(column: pa.Array, is_sequence: bool, width: int) -> npt.NDArray[Any]:
    if is_sequence:
        flat: npt.NDArray[Any] = column.flatten().to_numpy(zero_copy_only=False)
        return flat.reshape(len(column), width)
    single: npt.NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return single.reshape(-1, 1)
