"""ShareBottom: the model class and its shipped configuration."""

from weir_fuxictr.model_zoo.ShareBottom.model import ShareBottom

__all__ = ["ShareBottom"]
