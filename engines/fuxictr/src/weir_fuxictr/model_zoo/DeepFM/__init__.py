"""DeepFM: the model class and its shipped configuration."""

from weir_fuxictr.model_zoo.DeepFM.model import DeepFM

__all__ = ["DeepFM"]
