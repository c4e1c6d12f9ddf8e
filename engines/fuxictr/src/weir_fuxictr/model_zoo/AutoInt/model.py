"""AutoInt (Song et al., CIKM 2019)."""

from __future__ import annotations

from typing import Any

from fuxictr.pytorch.layers import FeatureEmbedding, LogisticRegression, MLP_Block, ScaledDotProductAttention
from torch import Tensor, nn

from weir_fuxictr.model_zoo.single_task import SingleTaskModel, flatten


class InteractingLayer(nn.Module):
    """Multi-head self-attention over fields with a residual projection (AutoInt, equations 5 to 8)."""

    def __init__(self, input_dim: int, attention_dim: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = attention_dim // num_heads
        self.query_key_value = nn.Linear(input_dim, 3 * num_heads * self.head_dim, bias=False)
        self.residual = nn.Linear(input_dim, num_heads * self.head_dim, bias=False)
        self.attention = ScaledDotProductAttention()

    def forward(self, fields: Tensor) -> Tensor:
        """Mixes fields (batch, fields, input_dim) to (batch, fields, attention_dim)."""
        batch, count, _ = fields.shape
        heads = self.query_key_value(fields).view(batch, count, 3, self.num_heads, self.head_dim)
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        mixed, _ = self.attention(query, key, value, scale=self.head_dim**0.5)
        joined = mixed.transpose(1, 2).reshape(batch, count, -1)
        output: Tensor = nn.functional.relu(joined + self.residual(fields))
        return output


class AutoInt(SingleTaskModel):
    """Self-attention over feature fields, linear part and optional perceptron (Song et al., "AutoInt", CIKM 2019)."""

    def __init__(
        self,
        feature_map: Any,
        model_id: str = "AutoInt",
        embedding_dim: int = 16,
        attention_layers: int = 2,
        attention_dim: int = 32,
        num_heads: int = 2,
        dnn_hidden_units: list[int] | None = None,
        dnn_activations: str = "ReLU",
        net_dropout: float = 0.0,
        batch_norm: bool = False,
        **params: Any,
    ) -> None:
        super().__init__(feature_map, model_id=model_id, **params)
        width = num_heads * (attention_dim // num_heads)
        widths = [embedding_dim] + [width] * attention_layers
        self.embedding = FeatureEmbedding(feature_map, embedding_dim)
        self.linear = LogisticRegression(feature_map, use_bias=False)
        layers = (InteractingLayer(size, attention_dim, num_heads) for size in widths[:-1])
        self.interactions = nn.Sequential(*layers)
        self.output = nn.Linear(feature_map.num_fields * widths[-1], 1)
        self.mlp = MLP_Block(
            input_dim=feature_map.sum_emb_out_dim(),
            hidden_units=dnn_hidden_units or [128, 64],
            hidden_activations=dnn_activations,
            output_dim=1,
            dropout_rates=net_dropout,
            batch_norm=batch_norm,
        )
        self.prepare(params)

    def logits(self, inputs: dict[str, Tensor]) -> Tensor:
        """Adds attention, linear and deep scores, shape (batch, 1)."""
        fields = self.embedding(inputs)
        attended = self.output(flatten(self.interactions(fields)))
        score: Tensor = attended + self.linear(inputs) + self.mlp(flatten(fields))
        return score
