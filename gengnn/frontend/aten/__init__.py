"""Lowerings of ATen operators that are several ops, or none; LOWERINGS has the ops' own too."""

from __future__ import annotations

import importlib
import pkgutil

from gengnn.ops.lowering import LOWERINGS

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["LOWERINGS"]
