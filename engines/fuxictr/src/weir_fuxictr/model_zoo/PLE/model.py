"""PLE (Tang et al., RecSys 2020)."""

from __future__ import annotations

from typing import Any

import torch
from fuxictr.pytorch.layers import FeatureEmbedding, MLP_Block
from torch import Tensor, nn

from weir_fuxictr.model_zoo.multi_task import TowerModel, last_linear_weight
from weir_fuxictr.model_zoo.single_task import flatten


class ExtractionLayer(nn.Module):
    """One CGC layer: own and shared experts, a gate per task and, below the last layer, a shared gate."""

    def __init__(self, input_dim: int, num_tasks: int, counts: tuple[int, int], expert: dict[str, Any]) -> None:
        super().__init__()
        specific, shared = counts
        groups = [specific] * num_tasks + [shared]
        pools = ([MLP_Block(input_dim=input_dim, **expert) for _ in range(count)] for count in groups)
        self.experts = nn.ModuleList(nn.ModuleList(pool) for pool in pools)
        self.gates = nn.ModuleList(nn.Linear(input_dim, specific + shared) for _ in range(num_tasks))
        self.shared_gate = nn.Linear(input_dim, sum(groups))

    def forward(self, inputs: list[Tensor]) -> list[Tensor]:
        """Maps one input per task and the shared one, each (batch, dim), to as many outputs."""
        grouped = [[expert(x) for expert in group.children()] for group, x in zip(self.experts, inputs, strict=True)]
        outputs = [
            _mix(gate(x), own + grouped[-1]) for gate, x, own in zip(self.gates, inputs[:-1], grouped[:-1], strict=True)
        ]
        everything = [output for group in grouped for output in group]
        return [*outputs, _mix(self.shared_gate(inputs[-1]), everything)]


class PLE(TowerModel):
    """Progressive layered extraction (Tang et al., "PLE", RecSys 2020)."""

    def __init__(
        self,
        feature_map: Any,
        model_id: str = "PLE",
        embedding_dim: int = 16,
        num_layers: int = 2,
        num_specific_experts: int = 2,
        num_shared_experts: int = 2,
        expert_hidden_units: list[int] | None = None,
        tower_hidden_units: list[int] | None = None,
        hidden_activations: str = "ReLU",
        net_dropout: float = 0.0,
        batch_norm: bool = False,
        **params: Any,
    ) -> None:
        super().__init__(feature_map, model_id=model_id, **params)
        units = expert_hidden_units or [64]
        options = {
            "hidden_activations": hidden_activations,
            "dropout_rates": net_dropout,
            "batch_norm": batch_norm,
        }
        widths = [feature_map.sum_emb_out_dim()] + [units[-1]] * num_layers
        self.embedding = FeatureEmbedding(feature_map, embedding_dim)
        counts = (num_specific_experts, num_shared_experts)
        self.layers = nn.Sequential(
            *(ExtractionLayer(w, self.num_tasks, counts, {"hidden_units": units, **options}) for w in widths[:-1])
        )
        tower = {"activation": hidden_activations, "dropout": net_dropout, "batch_norm": batch_norm}
        self.add_towers(units[-1], {**tower, "hidden_units": tower_hidden_units or [32]})
        self.prepare(params)

    def task_inputs(self, inputs: dict[str, Tensor]) -> list[Tensor]:
        """Runs the extraction layers and drops the shared output."""
        flat = flatten(self.embedding(inputs))
        outputs: list[Tensor] = self.layers([flat] * (self.num_tasks + 1))
        return outputs[:-1]

    def last_shared_weights(self) -> list[Tensor]:
        """Returns the weight of the last layer of each shared expert in the top extraction layer."""
        shared = self.layers[-1].get_submodule(f"experts.{self.num_tasks}")
        return [last_linear_weight(expert) for expert in shared.children()]


def _mix(scores: Tensor, experts: list[Tensor]) -> Tensor:
    return torch.einsum("be,bed->bd", scores.softmax(dim=-1), torch.stack(experts, dim=1))
