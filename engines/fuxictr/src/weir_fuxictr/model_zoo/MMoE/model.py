"""MMoE (Ma et al., KDD 2018)."""

from __future__ import annotations

from typing import Any

import torch
from fuxictr.pytorch.layers import FeatureEmbedding, MLP_Block
from torch import Tensor, nn

from weir_fuxictr.model_zoo.multi_task import TowerModel, last_linear_weight
from weir_fuxictr.model_zoo.single_task import flatten


class MMoE(TowerModel):
    """Shared experts, one softmax gate and one tower per task (Ma et al., "MMoE", KDD 2018)."""

    def __init__(
        self,
        feature_map: Any,
        model_id: str = "MMoE",
        embedding_dim: int = 16,
        num_experts: int = 4,
        expert_hidden_units: list[int] | None = None,
        gate_hidden_units: list[int] | None = None,
        tower_hidden_units: list[int] | None = None,
        hidden_activations: str = "ReLU",
        net_dropout: float = 0.0,
        batch_norm: bool = False,
        **params: Any,
    ) -> None:
        super().__init__(feature_map, model_id=model_id, **params)
        expert_units = expert_hidden_units or [128, 64]
        options = {
            "hidden_activations": hidden_activations,
            "dropout_rates": net_dropout,
            "batch_norm": batch_norm,
        }
        width = feature_map.sum_emb_out_dim()
        self.embedding = FeatureEmbedding(feature_map, embedding_dim)
        self.experts = nn.ModuleList(
            MLP_Block(input_dim=width, hidden_units=expert_units, **options) for _ in range(num_experts)
        )
        self.gates = nn.ModuleList(
            MLP_Block(
                input_dim=width,
                hidden_units=gate_hidden_units or [],
                output_dim=num_experts,
                hidden_activations=hidden_activations,
            )
            for _ in range(self.num_tasks)
        )
        tower = {"activation": hidden_activations, "dropout": net_dropout, "batch_norm": batch_norm}
        self.add_towers(expert_units[-1], {**tower, "hidden_units": tower_hidden_units or [32]})
        self.prepare(params)

    def task_inputs(self, inputs: dict[str, Tensor]) -> list[Tensor]:
        """Mixes the experts' outputs (batch, experts, dim) by each task's gate."""
        flat = flatten(self.embedding(inputs))
        experts = torch.stack([expert(flat) for expert in self.experts], dim=1)
        return [torch.einsum("be,bed->bd", gate(flat).softmax(dim=-1), experts) for gate in self.gates]

    def last_shared_weights(self) -> list[Tensor]:
        """Returns the weight of each expert's last layer."""
        return [last_linear_weight(expert) for expert in self.experts]
