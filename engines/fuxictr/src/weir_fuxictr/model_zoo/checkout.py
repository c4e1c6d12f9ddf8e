"""Models of a FuxiCTR checkout: found by reading ``model_zoo/**/src``, imported only when one is used."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from weir_fuxictr.errors import EngineError

_MULTI_TASK_BASES: Final = frozenset({"MultiTaskModel"})
_SINGLE_TASK_BASES: Final = frozenset({"BaseModel", "RankModel"})
_LAYOUTS: Final = ("*/src", "*/*/src")


@dataclass(frozen=True)
class CheckoutModel:
    """A model class in a checkout; ``folder`` is its path below ``model_zoo``, such as ``DeepFM/DeepFM_torch``."""

    class_name: str
    folder: str
    is_multitask: bool
    paper: str
    package: Path

    def load(self) -> Any:
        """Imports the package and returns the class. Raises EngineError ``unknown_model`` when that fails."""
        name = f"weir_checkout_{hashlib.sha256(str(self.package).encode()).hexdigest()[:12]}"
        try:
            module = sys.modules.get(name) or _import_package(name, self.package)
            return getattr(module, self.class_name)
        except (ImportError, SyntaxError, AttributeError) as error:
            sys.modules.pop(name, None)
            message = f"The model {self.folder} of the checkout cannot be imported: {error}."
            raise EngineError("unknown_model", message, field="model", value=self.folder) from error


def find_checkout_models(fuxictr_root: str) -> list[CheckoutModel]:
    """Lists the PyTorch models below ``{fuxictr_root}/model_zoo`` without importing anything.

    Raises EngineError ``invalid_spec`` when there is no such folder.
    """
    zoo = Path(fuxictr_root).absolute() / "model_zoo"
    if not zoo.is_dir():
        message = f"fuxictr_root: {fuxictr_root} has no model_zoo folder."
        raise EngineError("invalid_spec", message, field="fuxictr_root", value=fuxictr_root)
    packages = sorted(path for layout in _LAYOUTS for path in zoo.glob(layout) if (path / "__init__.py").is_file())
    return [model for package in packages for model in _read_package(zoo, package)]


def _read_package(zoo: Path, package: Path) -> list[CheckoutModel]:
    folder = package.parent.relative_to(zoo).as_posix()
    wanted = package.parent.name.removesuffix("_torch")
    found: list[CheckoutModel] = []
    for path in sorted(package.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8"), str(path)).body:
            if not isinstance(node, ast.ClassDef):
                continue
            bases = {base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in node.bases}
            if bases & (_MULTI_TASK_BASES | _SINGLE_TASK_BASES):
                paper = (ast.get_docstring(node) or "").strip().split("\n")[0]
                is_multitask = bool(bases & _MULTI_TASK_BASES)
                found.append(CheckoutModel(node.name, folder, is_multitask, paper, package))
    named = [model for model in found if model.class_name == wanted]
    return named or found[:1]


def _import_package(name: str, package: Path) -> Any:
    init = package / "__init__.py"
    spec = importlib.util.spec_from_file_location(name, init, submodule_search_locations=[str(package)])
    if spec is None or spec.loader is None:
        raise ImportError(f"{init} is not importable")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
