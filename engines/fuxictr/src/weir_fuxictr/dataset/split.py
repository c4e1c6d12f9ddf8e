"""Which row belongs to which split."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from weir_fuxictr.errors import EngineError
from weir_fuxictr.specs import SplitSpec

SPLITS: Final = ("train", "valid", "test")
_CHUNK_ROWS: Final = 65_536
Codes = npt.NDArray[np.uint8]


def split_sizes(rows: int, spec: SplitSpec) -> dict[str, int]:
    """Rows per split: valid and test are rounded down, train gets the rest.

    Raises EngineError ``empty_input`` when a wanted split would have no row.
    """
    sizes = {"valid": int(rows * spec.valid), "test": int(rows * spec.test)}
    sizes = {"train": rows - sizes["valid"] - sizes["test"], **sizes}
    for name in SPLITS:
        if sizes[name] == 0 and (name != "test" or spec.test > 0):
            message = f"{rows} rows are too few: the {name} split would be empty."
            raise EngineError("empty_input", message, field=f"split.{name}", value=rows)
    return sizes


class SplitAssigner:
    """Hands out split codes (indexes into SPLITS) row by row, with exact sizes and constant memory.

    Random splits draw without replacement, chunk by chunk (multivariate hypergeometric), so the result depends
    only on the sizes and the seed and not on how the caller batches.
    """

    def __init__(self, sizes: dict[str, int], spec: SplitSpec) -> None:
        self._chunks = _random_chunks(sizes, spec.seed) if spec.type == "random" else _sequential_chunks(sizes)
        self._pending: Codes = np.empty(0, np.uint8)

    def take(self, rows: int) -> Codes:
        """Returns the codes of the next ``rows`` rows, shape (rows,)."""
        while len(self._pending) < rows:
            self._pending = np.concatenate([self._pending, next(self._chunks)])
        taken, self._pending = self._pending[:rows], self._pending[rows:]
        return taken


def _random_chunks(sizes: dict[str, int], seed: int) -> Iterator[Codes]:
    generator = np.random.default_rng(seed)
    left = np.array([sizes[name] for name in SPLITS], dtype=np.int64)
    while left.sum() > 0:
        drawn = _draw(generator, left, min(_CHUNK_ROWS, int(left.sum())))
        left -= drawn
        yield generator.permutation(np.repeat(np.arange(len(SPLITS), dtype=np.uint8), drawn))


def _draw(generator: np.random.Generator, left: npt.NDArray[np.int64], rows: int) -> npt.NDArray[np.int64]:
    first = int(generator.hypergeometric(left[0], left[1] + left[2], rows)) if left[0] else 0
    rest = rows - first
    second = int(generator.hypergeometric(left[1], left[2], rest)) if left[1] and rest else 0
    return np.array([first, second, rest - second], dtype=np.int64)


def _sequential_chunks(sizes: dict[str, int]) -> Iterator[Codes]:
    for code, name in enumerate(SPLITS):
        for start in range(0, sizes[name], _CHUNK_ROWS):
            yield np.full(min(_CHUNK_ROWS, sizes[name] - start), code, np.uint8)
