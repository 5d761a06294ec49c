"""The parts table and the look-up in it."""

import pytest

from gengnn.errors import ConfigError
from gengnn.parts import RESOURCES, part, parts


def test_table_holds_every_part_of_the_design() -> None:
    expected = "xcu50 xcu55c xcu200 xcu250 xcu280 xcvu9p xcvu13p xczu7ev xczu9eg xck26 xc7z020"
    assert set(parts()) == {*expected.split(), "xcvc1902"}


def test_u50_has_its_data_sheet_figures() -> None:
    expected = {"dsp": 5952, "lut": 871680, "ff": 1743360, "bram18": 2688, "uram": 640}
    assert part("xcu50").capacity == expected
    assert tuple(expected) == RESOURCES


@pytest.mark.parametrize("key", parts())
def test_every_part_is_consistent(key: str) -> None:
    entry = part(key)
    assert entry.key == key
    assert entry.name.startswith(key)
    assert entry.ff == 2 * entry.lut  # two flip-flops per LUT in all of these families
    assert entry.bram18 % 2 == 0
    assert entry.family in {"xcup", "xc7"}
    assert bool(entry.note) == (key == "xcvc1902")


@pytest.mark.parametrize("name", ["xcu50", "XCU50", " xcu50 ", "xcu50-fsvh2104-2-e"])
def test_short_and_full_names_find_the_part(name: str) -> None:
    assert part(name) == part("xcu50")


@pytest.mark.parametrize("name", ["xcu50-fsvh2104-2L-e", "xc7z020clg484-1"])
def test_another_package_or_grade_is_kept(name: str) -> None:
    assert part(name).name == name
    assert part(name).dsp == part(part(name).key).dsp


@pytest.mark.parametrize(
    ("name", "advice"),
    [("xcu52", "did you mean xcu50"), ("xcu50x", "xcu50"), ("stratix", "choose the known part")],
)
def test_unknown_part_is_refused_with_advice(name: str, advice: str) -> None:
    with pytest.raises(ConfigError, match=advice) as caught:
        part(name)
    assert repr(name) in str(caught.value)
    assert ", ".join(parts()) in str(caught.value)
