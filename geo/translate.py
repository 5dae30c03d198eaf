"""GDAL's vector translation, which GeoDjango does not wrap: several layers of one file into another format.

The library is the one that GeoDjango loads anyway, out of pyogrio's wheel (its PMTiles driver is why this is needed).
"""

import ctypes
from pathlib import Path

from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.progress import Progress, no_progress

OPEN_VECTOR = 0x04 | 0x40  # vectors, and say why if not
_ProgressFunction = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_double, ctypes.c_char_p, ctypes.c_void_p)

register_messages(
    {
        "gdal.translate": (
            "无法写出“{value}”：{reason}。",
            "could not write “{value}”: {reason}.",
        )
    }
)


def _library() -> ctypes.CDLL:
    """Return GDAL with the signatures of what is called here; drivers are registered.

    It is a handle of our own on the library that is loaded: signatures set on GeoDjango's handle would change GeoDjango.
    """
    from django.contrib.gis.gdal.libgdal import lgdal  # noqa: PLC0415  needs configured settings

    gdal = ctypes.CDLL(lgdal._name)
    pointer = ctypes.c_void_p
    signatures: dict[str, tuple[object, list[object]]] = {
        "GDALAllRegister": (None, []),
        "GDALOpenEx": (pointer, [ctypes.c_char_p, ctypes.c_uint, pointer, pointer, pointer]),
        "GDALClose": (ctypes.c_int, [pointer]),
        "GDALVectorTranslateOptionsNew": (pointer, [pointer, pointer]),
        "GDALVectorTranslateOptionsFree": (None, [pointer]),
        "GDALVectorTranslateOptionsSetProgress": (None, [pointer, _ProgressFunction, pointer]),
        "GDALVectorTranslate": (pointer, [ctypes.c_char_p, pointer, ctypes.c_int, pointer, pointer, pointer]),
        "CPLGetLastErrorMsg": (ctypes.c_char_p, []),
        "CPLErrorReset": (None, []),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(gdal, name)
        function.restype, function.argtypes = result, arguments
    gdal.GDALAllRegister()
    return gdal


def _watched(progress: Progress) -> tuple[object, list[BaseException]]:
    """Return a C callback that reports to ``progress``, and the list that takes what ``progress`` raised to stop the work."""
    raised: list[BaseException] = []

    def step(share: float, _message: bytes, _data: object) -> int:
        try:
            progress(share)
        except BaseException as stop:  # must not cross C; raised again after the call
            raised.append(stop)
            return 0
        return 1

    return _ProgressFunction(step), raised


def translate(source: Path, destination: Path, arguments: list[str], *, progress: Progress = no_progress) -> None:
    """Write all layers of ``source`` to ``destination``, with the arguments of ``ogr2ogr``.

    ``progress`` may raise to stop; what it raised comes out of here. Raises :class:`InputError` with GDAL's own words when the
    file cannot be read or written. ``destination`` must not exist; half a file may be left behind on failure.
    """
    gdal = _library()
    callback, raised = _watched(progress)
    words = ["-progress", *arguments]
    argv = (ctypes.c_char_p * (len(words) + 1))(*[word.encode() for word in words], None)
    options = gdal.GDALVectorTranslateOptionsNew(argv, None)
    gdal.CPLErrorReset()
    opened = gdal.GDALOpenEx(str(source).encode(), OPEN_VECTOR, None, None, None) if options else None
    failed = ctypes.c_int(0)
    written = None
    if opened:
        gdal.GDALVectorTranslateOptionsSetProgress(options, callback, None)
        sources = (ctypes.c_void_p * 1)(opened)
        written = gdal.GDALVectorTranslate(str(destination).encode(), None, 1, sources, options, ctypes.byref(failed))
    reason = (gdal.CPLGetLastErrorMsg() or b"").decode(errors="replace") or "GDAL"
    closed_badly = [gdal.GDALClose(dataset) for dataset in (written, opened) if dataset]
    if options:
        gdal.GDALVectorTranslateOptionsFree(options)
    if raised:
        raise raised[0]
    if not written or failed.value or any(closed_badly):
        raise InputError(Problem(code="gdal.translate", value=destination.name, details={"reason": reason}))
