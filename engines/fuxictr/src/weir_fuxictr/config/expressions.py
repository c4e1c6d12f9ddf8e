"""Allow-lists for the values that FuxiCTR passes to ``eval`` or ``getattr``.

Source: ``fuxictr/pytorch/torch_utils.py``, ``fuxictr/metrics.py``, ``fuxictr/preprocess/feature_processor.py``
and ``fuxictr/pytorch/layers/embeddings/feature_embedding.py`` of 2.3.10.
"""

from __future__ import annotations

import re
from typing import Any, Final, NoReturn

from weir_fuxictr.errors import EngineError

_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_KEYWORD: Final = rf"(?:std|mean|a|b|val|gain)\s*=\s*{_NUMBER}"
_INITIALIZER_NAME: Final = (
    r"(?:torch\.)?nn\.init\.(?:normal_|uniform_|trunc_normal_|constant_|zeros_|ones_|"
    r"xavier_normal_|xavier_uniform_|kaiming_normal_|kaiming_uniform_)"
)
INITIALIZER: Final = re.compile(
    rf"^(?:{_INITIALIZER_NAME}|partial\(\s*{_INITIALIZER_NAME}\s*(?:,\s*{_KEYWORD}\s*)*\))$"
)
FEATURE_ENCODER: Final = re.compile(
    r"^(?:layers\.MaskedAveragePooling\(\)|layers\.MaskedSumPooling\(\)"
    r"|layers\.KMaxPooling\(\s*(?:k\s*=\s*)?\d+\s*,\s*(?:dim\s*=\s*)?-?\d+\s*\)"
    r"|nn\.Linear\(\s*\d+\s*,\s*\d+\s*(?:,\s*bias\s*=\s*(?:True|False)\s*)?\))$"
)
REGULARIZER: Final = re.compile(rf"^(?:l[12]\(\s*{_NUMBER}\s*\)|l1_l2\(\s*{_NUMBER}\s*,\s*{_NUMBER}\s*\))$")
METRIC: Final = re.compile(r"^(?:AUC|logloss|binary_crossentropy|gAUC|avgAUC|MRR|NDCG\((?:k\s*=\s*)?\d{1,4}\))$")
NUMBER: Final = re.compile(rf"^{_NUMBER}$")
PLAIN_TEXT: Final = re.compile(r"^(?!.*__)[^(){};`$\\]*$", re.DOTALL)
DTYPES: Final = frozenset({"str", "int", "float", "list"})
LOSSES: Final = frozenset({"binary_crossentropy", "binary_cross_entropy", "bce", "mse_loss"})
TASKS: Final = frozenset({"binary_classification"})
ACTIVATIONS: Final = frozenset(
    [
        "relu",
        "sigmoid",
        "tanh",
        "softmax",
        "prelu",
        "dice",
        "ReLU",
        "Sigmoid",
        "Tanh",
        "Softmax",
        "PReLU",
        "Dice",
        "LeakyReLU",
        "ELU",
        "SELU",
        "GELU",
        "SiLU",
        "Mish",
        "Softplus",
        "Identity",
        "Hardswish",
        "Hardsigmoid",
        "ReLU6",
    ]
)
OPTIMIZERS: Final = {
    name.lower(): name
    for name in ("Adam", "AdamW", "SGD", "Adagrad", "RMSprop", "Adadelta", "Adamax", "NAdam", "RAdam")
}


def refuse(field: str, value: Any, expected: str) -> NoReturn:
    """Raises EngineError ``config_refused`` that names the field, its value and what is allowed."""
    raise EngineError("config_refused", f"{field} = {value!r} is not allowed: {expected}.", field=field, value=value)


def check_feature_encoder(value: Any, field: str) -> None:
    """Accepts a pooling or linear layer, a list of them, or none."""
    if isinstance(value, list):
        for item in value:
            check_feature_encoder(item, field)
    elif value not in (None, "null", "None", "none") and not (isinstance(value, str) and FEATURE_ENCODER.match(value)):
        refuse(field, value, "use layers.MaskedAveragePooling() or layers.MaskedSumPooling()")


def check_metric(value: Any, field: str) -> None:
    """Accepts the metrics that FuxiCTR computes."""
    if not (isinstance(value, str) and METRIC.match(value)):
        refuse(field, value, "use AUC, logloss, gAUC, avgAUC, MRR or NDCG(k=n)")
