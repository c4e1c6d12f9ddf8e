"""Prediction: raw rows in, the same rows with one prediction per label out."""
