"""DCNv2: the model class and its shipped configuration."""

from weir_fuxictr.model_zoo.DCNv2.model import DCNv2

__all__ = ["DCNv2"]
