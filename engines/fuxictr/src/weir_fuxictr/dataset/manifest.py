"""``weir_dataset.json``: what a dataset was built from; a dataset without a complete one is not finished."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from weir_fuxictr.errors import EngineError
from weir_fuxictr.files import read_json

MANIFEST_NAME: Final = "weir_dataset.json"


@dataclass(frozen=True)
class Manifest:
    """A finished dataset's description; ``raw`` is the JSON, the properties name what others read from it."""

    directory: Path
    raw: dict[str, Any]

    @property
    def fingerprint(self) -> str:
        """Hash of the build spec and its input files."""
        return str(self.raw["fingerprint"])

    @property
    def rows(self) -> dict[str, int]:
        """Rows per split."""
        return dict(self.raw["rows"])

    @property
    def labels(self) -> list[str]:
        """Label names in order."""
        return list(self.raw["labels"])

    @property
    def feature_cols(self) -> list[Any]:
        """The feature columns as given to build."""
        return list(self.raw["feature_cols"])

    @property
    def input_schema(self) -> dict[str, str]:
        """Physical type of each feature's input column."""
        return dict(self.raw["input_schema"])

    def split_files(self, split: str) -> list[Path]:
        """Encoded files of one split in order."""
        return [self.directory / item["path"] for item in self.raw["files"] if item.get("split") == split]

    def result(self) -> dict[str, Any]:
        """The result of the build that wrote this dataset."""
        keys = ("dataset_id", "rows", "labels", "features")
        return {"dataset_dir": str(self.directory), **{key: self.raw[key] for key in keys}}


def find_manifest(directory: Path) -> Manifest | None:
    """Reads the manifest of a finished dataset; None when it is missing, torn, or a listed file is not whole."""
    raw = read_json(directory / MANIFEST_NAME)
    if not isinstance(raw, dict) or raw.get("format") != 1:
        return None
    for item in raw["files"]:
        path = directory / item["path"]
        if not path.is_file() or path.stat().st_size != item["bytes"]:
            return None
    return Manifest(directory, raw)


def load_manifest(dataset_dir: str) -> Manifest:
    """Reads the manifest or raises EngineError ``invalid_spec``."""
    manifest = find_manifest(Path(dataset_dir).absolute())
    if manifest is None:
        message = f"{dataset_dir} is not a finished dataset. Run build first."
        raise EngineError("invalid_spec", message, field="dataset_dir", value=dataset_dir)
    return manifest
