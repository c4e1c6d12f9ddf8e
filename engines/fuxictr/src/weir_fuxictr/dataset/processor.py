"""FuxiCTR's own FeatureProcessor, fitted from streamed statistics instead of a collected frame."""

from __future__ import annotations

import pickle
from json.encoder import encode_basestring_ascii as quote
from operator import itemgetter
from pathlib import Path
from typing import Any

from fuxictr.preprocess import FeatureProcessor

from weir_fuxictr.config.feature_columns import FeatureColumn


class StreamedFeatureProcessor(FeatureProcessor):
    """Runs upstream's ``fit`` on given statistics, writing its three files into ``build_dir``.

    The pickle is a plain ``FeatureProcessor`` whose paths point to ``final_dir``, so that upstream loads it.
    Source: ``fuxictr/preprocess/feature_processor.py`` of 2.3.10.
    """

    def __init__(self, columns: list[FeatureColumn], labels: list[str], build_dir: Path, final_dir: Path) -> None:
        label_cols = [{"name": name, "dtype": "float"} for name in labels]
        feature_cols = [column.upstream for column in columns]
        super().__init__(feature_cols, label_cols, final_dir.name, str(final_dir.parent))
        self._final_dir = final_dir
        self._statistics: dict[str, Any] = {}
        self._point_to(build_dir)

    def fit_from(self, statistics: dict[str, Any], min_categr_count: int) -> None:
        """Fits vocabularies and normalizers; writes feature_map.json, feature_vocab.json, feature_processor.pkl."""
        self._statistics = statistics
        self.fit(None, min_categr_count=min_categr_count)

    def save_pickle(self, pickle_file: str) -> None:
        """Pickles the fitted state as upstream's class."""
        build_dir = Path(self.data_dir)
        self._point_to(self._final_dir)
        plain = FeatureProcessor.__new__(FeatureProcessor)
        plain.__dict__.update({k: v for k, v in self.__dict__.items() if k not in ("_final_dir", "_statistics")})
        with open(pickle_file, "wb") as stream:
            pickle.dump(plain, stream)
        self._point_to(build_dir)

    def save_vocab(self, vocab_file: str) -> None:
        """Writes the same bytes as upstream's ``json.dumps(vocab, indent=4)``, several times faster."""
        features = []
        for name, spec in self.feature_map.features.items():
            if spec["type"] in ("categorical", "sequence"):
                pairs = sorted(self.processor_dict[f"{name}::tokenizer"].vocab.items(), key=itemgetter(1))
                lines = ",\n".join(f"        {quote(str(token))}: {index}" for token, index in pairs)
                features.append(f"    {quote(name)}: {{\n{lines}\n    }}")
        text = "{\n" + ",\n".join(features) + "\n}" if features else "{}"
        Path(vocab_file).write_text(text, encoding="ascii")

    def _collect_statistics(self, train_ddf: Any, meta_ddf: Any = None) -> dict[str, Any]:
        return self._statistics

    def _point_to(self, directory: Path) -> None:
        self.data_dir = str(directory)
        self.pickle_file = str(directory / "feature_processor.pkl")
        self.json_file = str(directory / "feature_map.json")
        self.vocab_file = str(directory / "feature_vocab.json")
        self.feature_map.data_dir = str(directory)


def load_processor(dataset_dir: Path) -> Any:
    """Loads the fitted FeatureProcessor of a dataset; loading a pickle runs code, so only for own datasets."""
    with (dataset_dir / "feature_processor.pkl").open("rb") as stream:
        return pickle.load(stream)
