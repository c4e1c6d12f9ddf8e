"""PLE: the model class and its shipped configuration."""

from weir_fuxictr.model_zoo.PLE.model import PLE

__all__ = ["PLE"]
