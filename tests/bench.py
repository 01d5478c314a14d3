"""`make bench`: each figure as a ratio of two things measured in the same run, one JSON line each.

Absolute times mean nothing on a shared machine; a ratio to a bare reference does. Names of figures on the
command line limit the run to the modules named: `python -m tests.bench sealing memory`.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from tests import benches


def main(names: list[str]) -> None:
    for module in modules(names):
        with tempfile.TemporaryDirectory() as folder:
            for figure in module.figures(Path(folder)):
                print(json.dumps(figure, ensure_ascii=False), flush=True)


def modules(names: list[str]) -> Iterator[ModuleType]:
    """The modules that have figures, or those named."""
    for found in pkgutil.iter_modules(benches.__path__):
        module = importlib.import_module(f"{benches.__name__}.{found.name}")
        if hasattr(module, "figures") and (not names or found.name in names):
            yield module


if __name__ == "__main__":
    main(sys.argv[1:])
