"""What the source of a data set says of itself: its age, and whether it is made up or modelled."""

import datetime as dt
from collections.abc import Iterable

from geo.models import DataSource
from geo.quality.lines import INFORMATION, RATHER_NOT, Finding, Line, line_of

OLD_AFTER_YEARS = 5
_WHOLE = ("个来源", "sources")


def source_lines(source: DataSource, *, on: dt.date) -> Iterable[Line]:
    """Return the lines about ``source`` on a day."""
    year = source.year
    detail = f"{year} ({on.year - year} a)" if year is not None else ""
    itself = Finding(key=source.slug, name=source.name_zh, region_code="", detail=detail)
    is_old = year is not None and on.year - year > OLD_AFTER_YEARS
    old_title = (f"来源早于 {OLD_AFTER_YEARS} 年", f"Source older than {OLD_AFTER_YEARS} years")
    yield line_of("source-old", old_title, [itself] if is_old else [], 1, _WHOLE, RATHER_NOT)
    yield line_of(
        "source-no-year", ("来源没有年份", "Source without a year"), [itself] if year is None else [], 1, _WHOLE, RATHER_NOT
    )
    yield line_of("synthetic", ("合成数据", "Synthetic data"), [itself] if source.is_synthetic else [], 1, _WHOLE, INFORMATION)
    yield line_of("modelled", ("建模数据", "Modelled data"), [itself] if source.is_modelled else [], 1, _WHOLE, INFORMATION)
