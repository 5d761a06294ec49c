"""The errors a user can meet: what went wrong, where, got and expected, what to do."""

from __future__ import annotations


class GengnnError(Exception):
    """Base of every error raised on purpose; the message is written for the user."""


class ModelFileError(GengnnError):
    """The model or data file cannot be read as what it should be."""


class UnsupportedModelError(GengnnError):
    """The model holds operations that cannot be compiled; lists all of them."""


class PrecisionError(GengnnError):
    """A value cannot be represented exactly or a format cannot be chosen."""


class CapacityError(GengnnError):
    """The design does not fit the part, or a graph does not fit the design."""


class DataError(GengnnError):
    """A graph given as data does not match what the model takes."""


class ToolError(GengnnError):
    """An external tool is missing or failed."""


class ConfigError(GengnnError):
    """An option or an output folder is wrong."""
