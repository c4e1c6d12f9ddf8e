"""What every multi-task model shares: towers, compiling, initialising and the predictions."""

from __future__ import annotations

from typing import Any

from fuxictr.pytorch.layers import MLP_Block
from torch import Tensor, nn

from weir_fuxictr.training.loss_weights import WeightedMultiTaskModel


class TowerModel(WeightedMultiTaskModel):
    """A model of several labels with one tower each; subclasses define ``task_inputs`` and call ``prepare`` last."""

    def add_towers(self, input_dim: int, options: dict[str, Any]) -> None:
        """Creates one tower per task from ``hidden_units``, ``activation``, ``dropout`` and ``batch_norm``."""
        self.towers = nn.ModuleList(
            MLP_Block(
                input_dim=input_dim,
                hidden_units=options["hidden_units"],
                hidden_activations=options["activation"],
                output_dim=1,
                dropout_rates=options["dropout"],
                batch_norm=options["batch_norm"],
            )
            for _ in range(self.num_tasks)
        )

    def prepare(self, params: dict[str, Any]) -> None:
        """Sets losses and optimizer, initialises the weights and moves them to the device."""
        self.reset_parameters()
        self.model_to_device()
        self.compile(params["optimizer"], params["loss"], params["learning_rate"])

    def task_inputs(self, inputs: dict[str, Tensor]) -> list[Tensor]:
        """Returns each tower's input, one tensor (batch, dim) per task."""
        raise NotImplementedError

    def forward(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        """Predicts a batch: ``{label}_pred`` in [0, 1] for each label, shape (batch, 1)."""
        towers = zip(self.feature_map.labels, self.towers, self.output_activation, strict=True)
        shared = self.task_inputs(self.get_inputs(inputs))
        predictions = zip(towers, shared, strict=True)
        return {f"{label}_pred": activation(tower(x)) for (label, tower, activation), x in predictions}


def last_linear_weight(block: nn.Module) -> Tensor:
    """Returns the weight of the last linear layer in ``block``, shape (outputs, inputs)."""
    return [layer.weight for layer in block.modules() if isinstance(layer, nn.Linear)][-1]
