"""The front end: model archives in and out, and the import of their ATen graphs."""

from gengnn.frontend.archive import read_example
from gengnn.frontend.export import export
from gengnn.frontend.importer import load

__all__ = ["export", "load", "read_example"]
