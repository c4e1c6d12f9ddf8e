"""Encoded rows to Parquet, one file per split or blocks of a fixed number of rows."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from weir_fuxictr.dataset.encoder import Encoded


class SplitWriter:
    """Writes one split below ``directory``: ``{split}.parquet``, or ``{split}/part_00000.parquet`` and so on.

    Call ``write`` with each batch's rows in order; leaving the context closes the files.
    """

    def __init__(self, directory: Path, split: str, block_rows: int) -> None:
        self._directory = directory
        self._split = split
        self._block_rows = block_rows
        self._writer: pq.ParquetWriter | None = None
        self._rows_in_file = 0
        self._files = 0

    def __enter__(self) -> SplitWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close_file()

    def write(self, rows: dict[str, Encoded]) -> None:
        """Appends rows; every array has the same first dimension."""
        batch = pa.RecordBatch.from_arrays([_to_arrow(values) for values in rows.values()], names=list(rows))
        while batch.num_rows:
            space = self._block_rows - self._rows_in_file if self._block_rows else batch.num_rows
            head, batch = batch.slice(0, space), batch.slice(space)
            self._open_writer(head.schema).write_batch(head)
            self._rows_in_file += head.num_rows
            if self._block_rows and self._rows_in_file == self._block_rows:
                self._close_file()

    def _open_writer(self, schema: pa.Schema) -> pq.ParquetWriter:
        if self._writer is None:
            path = self._directory / f"{self._split}.parquet"
            if self._block_rows:
                path = self._directory / self._split / f"part_{self._files:05d}.parquet"
                path.parent.mkdir(exist_ok=True)
            repetitive = [_leaf_path(item) for item in schema if not pa.types.is_floating(item.type)]
            self._writer = pq.ParquetWriter(path, schema, use_dictionary=repetitive)
        return self._writer

    def _close_file(self) -> None:
        if self._writer is not None:
            writer, self._writer = self._writer, None
            self._files += 1
            self._rows_in_file = 0
            writer.close()


def _leaf_path(item: pa.Field) -> str:
    return f"{item.name}.list.element" if pa.types.is_list(item.type) else str(item.name)


def _to_arrow(values: Encoded) -> pa.Array:
    if values.ndim == 1:
        return pa.array(values)
    rows, width = values.shape
    offsets = np.arange(0, rows * width + 1, width, dtype=np.int32) if width else np.zeros(rows + 1, np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values.ravel()))
