"""MMoE: the model class and its shipped configuration."""

from weir_fuxictr.model_zoo.MMoE.model import MMoE

__all__ = ["MMoE"]
