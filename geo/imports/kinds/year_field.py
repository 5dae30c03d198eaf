"""The year that numbers are of; the same for every kind that counts people."""

from geo.imports.fields import FieldSpec

YEAR = FieldSpec(
    name="year", zh="年份", en="year", form="year", is_required=True, example="2020", aliases=("统计年份", "年度", "年"),
    help_zh="数据的年份；全表相同时可在导入时填固定值。", help_en="Year of the numbers; a fixed value for all rows will do.",
)  # fmt: skip
