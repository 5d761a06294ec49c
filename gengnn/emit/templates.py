"""Where the kernels, templates and benches are, and how a template is filled in."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import gengnn


def resource(name: str) -> Path:
    """The folder `templates` or `sim`: inside an installed package, beside one in a checkout.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    package = Path(gengnn.__file__).parent
    for place in (package / name, package.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"{name}/ is missing from the gengnn installation at {package}")


def render(name: str, **context: object) -> str:
    """The text of the template `name` (a path inside templates/) with `context` filled in."""
    return _environment().get_template(name).render(context)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(resource("templates")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # what comes out is C++ and SystemVerilog, not HTML
    )
