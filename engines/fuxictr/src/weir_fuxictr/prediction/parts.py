"""Output parts: fixed row ranges of the input, each whole or absent, each marked with what it was made from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from weir_fuxictr.dataset.source import ParquetSource
from weir_fuxictr.files import written_beside

_FINGERPRINT_KEY: Final = b"weir_fingerprint"
_PART_NAME: Final = re.compile(r"^\.?part_(\d+)\.parquet(?:\.partial)?$")


@dataclass(frozen=True)
class PartStore:
    """The parts of one output directory; ``total_rows`` input rows are cut every ``part_rows`` rows."""

    directory: Path
    fingerprint: str
    part_rows: int
    total_rows: int

    @property
    def count(self) -> int:
        """Number of parts."""
        return -(-self.total_rows // self.part_rows)

    def path(self, part: int) -> Path:
        """File of one part."""
        return self.directory / f"part_{part:05d}.parquet"

    def rows_of(self, part: int) -> int:
        """Rows that one part must hold."""
        return min(self.part_rows, self.total_rows - part * self.part_rows)

    def find_finished(self) -> set[int]:
        """Parts that are readable, have their row count and carry this fingerprint."""
        return {part for part in range(self.count) if self._is_finished(part)}

    def remove_stale(self, finished: set[int]) -> None:
        """Removes parts that are not finished ones of this run, so that no reader takes them for output."""
        for path in list(self.directory.iterdir()):
            match = _PART_NAME.match(path.name)
            if match and (path.name.startswith(".") or int(match.group(1)) not in finished):
                path.unlink()

    def write(self, part: int, table: pa.Table) -> None:
        """Writes one part beside its name and renames it."""
        metadata = {**(table.schema.metadata or {}), _FINGERPRINT_KEY: self.fingerprint.encode()}
        with written_beside(self.path(part)) as temporary:
            pq.write_table(table.replace_schema_metadata(metadata), temporary)

    def _is_finished(self, part: int) -> bool:
        try:
            metadata = pq.read_metadata(self.path(part))
        except (OSError, pa.ArrowInvalid):
            return False
        found = (metadata.metadata or {}).get(_FINGERPRINT_KEY)
        return bool(metadata.num_rows == self.rows_of(part) and found == self.fingerprint.encode())


def read_parts(
    source: ParquetSource, store: PartStore, finished: set[int], batch_rows: int
) -> Iterator[tuple[int, list[pa.RecordBatch]]]:
    """Yields ``(part, its rows as batches)`` in order for every unfinished part; reads no row group in vain."""

    def is_needed(start: int, stop: int) -> bool:
        parts = range(start // store.part_rows, (max(stop, start + 1) - 1) // store.part_rows + 1)
        return any(part not in finished for part in parts)

    pending: list[pa.RecordBatch] = []
    rows = 0
    for start, whole in source.batches(None, batch_rows, is_needed):
        batch, position = whole, start
        while batch.num_rows:
            part = position // store.part_rows
            taken = min(batch.num_rows, (part + 1) * store.part_rows - position)
            if part not in finished:
                pending.append(batch.slice(0, taken))
                rows += taken
                if rows == store.rows_of(part):
                    yield part, pending
                    pending, rows = [], 0
            batch, position = batch.slice(taken), position + taken
