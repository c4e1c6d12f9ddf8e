"""Shared bottom (Caruana, Machine Learning 28, 1997)."""

from __future__ import annotations

from typing import Any

from fuxictr.pytorch.layers import FeatureEmbedding, MLP_Block
from torch import Tensor

from weir_fuxictr.model_zoo.multi_task import TowerModel, last_linear_weight
from weir_fuxictr.model_zoo.single_task import flatten


class ShareBottom(TowerModel):
    """One shared network under a tower per task (Caruana, "Multitask Learning", Machine Learning 28, 1997)."""

    def __init__(
        self,
        feature_map: Any,
        model_id: str = "ShareBottom",
        embedding_dim: int = 16,
        bottom_hidden_units: list[int] | None = None,
        tower_hidden_units: list[int] | None = None,
        hidden_activations: str = "ReLU",
        net_dropout: float = 0.0,
        batch_norm: bool = False,
        **params: Any,
    ) -> None:
        super().__init__(feature_map, model_id=model_id, **params)
        bottom_units = bottom_hidden_units or [128, 64]
        self.embedding = FeatureEmbedding(feature_map, embedding_dim)
        self.bottom = MLP_Block(
            input_dim=feature_map.sum_emb_out_dim(),
            hidden_units=bottom_units,
            hidden_activations=hidden_activations,
            dropout_rates=net_dropout,
            batch_norm=batch_norm,
        )
        tower = {"activation": hidden_activations, "dropout": net_dropout, "batch_norm": batch_norm}
        self.add_towers(bottom_units[-1], {**tower, "hidden_units": tower_hidden_units or [32]})
        self.prepare(params)

    def task_inputs(self, inputs: dict[str, Tensor]) -> list[Tensor]:
        """Gives the shared representation (batch, dim) to every tower."""
        return [self.bottom(flatten(self.embedding(inputs)))] * self.num_tasks

    def last_shared_weights(self) -> list[Tensor]:
        """Returns the weight of the bottom's last layer."""
        return [last_linear_weight(self.bottom)]
