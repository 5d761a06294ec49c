"""Model files that are not what they should be: a clear error, and nothing of theirs runs."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from gengnn.errors import GengnnError, ModelFileError, UnsupportedModelError
from gengnn.frontend import archive, export, load, read_example
from tests.frontend.inputs import EXAMPLE
from tests.frontend.zoo import MODELS

Members = dict[str, bytes]


class Touch:
    """A pickle that leaves a mark when it is opened."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return Path.touch, (Path(self.mark),)  # type: ignore[return-value]


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good archive."""
    return export(MODELS["gin"](), EXAMPLE, tmp_path_factory.mktemp("good") / "model.pt")


@pytest.fixture
def members(model_file: Path) -> Members:
    """Its members."""
    with zipfile.ZipFile(model_file) as zipped:
        return {entry.filename: zipped.read(entry) for entry in zipped.infolist()}


def write(path: Path, members: Members, compression: int = zipfile.ZIP_STORED) -> Path:
    """An archive of `members`."""
    with zipfile.ZipFile(path, "w", compression) as zipped:
        for name, raw in members.items():
            zipped.writestr(name, raw)
    return path


def find(members: Members, end: str) -> str:
    """The member that ends with `end`."""
    return next(name for name in members if name.endswith(end))


def edit(members: Members, end: str, change: Callable[[Any], None]) -> Members:
    """The members with the JSON of one changed."""
    name = find(members, end)
    told = json.loads(members[name])
    change(told)
    return members | {name: json.dumps(told).encode()}


def refused(path: Path, *words: str) -> str:
    """The error of loading `path`, which must say `words`."""
    with pytest.raises(ModelFileError) as caught:
        load(path)
    message = str(caught.value)
    for word in (str(path), *words):
        assert word in message
    return message


def test_good_archive_loads_with_its_example(model_file: Path) -> None:
    assert load(model_file).outputs
    example = read_example(model_file)
    assert list(example) == ["x", "edge_index"]
    assert torch.equal(example["edge_index"], EXAMPLE.edge_index)


def test_foreign_files_are_named(tmp_path: Path) -> None:
    model = MODELS["gin"]()
    torch.save(model, tmp_path / "module.pt")
    torch.save(model.state_dict(), tmp_path / "state.pt")
    (tmp_path / "plain.pt").write_bytes(pickle.dumps({"a": 1}))
    (tmp_path / "empty.pt").write_bytes(b"")
    (tmp_path / "random.pt").write_bytes(bytes(range(7, 200)))
    write(tmp_path / "other.pt", {"a/readme.txt": b"hello"})
    message = refused(tmp_path / "module.pt", "pickled module")
    assert "gengnn.export(model, example" in message
    refused(tmp_path / "state.pt", "bare state dict", "gengnn.export(model, example")
    refused(tmp_path / "plain.pt", "pickled Python object")
    refused(tmp_path / "empty.pt", "empty")
    refused(tmp_path / "random.pt", "torch.export archive")
    refused(tmp_path / "other.pt", "models/model.json")
    refused(tmp_path / "missing.pt", "no such file")
    refused(tmp_path, "folder")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_torchscript_is_named(tmp_path: Path) -> None:
    torch.jit.script(nn.Linear(2, 2)).save(tmp_path / "script.pt")
    refused(tmp_path / "script.pt", "TorchScript")


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_truncated_archive_is_refused(model_file: Path, tmp_path: Path, kept: float) -> None:
    raw = model_file.read_bytes()
    (tmp_path / "cut.pt").write_bytes(raw[: int(len(raw) * kept)])
    refused(tmp_path / "cut.pt", "truncated or damaged")


def test_flipped_bytes_never_crash(model_file: Path, tmp_path: Path) -> None:
    raw = model_file.read_bytes()
    for position in range(0, len(raw), len(raw) // 60):
        damaged = bytearray(raw)
        damaged[position] ^= 0xFF
        (tmp_path / "flip.pt").write_bytes(bytes(damaged))
        with suppress(GengnnError):
            load(tmp_path / "flip.pt")


def test_hostile_pickle_is_never_opened(members: Members, tmp_path: Path) -> None:
    mark = tmp_path / "touched"
    buffer = io.BytesIO()
    torch.save(((Touch(mark),), {}), buffer)
    members[find(members, "sample_inputs/model.pt")] = buffer.getvalue()
    path = write(tmp_path / "hostile.pt", members)
    assert load(path).outputs
    with pytest.raises(ModelFileError, match="example is not plain tensors"):
        read_example(path)
    assert not mark.exists()


def test_hostile_size_expression_is_never_evaluated(members: Members, tmp_path: Path) -> None:
    mark = tmp_path / "touched"
    code = f"__import__('pathlib').Path({str(mark)!r}).touch() or Symbol('s2', integer=True)"
    name = find(members, "models/model.json")
    text = members[name].decode()
    start = text.index("Symbol('")
    symbol = text[start : text.index('"', start)]
    members[name] = text.replace(symbol, code).encode()
    assert load(write(tmp_path / "hostile.pt", members)).outputs
    assert not mark.exists()


def test_pickled_weight_is_refused(members: Members, tmp_path: Path) -> None:
    def pickled(told: Any) -> None:
        told["config"]["conv.nn.0.weight"]["use_pickle"] = True

    path = write(tmp_path / "p.pt", edit(members, "weights_config.json", pickled))
    refused(path, "conv.nn.0.weight", "pickle")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sizes", [{"as_int": 600}, {"as_int": 400}]),
        ("strides", [{"as_int": 4000}, {"as_int": 1}]),
        ("strides", [{"as_int": -4}, {"as_int": 1}]),
        ("storage_offset", {"as_int": 10**15}),
        ("sizes", [{"as_expr": {"expr_str": "s0"}}]),
        ("dtype", 99),
    ],
)
def test_weight_outside_its_file_is_refused(
    members: Members, tmp_path: Path, field: str, value: object
) -> None:
    def change(told: Any) -> None:
        told["config"]["conv.nn.0.weight"]["tensor_meta"][field] = value

    path = write(tmp_path / "w.pt", edit(members, "weights_config.json", change))
    refused(path, "conv.nn.0.weight")


def test_missing_members_are_refused(members: Members, tmp_path: Path) -> None:
    for end in ("weights/weight_0", "weights_config.json", "constants_config.json"):
        rest = {name: raw for name, raw in members.items() if not name.endswith(end)}
        refused(write(tmp_path / "m.pt", rest))


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"graph_module": 3}', "[" * 100_000, "{nothing", '"x"']
)
def test_json_that_is_no_graph_is_refused(members: Members, tmp_path: Path, text: str) -> None:
    members[find(members, "models/model.json")] = text.encode()
    refused(write(tmp_path / "j.pt", members), "models/model.json")


def test_odd_call_arguments_are_told_not_raised(members: Members, tmp_path: Path) -> None:
    odd = [{"as_int": 10**30}, {"as_none": True}, {"as_string": "x"}, {"as_ints": [10**9] * 4}]
    for arg in odd:

        def change(told: Any, arg: dict[str, Any] = arg) -> None:
            for node in told["graph_module"]["graph"]["nodes"]:
                for given in node["inputs"][1:]:
                    given["arg"] = arg

        path = write(tmp_path / "o.pt", edit(members, "models/model.json", change))
        with pytest.raises((ModelFileError, UnsupportedModelError), match="cannot"):
            load(path)


def test_bomb_and_oversize_are_refused(
    members: Members, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = members | {"model/extra/zeros": bytes(10_000_000)}
    refused(write(tmp_path / "bomb.pt", bomb, zipfile.ZIP_DEFLATED), "unpacks to")
    many = members | {f"model/extra/{number}": b"" for number in range(archive.MAX_MEMBERS)}
    refused(write(tmp_path / "many.pt", many), "the limit is 20000")
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 1000)
    refused(write(tmp_path / "large.pt", members), "the limit is 1000")
    monkeypatch.undo()
    monkeypatch.setattr(archive, "MAX_TEXT_BYTES", 1000)
    refused(write(tmp_path / "text.pt", members), "the limit is 1000")


def test_paths_that_leave_the_archive_are_refused(members: Members, tmp_path: Path) -> None:
    for name in ("model/../../etc/passwd", "/etc/passwd", "model/a\\b"):
        refused(write(tmp_path / "path.pt", members | {name: b""}), "the path")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_not_finite_are_named(tmp_path: Path, value: float) -> None:
    model = MODELS["gin"]()
    with torch.no_grad():
        model.conv.nn[2].weight[1, 2] = value
    path = export(model, EXAMPLE, tmp_path / "nan.pt")
    with pytest.raises(ModelFileError, match=r"conv\.nn\.2\.weight \[5, 6\] holds 1 values"):
        load(path)


def test_source_text_cannot_leave_a_comment(members: Members, tmp_path: Path) -> None:
    def change(told: Any) -> None:
        for node in told["graph_module"]["graph"]["nodes"]:
            node["metadata"]["stack_trace"] = 'File "/x/a*/ int evil; /*.py", line 3, in forward'
            node["metadata"]["nn_module_stack"] = "k,a\n`b*/endmodule,t.C"

    graph = load(write(tmp_path / "c.pt", edit(members, "models/model.json", change)))
    for node in graph.nodes:
        assert node.name.isidentifier()
        assert not set(str(node.source)) & set("*/\n`;")


def test_export_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch.export, "save", fail)
    with pytest.raises(GengnnError, match="No space left"):
        export(MODELS["gin"](), EXAMPLE, tmp_path / "model.pt")
    assert list(tmp_path.iterdir()) == []
