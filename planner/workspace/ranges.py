"""A file in parts: HTTP Range (RFC 9110, section 14) for one range a request, with validators."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

CHUNK_BYTES = 1 << 16
_ONE_RANGE = re.compile(r"bytes=(?:(?P<first>[0-9]{1,18})-(?P<last>[0-9]{0,18})|-(?P<suffix>[0-9]{1,18}))")
"""Digits of ASCII alone, and no more than any file needs: Python refuses to read numbers of thousands of digits."""


class RangeNotSatisfiableError(ValueError):
    """The range lies outside the file."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """Bytes ``first`` to ``last``, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Number of bytes."""
        return self.last - self.first + 1


def requested_span(header: str, size: int) -> Span | None:
    """Return the span that a Range header asks for of a file of ``size`` bytes.

    None if there is no header, or one to be ignored: another unit, several ranges, or one that is written wrongly. Raises
    :class:`RangeNotSatisfiableError` if no byte of it exists.
    """
    found = _ONE_RANGE.fullmatch(header.strip())
    if found is None:
        return None
    if found["suffix"] is not None:
        first, last = max(0, size - int(found["suffix"])), size - 1
        if not int(found["suffix"]):
            raise RangeNotSatisfiableError
    else:
        first, last = int(found["first"]), min(int(found["last"] or size - 1), size - 1)
        if found["last"] and int(found["last"]) < first:
            return None
    if first >= size:
        raise RangeNotSatisfiableError
    return Span(first=first, last=last)


def file_response(request: HttpRequest, path: Path, *, etag: str, content_type: str) -> HttpResponseBase:
    """Answer with the file, or the part of it that was asked for; 304 if the reader has it, 416 if the part does not exist.

    ``etag`` must name the content: what is served under it never changes.
    """
    if request.headers.get("If-None-Match") == etag:
        return _labelled(HttpResponse(status=304), etag)
    size = path.stat().st_size
    asked = request.headers.get("Range", "") if request.headers.get("If-Range", etag) == etag else ""
    try:
        span = requested_span(asked, size)
    except RangeNotSatisfiableError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "ETag": etag})
    if span is None:
        return _labelled(FileResponse(path.open("rb"), content_type=content_type), etag)
    answer = StreamingHttpResponse(_bytes(path, span), status=206, content_type=content_type)
    answer["Content-Range"] = f"bytes {span.first}-{span.last}/{size}"
    answer["Content-Length"] = str(span.length)
    return _labelled(answer, etag)


def _labelled(answer: HttpResponseBase, etag: str) -> HttpResponseBase:
    answer["ETag"] = etag
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer


def _bytes(path: Path, span: Span) -> Iterator[bytes]:
    left = span.length
    with path.open("rb") as file:
        file.seek(span.first)
        while left and (chunk := file.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk
