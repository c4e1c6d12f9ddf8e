"""Weir's engine: dataset build, training and prediction for CTR models on FuxiCTR."""

__version__ = "0.1.0"
