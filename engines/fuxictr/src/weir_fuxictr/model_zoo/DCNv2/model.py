"""DCN V2 (Wang et al., WWW 2021)."""

from __future__ import annotations

from typing import Any

import torch
from fuxictr.pytorch.layers import CrossNetV2, FeatureEmbedding, MLP_Block
from torch import Tensor, nn

from weir_fuxictr.model_zoo.single_task import SingleTaskModel, flatten


class DCNv2(SingleTaskModel):
    """Full-rank cross layers beside a perceptron (Wang et al., "DCN V2", WWW 2021; the parallel structure)."""

    def __init__(
        self,
        feature_map: Any,
        model_id: str = "DCNv2",
        embedding_dim: int = 16,
        num_cross_layers: int = 3,
        parallel_dnn_hidden_units: list[int] | None = None,
        dnn_activations: str = "ReLU",
        net_dropout: float = 0.0,
        batch_norm: bool = False,
        **params: Any,
    ) -> None:
        super().__init__(feature_map, model_id=model_id, **params)
        hidden_units = parallel_dnn_hidden_units or [128, 64]
        width = feature_map.sum_emb_out_dim()
        self.embedding = FeatureEmbedding(feature_map, embedding_dim)
        self.cross = CrossNetV2(width, num_cross_layers)
        self.mlp = MLP_Block(
            input_dim=width,
            hidden_units=hidden_units,
            hidden_activations=dnn_activations,
            dropout_rates=net_dropout,
            batch_norm=batch_norm,
        )
        self.output = nn.Linear(width + hidden_units[-1], 1)
        self.prepare(params)

    def logits(self, inputs: dict[str, Tensor]) -> Tensor:
        """Joins crossed and deep features into one linear score, shape (batch, 1)."""
        flat = flatten(self.embedding(inputs))
        score: Tensor = self.output(torch.cat([self.cross(flat), self.mlp(flat)], dim=-1))
        return score
