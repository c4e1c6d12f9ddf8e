"""Files that appear whole or not at all, and the inputs' names and fingerprints."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from weir_fuxictr.errors import EngineError


@contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """Yields a temporary path next to ``path``; on success it is synced and renamed, otherwise removed."""
    temporary = path.with_name(f".{path.name}.partial")
    try:
        yield temporary
        sync_file(temporary)
        os.replace(temporary, path)
        sync_directory(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Writes ``value`` as indented JSON, whole or not at all."""
    with written_beside(path) as temporary:
        temporary.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """Reads JSON; None when the file is missing or torn."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError, UnicodeDecodeError):
        return None


def sync_file(path: Path) -> None:
    """Flushes a file's content to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directory(path: Path) -> None:
    """Flushes a directory's entries to the disk."""
    sync_file(path)


def sync_tree(directory: Path) -> None:
    """Flushes every file and directory below ``directory`` and itself."""
    for root, _, names in os.walk(directory):
        for name in names:
            sync_file(Path(root, name))
        sync_directory(Path(root))


def list_parquet_files(directory: str | Path, field: str) -> list[Path]:
    """Lists ``*.parquet`` by the first number in the name, then by name.

    Raises EngineError ``invalid_spec`` when the directory is missing, ``empty_input`` when it has no such file.
    """
    folder = Path(directory)
    if not folder.is_dir():
        raise EngineError("invalid_spec", f"{field}: no directory {folder}.", field=field, value=str(folder))
    files = [path for path in folder.glob("*.parquet") if path.is_file() and not path.name.startswith(".")]
    if not files:
        raise EngineError("empty_input", f"{field}: no *.parquet file in {folder}.", field=field, value=str(folder))
    return sorted(files, key=_file_order)


def fingerprint(value: Any) -> str:
    """Hashes a JSON value independently of key order; 64 hex digits."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def describe_files(files: Iterable[Path]) -> list[list[str | int]]:
    """Describes files by name, size in bytes and modification time in nanoseconds."""
    return [[path.name, path.stat().st_size, path.stat().st_mtime_ns] for path in files]


def hash_file(path: Path) -> str:
    """Hashes a file's content; 64 hex digits."""
    with path.open("rb") as stream:
        digest = hashlib.sha256()
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _file_order(path: Path) -> tuple[int, str]:
    number = re.search(r"\d+", path.name)
    return (int(number.group()) if number else -1, path.name)
