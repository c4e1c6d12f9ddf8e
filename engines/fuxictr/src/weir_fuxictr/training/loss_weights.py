"""Weights of the task losses: equal, fixed, by uncertainty (UW) or by gradient norms (GN)."""

from __future__ import annotations

from typing import Any

import torch
from fuxictr.pytorch.models import MultiTaskModel
from fuxictr.pytorch.torch_utils import get_optimizer
from torch import Tensor, nn


class GradNorm:
    """Balances tasks by the gradient norms at the last shared weights (Chen et al., "GradNorm", ICML 2018).

    The weights are ``softmax(a) * n``; ``a`` has its own Adam with rate 0.01.
    """

    def __init__(self, num_tasks: int, alpha: float, device: torch.device) -> None:
        self._alpha = alpha
        self._scores = torch.ones(num_tasks, device=device, requires_grad=True)
        self._optimizer = torch.optim.Adam([self._scores], lr=0.01)
        self._first_losses: Tensor | None = None

    def observe(self, losses: Tensor) -> None:
        """Records the first batch's losses, shape (tasks,)."""
        if self._first_losses is None:
            self._first_losses = losses.detach().clone()

    def step(self, losses: Tensor, shared_weights: list[Tensor]) -> Tensor:
        """Returns the weights to use now, shape (tasks,), then moves them towards equal training rates."""
        first = losses.detach() if self._first_losses is None else self._first_losses
        weights = self._scores.softmax(dim=0) * len(losses)
        norms = torch.stack([_gradient_norm(loss, shared_weights) for loss in losses])
        weighted = weights * norms
        rates = losses.detach() / (first + 1e-8)
        target = (weighted.mean() * (rates / (rates.mean() + 1e-8)) ** self._alpha).detach()
        self._optimizer.zero_grad()
        torch.autograd.backward((weighted - target).abs().sum())
        self._optimizer.step()
        return weights.detach()

    def state(self) -> dict[str, Any]:
        """Returns what a resume needs."""
        scores, optimizer = self._scores.detach(), self._optimizer.state_dict()
        return {"scores": scores, "optimizer": optimizer, "first_losses": self._first_losses}

    def load_state(self, state: dict[str, Any]) -> None:
        """Restores what ``state`` returned."""
        with torch.no_grad():
            self._scores.copy_(state["scores"])
        self._optimizer.load_state_dict(state["optimizer"])
        first = state["first_losses"]
        self._first_losses = None if first is None else first.to(self._scores.device)


class WeightedMultiTaskModel(MultiTaskModel):
    """A MultiTaskModel whose ``loss_weight`` may be EQ, a list of numbers, UW or GN.

    UW: sum of exp(-s) / 2 * loss + s / 2 with learnable s that starts at 1 (Kendall et al., CVPR 2018).
    GN: see GradNorm; it takes part from the second epoch on, before that the losses are summed.
    """

    def __init__(self, feature_map: Any, loss_weight: Any = "EQ", gradnorm_alpha: float = 1.5, **params: Any) -> None:
        super().__init__(feature_map, loss_weight=loss_weight, **params)
        self.grad_norm: GradNorm | None = None
        if loss_weight == "UW":
            self.log_variances = nn.Parameter(torch.ones(self.num_tasks))
        elif loss_weight == "GN":
            self.grad_norm = GradNorm(self.num_tasks, gradnorm_alpha, self.device)

    def compile(self, optimizer: str, loss: list[str], lr: float) -> None:
        """Sets losses and optimizer; the uncertainties get no weight decay."""
        super().compile(optimizer, loss, lr)
        if self.loss_weight == "UW":
            others = [param for name, param in self.named_parameters() if name != "log_variances"]
            groups = [{"params": others}, {"params": [self.log_variances], "weight_decay": 0.0}]
            self.optimizer = get_optimizer(optimizer, groups, lr)

    def last_shared_weights(self) -> list[Tensor]:
        """Returns the weights that GradNorm looks at: the last ones that all tasks share."""
        raise NotImplementedError(f"{type(self).__name__} does not support loss_weight GN")

    def add_loss(self, return_dict: dict[str, Tensor], y_true: list[Tensor]) -> Tensor:
        """Joins the task losses, shape ()."""
        pairs = zip(self.feature_map.labels, self.loss_fn, y_true, strict=True)
        losses = torch.stack([loss(return_dict[f"{label}_pred"], y, reduction="mean") for label, loss, y in pairs])
        if self.loss_weight == "UW":
            losses = 0.5 * torch.exp(-self.log_variances) * losses + 0.5 * self.log_variances
        elif isinstance(self.loss_weight, list):
            losses = losses * losses.new_tensor(self.loss_weight)
        elif self.grad_norm is not None:
            self.grad_norm.observe(losses)
            if self._epoch_index >= 1:
                losses = losses * self.grad_norm.step(losses, self.last_shared_weights())
        total: Tensor = losses.sum()
        return total


def _gradient_norm(loss: Tensor, weights: list[Tensor]) -> Tensor:
    gradients = torch.autograd.grad(loss, weights, retain_graph=True)
    norm: Tensor = torch.cat([gradient.flatten() for gradient in gradients]).norm()
    return norm
