"""Checkpoints of a training run: everything that decides how it goes on, one file per epoch, the last two kept."""

from __future__ import annotations

import pickle
import random
import re
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from weir_fuxictr.events import EventSink
from weir_fuxictr.files import written_beside

_KEPT: Final = 2
_NAME: Final = re.compile(r"^epoch_(\d+)\.pt$")


@dataclass
class Progress:
    """Where a run stands; ``best_metric`` is None before the first validation."""

    epoch: int = 0
    global_step: int = 0
    best_metric: float | None = None
    best_epoch: int = 0
    epochs_without_improvement: int = 0
    stopped_early: bool = False
    seconds: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)


class CheckpointStore:
    """Reads and writes ``epoch_NNN.pt`` below one directory for one fingerprint of spec and data."""

    def __init__(self, directory: Path, fingerprint: str) -> None:
        self._directory = directory
        self._fingerprint = fingerprint

    def save(self, model: Any, progress: Progress) -> Path:
        """Writes the state after an epoch, then removes all but the last two."""
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._directory / f"epoch_{progress.epoch:03d}.pt"
        with written_beside(path) as temporary:
            torch.save(self._capture(model, progress), temporary)
        for old in self._paths()[:-_KEPT]:
            old.unlink()
        return path

    def restore(self, model: Any, best_weights: Path, events: EventSink) -> Progress:
        """Loads the newest whole checkpoint into the model and the random generators; a fresh Progress when none.

        A checkpoint whose own epoch is not the best one is useless without ``best_weights`` and is removed.
        """
        for path in reversed(self._paths()):
            state = _read(path)
            if state is None:
                events.log(f"The checkpoint {path.name} is damaged and is skipped.", "WARNING")
            elif state["fingerprint"] != self._fingerprint:
                events.log(f"The checkpoint {path.name} belongs to another run and is removed.", "WARNING")
            elif not best_weights.exists() and state["progress"]["best_epoch"] != state["progress"]["epoch"]:
                events.log(f"{best_weights.name} is missing, so {path.name} is removed.", "WARNING")
            else:
                _apply(state, model)
                events.log(f"Resuming after epoch {state['progress']['epoch']} from {path.name}.")
                return Progress(**state["progress"])
            path.unlink()
        return Progress()

    def _capture(self, model: Any, progress: Progress) -> dict[str, Any]:
        grad_norm = getattr(model, "grad_norm", None)
        return {
            "fingerprint": self._fingerprint,
            "progress": asdict(progress),
            "model": model.state_dict(),
            "optimizer": model.optimizer.state_dict(),
            "grad_norm": None if grad_norm is None else grad_norm.state(),
            "random": {
                "python": random.getstate(),
                "numpy": np.random.get_state(),
                "torch": torch.get_rng_state(),
                "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
            },
        }

    def _paths(self) -> list[Path]:
        found = [path for path in self._directory.glob("epoch_*.pt") if _NAME.match(path.name)]
        return sorted(found, key=lambda path: int(path.stem.split("_")[1]))


def _read(path: Path) -> dict[str, Any] | None:
    try:
        state = torch.load(path, map_location="cpu", weights_only=False)
    except (
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        KeyError,
        pickle.UnpicklingError,
        zipfile.BadZipFile,
    ):
        return None
    return state if isinstance(state, dict) and "fingerprint" in state else None


def _apply(state: dict[str, Any], model: Any) -> None:
    model.load_state_dict(state["model"])
    model.optimizer.load_state_dict(state["optimizer"])
    if state["grad_norm"] is not None:
        model.grad_norm.load_state(state["grad_norm"])
    generators = state["random"]
    random.setstate(generators["python"])
    np.random.set_state(generators["numpy"])
    torch.set_rng_state(generators["torch"])
    if generators["cuda"] and len(generators["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(generators["cuda"])
