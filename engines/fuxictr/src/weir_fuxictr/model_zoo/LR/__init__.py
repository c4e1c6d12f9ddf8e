"""LR: the model class and its shipped configuration."""

from weir_fuxictr.model_zoo.LR.model import LR

__all__ = ["LR"]
