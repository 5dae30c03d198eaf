"""The header of a GeoTIFF, judged before a single pixel is read: size, bands, type, blocks, compression."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from geo.engine.errors import InputError, Problem, register_messages

MB = 1_000_000
_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

register_messages(
    {
        "raster.too_many_pixels": (
            "栅格有 {value} 百万像元，上限 {limit} 百万；请先按区域裁剪。",
            "the raster has {value} million pixels, {limit} at most; clip it first.",
        ),
        "raster.too_many_bands": ("栅格有 {value} 个波段，上限 {limit} 个。", "the raster has {value} bands, {limit} at most."),
        "raster.band": (
            "没有第 {value} 个波段；共 {count} 个。", "there is no band {value}; the raster has {count}.",
        ),
        "raster.which_band": (
            "栅格有 {value} 个波段；请用 --band 指明人口在哪个波段。",
            "the raster has {value} bands; say with --band which one holds the people.",
        ),
        "raster.type": ("像元类型“{value}”不是实数。", "pixels of the type “{value}” are no real numbers."),
        "raster.block": (
            "一个数据块解压后有 {value} MB，上限 {limit} MB；请重新分块保存。",
            "one block unpacks to {value} MB, {limit} at most; save it in smaller blocks.",
        ),
        "raster.bomb": (
            "解压后有 {value} MB，是文件的 {ratio} 倍，已拒绝。",
            "it would unpack to {value} MB, {ratio} times the file; refused.",
        ),
        "raster.rotated": (
            "栅格是旋转或倾斜的；请先转为正北朝上。", "the raster is rotated or sheared; make it north up first.",
        ),
        "raster.no_place": (
            "栅格没有地理参考；请在其软件中补上后再导入。",
            "the raster does not say where it lies; add that in its program first.",
        ),
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RasterLimits:
    """What a raster may be. ratio: unpacked size ÷ size of the file, for rasters of more than ``ratio_from_bytes`` unpacked."""

    pixels: int = 400 * MB
    bands: int = 16
    block_bytes: int = 256 * MB
    ratio: int = 1_000
    ratio_from_bytes: int = 512 * MB


def open_raster(path: Path) -> DatasetReader:
    """Open a GeoTIFF with that driver and no other; nothing beside the file is looked at, no pixel is read."""
    with path.open("rb") as file:
        if file.read(4) not in _MAGIC:
            raise InputError(Problem(code="file.not_what_it_says", value="GeoTIFF"))
    try:
        return rasterio.open(path, driver="GTiff", sharing=False)
    except RasterioError as error:
        said = str(error).replace(str(path.parent), "").splitlines()
        raise InputError(Problem(code="file.damaged", value=said[0][:100] if said else "GeoTIFF")) from error


def check_header(raster: DatasetReader, band: int | None, limits: RasterLimits, file_bytes: int) -> int:
    """Return the band to read, 1 or more; raise :class:`InputError` with all that speaks against reading it."""
    problems = [*_size_problems(raster, limits, file_bytes), *_form_problems(raster)]
    if band is None and raster.count > 1:
        problems.append(Problem(code="raster.which_band", value=str(raster.count)))
    if band is not None and not 1 <= band <= raster.count:
        problems.append(Problem(code="raster.band", value=str(band), details={"count": raster.count}))
    if problems:
        raise InputError(problems)
    return band or 1


def _size_problems(raster: DatasetReader, limits: RasterLimits, file_bytes: int) -> list[Problem]:
    pixels = raster.width * raster.height
    size = np.dtype(raster.dtypes[0]).itemsize if raster.dtypes[0] in _REAL else np.dtype(np.complex128).itemsize
    rows, columns = raster.block_shapes[0]
    interleaved = raster.count if raster.profile.get("interleave") == "pixel" else 1
    block_bytes, all_bytes = rows * columns * size * interleaved, pixels * size * raster.count
    ratio = all_bytes // max(1, file_bytes)
    problems = []
    if pixels > limits.pixels:
        problems.append(_too_much("raster.too_many_pixels", pixels // MB, limits.pixels // MB))
    if raster.count > limits.bands:
        problems.append(_too_much("raster.too_many_bands", raster.count, limits.bands))
    if block_bytes > limits.block_bytes:
        problems.append(_too_much("raster.block", block_bytes // MB, limits.block_bytes // MB))
    if all_bytes > limits.ratio_from_bytes and ratio > limits.ratio:
        problems.append(Problem(code="raster.bomb", value=f"{all_bytes // MB:,}", details={"ratio": f"{ratio:,}"}))
    return problems


_REAL = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64")


def _too_much(code: str, found: int, limit: int) -> Problem:
    return Problem(code=code, value=f"{found:,}", details={"limit": f"{limit:,}"})


def _form_problems(raster: DatasetReader) -> list[Problem]:
    problems = [Problem(code="raster.type", value=name) for name in sorted(set(raster.dtypes) - set(_REAL))]
    if raster.transform.is_identity or not all(np.isfinite(raster.transform)):
        problems.append(Problem(code="raster.no_place"))
    elif raster.transform.b or raster.transform.d or raster.transform.a <= 0 or raster.transform.e >= 0:
        problems.append(Problem(code="raster.rotated"))
    return problems
