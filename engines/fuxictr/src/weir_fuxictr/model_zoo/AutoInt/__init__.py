"""AutoInt: the model class and its shipped configuration."""

from weir_fuxictr.model_zoo.AutoInt.model import AutoInt

__all__ = ["AutoInt"]
