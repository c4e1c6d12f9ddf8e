"""What every single-task model shares: compiling, initialising and the prediction."""

from __future__ import annotations

from typing import Any

import torch
from fuxictr.pytorch.models import BaseModel
from torch import Tensor


class SingleTaskModel(BaseModel):
    """A model of one label; subclasses build layers, call ``prepare`` last, and define ``logits``."""

    def prepare(self, params: dict[str, Any]) -> None:
        """Sets loss and optimizer, initialises the weights and moves them to the device."""
        self.compile(params["optimizer"], params["loss"], params["learning_rate"])
        self.reset_parameters()
        self.model_to_device()

    def logits(self, inputs: dict[str, Tensor]) -> Tensor:
        """Scores a batch before the sigmoid, shape (batch, 1)."""
        raise NotImplementedError

    def forward(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        """Predicts a batch: ``y_pred`` in [0, 1], shape (batch, 1)."""
        return {"y_pred": self.output_activation(self.logits(self.get_inputs(inputs)))}


def flatten(embeddings: Tensor) -> Tensor:
    """Joins field embeddings (batch, fields, dim) to (batch, fields * dim)."""
    return torch.flatten(embeddings, start_dim=1)
