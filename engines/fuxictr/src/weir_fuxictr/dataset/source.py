"""A directory of Parquet files read as one stream of record batches in a fixed order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from weir_fuxictr.errors import EngineError
from weir_fuxictr.files import list_parquet_files

_READ_BUFFER_BYTES = 1 << 20


@dataclass(frozen=True)
class ParquetSource:
    """The files of one input with their shared schema; ``rows`` is the sum over all files."""

    files: list[Path]
    schema: pa.Schema
    rows: int

    @classmethod
    def open(cls, directory: str, field: str) -> ParquetSource:
        """Lists the files and compares their schemas.

        Raises EngineError ``empty_input`` (no file, no row), ``invalid_spec`` (not Parquet), ``type_drift``.
        """
        files = list_parquet_files(directory, field)
        schema: pa.Schema | None = None
        rows = 0
        for path in files:
            metadata = _read_metadata(path, field)
            found = metadata.schema.to_arrow_schema().remove_metadata()
            schema = found if schema is None else schema
            _check_same_schema(schema, found, path)
            rows += metadata.num_rows
        if schema is None or rows == 0:
            raise EngineError("empty_input", f"{field}: {directory} holds no rows.", field=field, value=directory)
        return cls(files, schema, rows)

    def batches(
        self,
        columns: list[str] | None,
        batch_rows: int,
        is_needed: Callable[[int, int], bool] = lambda start, stop: True,
    ) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Yields ``(row number of the first row, batch)`` in input order, at most ``batch_rows`` rows each.

        A row group whose rows ``[start, stop)`` are not needed is skipped without being read.
        """
        group_start = 0
        for path in self.files:
            with pq.ParquetFile(path, buffer_size=_READ_BUFFER_BYTES) as file:
                for group in range(file.num_row_groups):
                    group_stop = group_start + file.metadata.row_group(group).num_rows
                    if is_needed(group_start, group_stop):
                        start = group_start
                        for batch in file.iter_batches(batch_rows, row_groups=[group], columns=columns):
                            yield start, batch
                            start += batch.num_rows
                    group_start = group_stop


def physical_type(data_type: pa.DataType) -> str:
    """Names a column's type without the differences that only the writing library makes."""
    if pa.types.is_dictionary(data_type):
        return physical_type(data_type.value_type)
    if pa.types.is_large_string(data_type):
        return "string"
    if pa.types.is_list(data_type) or pa.types.is_large_list(data_type):
        return f"list<{physical_type(data_type.value_type)}>"
    return str(data_type)


def _read_metadata(path: Path, field: str) -> pq.FileMetaData:
    try:
        return pq.read_metadata(path)
    except pa.ArrowInvalid as error:
        message = f"{field}: {path.name} is not a readable Parquet file ({error})."
        raise EngineError("invalid_spec", message, field=field, value=path.name) from error


def _check_same_schema(first: pa.Schema, found: pa.Schema, path: Path) -> None:
    for item in first:
        if item.name not in found.names:
            message = f"Column {item.name} is missing in {path.name}, other files have it."
            raise EngineError("type_drift", message, field=item.name)
        other = physical_type(found.field(item.name).type)
        if other != physical_type(item.type):
            message = f"Column {item.name} is {physical_type(item.type)} in the first file and {other} in {path.name}."
            raise EngineError("type_drift", message, field=item.name, value=other)
    extra = [name for name in found.names if name not in first.names]
    if extra:
        raise EngineError("type_drift", f"Only {path.name} has the column {extra[0]}.", field=extra[0])
