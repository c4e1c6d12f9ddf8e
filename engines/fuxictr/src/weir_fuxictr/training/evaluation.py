"""Metrics per label and the calibration of predictions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from fuxictr.metrics import MRR, NDCG, avgAUC, gAUC
from sklearn.metrics import log_loss, roc_auc_score

from weir_fuxictr.training.loader import Batch

Vector = npt.NDArray[np.float64]
Metrics = dict[str, dict[str, float]]


def predict_batches(model: Any, batches: Iterator[Batch], labels: list[str]) -> Iterator[tuple[Batch, list[Vector]]]:
    """Yields each batch with one vector of predictions per label, in evaluation mode."""
    model.eval()
    with torch.inference_mode():
        for batch in batches:
            output = model.forward(batch)
            names = [f"{label}_pred" for label in labels] if f"{labels[0]}_pred" in output else ["y_pred"]
            yield batch, [output[name].double().cpu().numpy().reshape(-1) for name in names]


def collect_predictions(model: Any, batches: Iterator[Batch], labels: list[str]) -> dict[str, tuple[Vector, Vector]]:
    """Returns label -> (true values, predictions), both of shape (rows,)."""
    truths: list[list[Vector]] = [[] for _ in labels]
    predictions: list[list[Vector]] = [[] for _ in labels]
    for batch, predicted in predict_batches(model, batches, labels):
        for index, label in enumerate(labels):
            truths[index].append(batch[label].double().numpy())
            predictions[index].append(predicted[index])
    joined = zip(labels, truths, predictions, strict=True)
    return {label: (np.concatenate(truth), np.concatenate(guess)) for label, truth, guess in joined}


def compute_metrics(
    predictions: dict[str, tuple[Vector, Vector]], names: list[str], groups: npt.NDArray[Any] | None = None
) -> Metrics:
    """Returns label -> metric -> value; an AUC of one class only is left out."""
    return {
        label: {name: value for name in names if (value := _compute(name, truth, predicted, groups)) is not None}
        for label, (truth, predicted) in predictions.items()
    }


def monitor_logs(metrics: Metrics) -> dict[str, float]:
    """Names metrics as FuxiCTR's Monitor reads them: the mean over labels, and ``{label}_{metric}``."""
    logs = {f"{label}_{name}": value for label, values in metrics.items() for name, value in values.items()}
    names = {name for values in metrics.values() for name in values}
    means = {name: float(np.mean([values[name] for values in metrics.values() if name in values])) for name in names}
    return {**logs, **means}


def calibration_bins(truth: Vector, predicted: Vector, bins: int = 20) -> list[dict[str, float | int]]:
    """Groups rows into at most ``bins`` bins of equal size by prediction; equal predictions share a bin."""
    order = np.argsort(predicted, kind="stable")
    truth, predicted = truth[order], predicted[order]
    edges = np.unique(np.quantile(predicted, np.linspace(0, 1, bins + 1)))
    bin_of = np.searchsorted(edges[1:-1], predicted, side="right") if len(edges) > 2 else np.zeros(len(predicted), int)
    described: list[dict[str, float | int]] = []
    for index in np.unique(bin_of):
        inside = bin_of == index
        described.append(
            {
                "lower": float(predicted[inside][0]),
                "upper": float(predicted[inside][-1]),
                "count": int(inside.sum()),
                "mean_prediction": float(predicted[inside].mean()),
                "observed_rate": float(truth[inside].mean()),
            }
        )
    return described


def _compute(name: str, truth: Vector, predicted: Vector, groups: npt.NDArray[Any] | None) -> float | None:
    if name in ("logloss", "binary_crossentropy"):
        return float(log_loss(truth, predicted, labels=[0.0, 1.0]))
    if name == "AUC":
        return None if truth.min() == truth.max() else float(roc_auc_score(truth, predicted))
    if groups is None:
        raise ValueError(f"{name} needs group_id")
    return _grouped(name, truth, predicted, groups)


def _grouped(name: str, truth: Vector, predicted: Vector, groups: npt.NDArray[Any]) -> float | None:
    cutoff = re.search(r"\d+", name)
    functions = {"gAUC": gAUC, "avgAUC": avgAUC, "MRR": MRR}
    function = NDCG(int(cutoff.group())) if cutoff else functions[name]
    order = np.argsort(groups, kind="stable")
    borders = np.flatnonzero(np.diff(groups[order])) + 1
    scores = []
    for rows in np.split(order, borders):
        score = function(truth[rows], predicted[rows])
        scores.append(score if isinstance(score, tuple) else (score, 1))
    total, weight = np.array(scores, dtype=np.float64).sum(axis=0)
    return float(total / weight) if weight else None
