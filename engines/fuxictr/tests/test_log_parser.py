"""Parsing the logs of run_expid.py."""

from __future__ import annotations

import math

import pytest

from weir_fuxictr.log_parser import LogEvent, parse_line, parse_log

PREFIX = "2026-11-20 23:56:39,285 P29129 INFO "
TABLE: list[tuple[str, str, dict[str, object]]] = [
    (PREFIX + "Start training: 51 batches/epoch", "steps", {"total": 51}),
    (PREFIX + "************ Epoch=1 start ************", "epoch", {"name": "start", "epoch": 1}),
    (PREFIX + "********* Epoch=3 early stop *********", "epoch", {"name": "early stop", "epoch": 3}),
    (PREFIX + "************ Epoch=12 end ************", "epoch", {"name": "end", "epoch": 12}),
    (PREFIX + "Train loss: 0.791554", "loss", {"value": 0.791554}),
    ("Train loss: 1e-05", "loss", {"value": 1e-05}),
    (PREFIX + "Evaluation @epoch 2 - batch 40: ", "evaluation", {"epoch": 2, "step": 40}),
    (PREFIX + "[Metrics] AUC: 0.921875", "metric", {"name": "AUC", "value": 0.921875, "label": None}),
    (PREFIX + "[Task: click][Metrics] AUC: 0.336879", "metric", {"label": "click", "value": 0.336879}),
    (PREFIX + "Save best model: monitor(max)=0.921875", "monitor", {"name": "max", "value": 0.921875}),
    (PREFIX + "Monitor(min)=-0.25 STOP!", "monitor", {"name": "min", "value": -0.25}),
    (PREFIX + "Reduce learning rate on plateau: 0.000100", "learning_rate", {"value": 0.0001}),
    (PREFIX + "****** Validation evaluation ******", "section", {"name": "validation"}),
    (PREFIX + "******** Test evaluation ********", "section", {"name": "test"}),
    ("2026-11-20 23:56:39,285 P1 WARNING Skip rebuilding", "log", {"level": "WARNING", "text": "Skip rebuilding"}),
    (" 45%|####5     | 23/51 [00:01<00:01, 21.5it/s]", "step", {"step": 23, "total": 51}),
    ("Epoch 1: 100%|##########| 51/51 [00:02<00:00]", "step", {"step": 51, "total": 51}),
    ("Traceback (most recent call last):", "log", {"text": "Traceback (most recent call last):"}),
]


@pytest.mark.parametrize(("line", "kind", "fields"), TABLE)
def test_a_line_says_what_it_says(line: str, kind: str, fields: dict[str, object]) -> None:
    (event,) = parse_line(line)
    assert event.kind == kind
    assert {name: getattr(event, name) for name in fields} == fields


def test_several_metrics_of_a_task_are_several_events() -> None:
    events = parse_line(PREFIX + "[Task: label_a - b][Metrics] logloss: 0.762581 - AUC: nan - NDCG(k=5): 0.5")
    assert [(event.label, event.name) for event in events] == [
        ("label_a - b", "logloss"),
        ("label_a - b", "AUC"),
        ("label_a - b", "NDCG(k=5)"),
    ]
    assert events[1].value is not None
    assert math.isnan(events[1].value)


@pytest.mark.parametrize("number", ["nan", "inf"])
def test_a_broken_loss_is_still_a_loss(number: str) -> None:
    (event,) = parse_line(PREFIX + f"Train loss: {number}")
    assert event.kind == "loss"
    assert event.value is not None
    assert not math.isfinite(event.value)


def test_bars_end_in_carriage_returns_and_pieces_may_be_cut_anywhere() -> None:
    text = f"\r  0%|  | 0/4 [00:00<?]\r 50%|# | 2/4 [00:00]\n{PREFIX}Train loss: 0.5\n{PREFIX}[Metrics] AUC: 0.75"
    whole = list(parse_log([text]))
    assert [event.kind for event in whole] == ["step", "step", "loss", "metric"]
    assert whole == list(parse_log(text)) == list(parse_log([text[:30], text[30:61], text[61:]]))
    assert whole[-1] == LogEvent("metric", "[Metrics] AUC: 0.75", name="AUC", value=0.75)
