"""Logistic regression (Richardson et al., "Predicting Clicks", WWW 2007)."""

from __future__ import annotations

from typing import Any

from fuxictr.pytorch.layers import LogisticRegression
from torch import Tensor

from weir_fuxictr.model_zoo.single_task import SingleTaskModel


class LR(SingleTaskModel):
    """Logistic regression over one-hot features (Richardson et al., "Predicting Clicks", WWW 2007)."""

    def __init__(self, feature_map: Any, model_id: str = "LR", **params: Any) -> None:
        super().__init__(feature_map, model_id=model_id, **params)
        self.linear = LogisticRegression(feature_map, use_bias=True)
        self.prepare(params)

    def logits(self, inputs: dict[str, Tensor]) -> Tensor:
        """Sums one weight per feature value, shape (batch, 1)."""
        score: Tensor = self.linear(inputs)
        return score
