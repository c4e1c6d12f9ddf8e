"""Embeddings and a multi-layer perceptron (Covington et al., RecSys 2016)."""

from __future__ import annotations

from typing import Any

from fuxictr.pytorch.layers import FeatureEmbedding, MLP_Block
from torch import Tensor

from weir_fuxictr.model_zoo.single_task import SingleTaskModel, flatten


class DNN(SingleTaskModel):
    """Embeddings and a multi-layer perceptron ("Deep Neural Networks for YouTube Recommendations", RecSys 2016)."""

    def __init__(
        self,
        feature_map: Any,
        model_id: str = "DNN",
        embedding_dim: int = 16,
        hidden_units: list[int] | None = None,
        hidden_activations: str = "ReLU",
        net_dropout: float = 0.0,
        batch_norm: bool = False,
        **params: Any,
    ) -> None:
        super().__init__(feature_map, model_id=model_id, **params)
        self.embedding = FeatureEmbedding(feature_map, embedding_dim)
        self.mlp = MLP_Block(
            input_dim=feature_map.sum_emb_out_dim(),
            hidden_units=hidden_units or [128, 64],
            hidden_activations=hidden_activations,
            output_dim=1,
            dropout_rates=net_dropout,
            batch_norm=batch_norm,
        )
        self.prepare(params)

    def logits(self, inputs: dict[str, Tensor]) -> Tensor:
        """Feeds the joined embeddings through the perceptron, shape (batch, 1)."""
        score: Tensor = self.mlp(flatten(self.embedding(inputs)))
        return score
