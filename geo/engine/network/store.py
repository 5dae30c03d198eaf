"""Networks on disk: one folder named by the digest, one ``.npy`` file an array, opened as memory maps."""

import contextlib
import dataclasses
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from geo.engine.errors import NetworkError, Problem, register_messages
from geo.engine.network.model import Overlay, TravelNetwork

META = "meta.json"

register_messages(
    {
        "network.not_stored": (
            "路网 {value} 的文件不在 {folder}；请重新运行 load_network 或 load_demo。",
            "the files of network {value} are not in {folder}; run load_network or load_demo again.",
        ),
        "network.damaged": (
            "路网 {value} 的文件已损坏；请删除该文件夹并重新载入。",
            "the files of network {value} are damaged; delete the folder and load it again.",
        ),
    }
)


def save_network(network: TravelNetwork, folder: Path) -> Path:
    """Write ``network`` to ``folder/<digest>`` and return that path.

    The files appear all at once (written aside, then renamed); what is already there under this digest is left as it is. What
    an overlay shares with a stored network below it is not written again: it has the same file under two names.
    """
    target = folder / network.digest
    if (target / META).exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".part-", dir=folder))
    try:
        _write(network, aside)
        _move_into_place(aside, target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return target


def open_network(folder: Path, digest: str) -> TravelNetwork:
    """Open the network ``digest`` below ``folder`` as read-only memory maps.

    Raises :class:`NetworkError` if it is not there or its files do not fit together. Nothing is unpickled.
    """
    path = folder / digest
    if not (path / META).is_file():
        raise NetworkError(Problem(code="network.not_stored", value=digest, details={"folder": folder.name}))
    try:
        meta: dict[str, Any] = json.loads((path / META).read_text(encoding="utf-8"))
        arrays = {name: np.load(path / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in meta["arrays"]}
        _check_shapes(arrays, meta["arrays"])
    except (OSError, ValueError, KeyError) as error:
        raise NetworkError(Problem(code="network.damaged", value=digest)) from error
    network = TravelNetwork(
        **arrays,
        classes=tuple(meta["classes"]),
        modes=tuple(meta["modes"]),
        source=meta["source"],
        report=meta["report"],
    )
    # The folder is named by the digest: reading every byte again to learn it would cost more than opening.
    vars(network)["digest"] = digest
    vars(network)["_folder"] = path
    _lay_over(network, folder, meta.get("overlay"))
    return network


def _lay_over(network: TravelNetwork, folder: Path, overlay: dict[str, Any] | None) -> None:
    """Lay ``network`` over the one below it; where that is gone it stands on its own, all its arrays are there."""
    if overlay is not None:
        with contextlib.suppress(NetworkError):
            below = open_network(folder, overlay["below"])
            network.lie_over(Overlay(below=below, edges=np.array(overlay["edges"], np.int64)))


def _array_names(network: TravelNetwork) -> list[str]:
    return [f.name for f in dataclasses.fields(network) if isinstance(getattr(network, f.name), np.ndarray)]


def _write(network: TravelNetwork, folder: Path) -> None:
    names = _array_names(network)
    for name in names:
        if not _is_linked(network, name, folder):
            np.save(folder / f"{name}.npy", np.ascontiguousarray(getattr(network, name)), allow_pickle=False)
    meta: dict[str, Any] = {
        "arrays": {name: list(getattr(network, name).shape) for name in names},
        "classes": network.classes,
        "modes": network.modes,
        "source": network.source,
        "report": network.report,
    }
    overlay = network.overlay
    if overlay is not None and overlay.below.folder is not None and overlay.below.folder.parent == folder.parent:
        meta["overlay"] = {"below": overlay.below.folder.name, "edges": overlay.edges.tolist()}
    (folder / META).write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")


def _is_linked(network: TravelNetwork, name: str, folder: Path) -> bool:
    """Give a file of the network below another name in ``folder``, if the array is the same and the disk can do that.

    Files of networks are never written to, only replaced or removed, so that neither network can harm the other.
    """
    below = network.overlay.below if network.overlay is not None else None
    if below is None or below.folder is None or getattr(below, name) is not getattr(network, name):
        return False
    try:
        os.link(below.folder / f"{name}.npy", folder / f"{name}.npy")
    except OSError:
        return False
    return True


def _move_into_place(aside: Path, target: Path) -> None:
    """Rename ``aside`` to ``target``; if another process was first, its files are the same and stay."""
    aside.chmod(0o755)
    try:
        os.replace(aside, target)  # noqa: PTH105  Path.replace does the same, but this raises on a folder that is not empty
    except OSError:
        if not (target / META).exists():
            raise


def _check_shapes(arrays: dict[str, Any], shapes: dict[str, list[int]]) -> None:
    for name, shape in shapes.items():
        if list(arrays[name].shape) != shape:
            raise ValueError(f"{name} has another shape than {META} says")
