"""The container of a model file: a `torch.export` archive opened as data, never as code."""

from __future__ import annotations

import json
import math
import pickletools
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import torch
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from gengnn.errors import ModelFileError
from gengnn.frontend.signature import leaf_paths, leaves

MAX_MEMBERS = 20_000
"""Files in an archive: a model has one per weight and a dozen more."""

MAX_TOTAL_BYTES = 2 << 30
"""Uncompressed bytes of the whole archive; an accelerator holds a few megabytes of weights."""

MAX_TEXT_BYTES = 128 << 20
"""Uncompressed bytes of one JSON file."""

MAX_RATIO = 50
"""Uncompressed over compressed bytes of one file; torch itself stores without compression."""

DTYPES = {
    1: torch.uint8,
    2: torch.int8,
    3: torch.int16,
    4: torch.int32,
    5: torch.int64,
    6: torch.float16,
    7: torch.float32,
    8: torch.float64,
    12: torch.bool,
    13: torch.bfloat16,
}
"""The `ScalarType` numbers of torch's export schema that a model on this path can hold."""

PICKLES = tuple(bytes([0x80, protocol]) for protocol in range(2, 6))
"""How a pickle begins."""

HOW_TO = """\
  make an archive from the trained model with
    import gengnn
    gengnn.export(model, example, "model.pt")"""


def refuse(path: Path, what: str, advice: str = HOW_TO) -> NoReturn:
    """Raise the error of a file that is not a usable archive."""
    raise ModelFileError(f"cannot read {path} as a model: {what}\n{advice}")


@dataclass(frozen=True)
class Archive:
    """An opened archive: members by their path below the archive's own folder."""

    path: Path
    members: Mapping[str, bytes]

    def text(self, member: str) -> Any:
        """The JSON of a member."""
        if member not in self.members:
            refuse(self.path, f"{member} is missing from the archive")
        raw = self.members[member]
        if len(raw) > MAX_TEXT_BYTES:
            refuse(self.path, f"{member} has {len(raw)} bytes, the limit is {MAX_TEXT_BYTES}")
        try:
            return json.loads(raw)
        except (ValueError, RecursionError) as error:
            refuse(self.path, f"{member} is not JSON ({type(error).__name__})")

    def only(self, folder: str, suffix: str) -> str:
        """The one member of `folder` that ends with `suffix`."""
        found = [m for m in self.members if m.startswith(folder) and m.endswith(suffix)]
        if len(found) != 1:
            refuse(self.path, f"expected one {folder}*{suffix} in the archive, got {len(found)}")
        return found[0]


def open_archive(path: Path) -> Archive:
    """Read every member of the archive at `path` under the limits of this module.

    Raises:
        ModelFileError: the file is missing, damaged, hostile, or something else than an archive.
    """
    if not path.exists():
        refuse(path, "there is no such file")
    if path.is_dir():
        refuse(path, "it is a folder")
    try:
        with path.open("rb") as file:
            head = file.read(16)
        if not head.startswith(b"PK"):
            _refuse_foreign(path, head)
        with zipfile.ZipFile(path) as zipped:
            return _unpack(path, zipped)
    except OSError as error:
        refuse(path, error.strerror or str(error))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        refuse(path, f"the archive is truncated or damaged ({error})")


def _refuse_foreign(path: Path, head: bytes) -> NoReturn:
    """Name the file that is not even a zip."""
    if not head:
        refuse(path, "the file is empty")
    if head.startswith(PICKLES):
        refuse(path, "got a pickled Python object, expected a torch.export archive")
    refuse(path, f"got a file that starts with {head[:4]!r}, expected a torch.export archive")


def _unpack(path: Path, zipped: zipfile.ZipFile) -> Archive:
    entries = zipped.infolist()
    _check_entries(path, entries)
    names = [entry.filename for entry in entries]
    marks = [name for name in names if name.endswith("/models/model.json")]
    if len(marks) != 1:
        _refuse_zip(path, zipped, names)
    root = marks[0].removesuffix("models/model.json")
    kept = [entry for entry in entries if entry.filename.startswith(root)]
    return Archive(path, {e.filename.removeprefix(root): zipped.read(e) for e in kept})


def _check_entries(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse bombs and odd paths before a byte is unpacked.

    A cut archive may end in the zip file of its example, which then starts inside of it.
    """
    if min((entry.header_offset for entry in entries), default=0) > 0:
        refuse(path, "the archive is truncated or damaged (its end is missing)")
    if len(entries) > MAX_MEMBERS:
        refuse(path, f"the archive holds {len(entries)} files, the limit is {MAX_MEMBERS}")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL_BYTES:
        refuse(path, f"the archive unpacks to {total} bytes, the limit is {MAX_TOTAL_BYTES}")
    names = {entry.filename for entry in entries}
    if len(names) != len(entries):
        refuse(path, "the archive holds two files of one name")
    for entry in entries:
        if entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            refuse(
                path,
                f"{entry.filename[:80]!r} unpacks to {entry.file_size} bytes from only"
                f" {entry.compress_size}",
            )
        parts = entry.filename.split("/")
        if entry.filename.startswith("/") or ".." in parts or "\\" in entry.filename:
            refuse(path, f"the archive holds the path {entry.filename[:80]!r}")


def _refuse_zip(path: Path, zipped: zipfile.ZipFile, names: list[str]) -> NoReturn:
    """Name the zip that is not an export archive."""
    if any(name.endswith("serialized_exported_program.json") for name in names):
        refuse(path, "got an archive of torch before 2.9, whose weights are pickled")
    if any(name.endswith("/constants.pkl") for name in names):
        refuse(path, "got a TorchScript file, expected a torch.export archive")
    pickles = [name for name in names if name.endswith("/data.pkl")]
    if pickles:
        refuse(path, f"got a {_pickled(zipped.read(pickles[0]))}, expected a torch.export archive")
    refuse(path, "got a zip file without models/model.json, expected a torch.export archive")


def _pickled(raw: bytes) -> str:
    """What `torch.save` wrote, told from the names in the pickle; nothing is unpickled."""
    harmless = ("torch ", "torch._utils ", "collections ")
    with suppress(ValueError):
        told = [arg for code, arg, _ in pickletools.genops(BytesIO(raw)) if code.name == "GLOBAL"]
        if all(str(name).startswith(harmless) for name in told):
            return "bare state dict (weights without the model)"
    return "pickled module (torch.save(model))"


def read_tensors(archive: Archive, kind: str) -> dict[str, NDArray[Any]]:
    """The tensors of `kind` ("weights" or "constants") by name, as float64, int64 or bool.

    Raises:
        ModelFileError: a tensor is pickled, of an unknown type, or larger than its file.
    """
    told = archive.text(archive.only(f"data/{kind}/", "_config.json"))
    config = told.get("config") if isinstance(told, dict) else None
    if not isinstance(config, dict):
        refuse(archive.path, f"the list of {kind} is damaged")
    return {name: _tensor(archive, f"data/{kind}/", name, entry) for name, entry in config.items()}


def _tensor(archive: Archive, folder: str, name: str, entry: Any) -> NDArray[Any]:
    try:
        if entry["use_pickle"]:
            refuse(archive.path, f"{name} is stored as a pickle, which gengnn does not open")
        meta, raw = entry["tensor_meta"], archive.members[folder + entry["path_name"]]
        dtype = DTYPES[meta["dtype"]]
        shape = [int(size["as_int"]) for size in meta["sizes"]]
        strides = [int(size["as_int"]) for size in meta["strides"]]
        first = int(meta["storage_offset"]["as_int"])
    except (KeyError, TypeError, ValueError) as error:
        refuse(archive.path, f"the description of {name} is damaged ({error!r})")
    flat = _values(raw, dtype)
    last = first + sum((n - 1) * step for n, step in zip(shape, strides, strict=False))
    outside = len(shape) != len(strides) or min([first, *shape, *strides]) < 0 or last >= flat.size
    if math.prod(shape) > flat.size or (outside and math.prod(shape) > 0):
        refuse(archive.path, f"{name} {shape} does not fit in its {len(raw)} bytes")
    if math.prod(shape) == 0:
        return np.zeros(shape, flat.dtype)
    steps = [step * flat.itemsize for step in strides]
    return as_strided(flat[first:], shape, steps).copy()


def _values(raw: bytes, dtype: torch.dtype) -> NDArray[Any]:
    """The raw bytes as a flat float64, int64 or bool array."""
    count = len(raw) // dtype.itemsize
    if count == 0:
        return np.zeros(0)
    flat = torch.frombuffer(bytearray(raw), dtype=dtype, count=count)
    if dtype == torch.bool:
        return flat.numpy()
    return flat.to(torch.float64 if dtype.is_floating_point else torch.int64).numpy()


def read_example(path: str | Path) -> dict[str, Any]:
    """The example that the archive was made with: forward argument name -> tensor.

    An argument may be a tuple, a list or a dictionary of tensors; those that are None are left
    out. Only plain tensors are read (`weights_only=True`); nothing in the file is run.

    Raises:
        ModelFileError: the archive holds no example, or one that is not plain tensors.
    """
    archive = open_archive(Path(path))
    try:
        raw = archive.members[archive.only("data/sample_inputs/", ".pt")]
        if raw:
            with zipfile.ZipFile(BytesIO(raw)) as zipped:
                _check_entries(archive.path, zipped.infolist())
        args, kwargs = torch.load(BytesIO(raw), weights_only=True)
        module = archive.text("models/model.json")["graph_module"]
        paths = leaf_paths(module["module_call_graph"])
        names = dict.fromkeys(str(path[0]) for path in paths)
        found = dict(zip(names, [*args, *kwargs.values()], strict=True))
    except ModelFileError:
        raise
    except Exception as error:  # the unpickler refuses hostile files in many ways
        _refuse_example(archive.path, type(error).__name__)
    for value in found.values():
        for leaf in leaves(value):
            if not isinstance(leaf, torch.Tensor | int | float | None):
                _refuse_example(archive.path, type(leaf).__name__)
    return {name: value for name, value in found.items() if value is not None}


def _refuse_example(path: Path, got: str) -> NoReturn:
    refuse(path, f"its example is not plain tensors ({got})", "  pass graphs with data=... instead")
