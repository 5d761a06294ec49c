"""Templates and benches are found in a wheel and in a checkout."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError

import gengnn
from gengnn.emit import templates
from gengnn.emit.templates import render, resource


@pytest.mark.parametrize("name", ["templates", "sim"])
def test_checkout_has_them_beside_the_package(name: str) -> None:
    assert resource(name) == Path(__file__).parents[2] / name


def test_wheel_has_them_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "gengnn"
    (package / "templates").mkdir(parents=True)
    (tmp_path / "templates").mkdir()  # of something else
    monkeypatch.setattr(gengnn, "__file__", str(package / "__init__.py"))
    assert resource("templates") == package / "templates"
    with pytest.raises(FileNotFoundError, match="is missing from"):
        resource("sim")


def test_missing_name_in_a_template_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.j2").write_text("{{ there }} {{ not_there }}\n")
    monkeypatch.setattr(templates, "resource", lambda _: tmp_path)
    templates._environment.cache_clear()
    try:
        with pytest.raises(UndefinedError, match="not_there"):
            render("a.j2", there=1)
        assert render("a.j2", there=1, not_there=2) == "1 2\n"
    finally:
        templates._environment.cache_clear()
