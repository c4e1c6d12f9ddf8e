"""Labels: read, checked to be 0 or 1, and counted per split."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from weir_fuxictr.dataset.split import SPLITS, Codes
from weir_fuxictr.errors import EngineError


@dataclass
class LabelStatistics:
    """Rows and positives of one label per split."""

    name: str
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SPLITS, 0))
    positives: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SPLITS, 0))

    def add(self, array: pa.Array, codes: Codes) -> None:
        """Adds one batch. Raises EngineError ``label_missing`` or ``label_not_binary``."""
        values = read_label(self.name, array)
        for code, split in enumerate(SPLITS):
            of_split = values[codes == code]
            self.rows[split] += len(of_split)
            self.positives[split] += int(of_split.sum())

    def check_both_classes(self) -> None:
        """Raises EngineError ``label_one_class`` when train or valid holds one class only."""
        for split in ("train", "valid"):
            if self.positives[split] in (0, self.rows[split]):
                value = 0 if self.positives[split] == 0 else 1
                message = f"Label {self.name} is always {value} in the {split} split ({self.rows[split]} rows)."
                raise EngineError("label_one_class", message, field=self.name, value=value)

    def rates(self) -> dict[str, float]:
        """Share of positives per split that has rows."""
        return {split: self.positives[split] / rows for split, rows in self.rows.items() if rows}


def read_label(name: str, array: pa.Array) -> npt.NDArray[np.float64]:
    """Reads a label column as 0.0 and 1.0, shape (rows,).

    Raises EngineError ``label_missing`` on nulls, ``label_not_binary`` on anything else than 0 and 1.
    """
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.int8())
    if array.null_count:
        message = f"Label {name} is null in some rows. Filter them in the SQL, or replace them by 0 or 1."
        raise EngineError("label_missing", message, field=name)
    if not (pa.types.is_integer(array.type) or pa.types.is_floating(array.type) or pa.types.is_decimal(array.type)):
        message = f"Label {name} has type {array.type}; it must be a number that is 0 or 1."
        raise EngineError("label_not_binary", message, field=name, value=str(array.type))
    values: npt.NDArray[np.float64] = array.cast(pa.float64()).to_numpy(zero_copy_only=False)
    wrong = values[(values != 0.0) & (values != 1.0)]
    if len(wrong):
        message = f"Label {name} must be 0 or 1, found {wrong[0]}."
        raise EngineError("label_not_binary", message, field=name, value=float(wrong[0]))
    return values
