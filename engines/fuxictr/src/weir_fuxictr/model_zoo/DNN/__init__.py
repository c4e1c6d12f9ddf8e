"""DNN: the model class and its shipped configuration."""

from weir_fuxictr.model_zoo.DNN.model import DNN

__all__ = ["DNN"]
