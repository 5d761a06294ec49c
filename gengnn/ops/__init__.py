"""The ops: one file each; every Op class found in this package is registered by itself."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

from gengnn.ops.base import Op


def _discover() -> dict[str, type[Op]]:
    """Import every module of the package and collect its Op classes by name."""
    found: dict[str, type[Op]] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        loaded = importlib.import_module(f"{__name__}.{module}")
        for entry in vars(loaded).values():
            if (
                isinstance(entry, type)
                and issubclass(entry, Op)
                and entry.__module__ == loaded.__name__
                and not inspect.isabstract(entry)
            ):
                found[entry.__name__] = entry
    return found


REGISTRY: dict[str, type[Op]] = _discover()
"""Every op class by its name."""
