"""Fields that say where a row is; the same for every kind that has a point."""

from geo.imports.fields import FieldSpec

X = FieldSpec(
    name="x", zh="经度", en="longitude", form="coordinate", unit="° / m", example="118.7969", aliases=(
        "lon", "lng", "long", "longitude", "经度坐标", "东坐标", "横坐标", "easting", "坐标x", "x坐标", "gcj_lng", "bd_lng",
    ),
    help_zh="经度（度），投影坐标系时为东坐标（米）。", help_en="Longitude in degrees; easting in metres in a projected system.",
)  # fmt: skip
Y = FieldSpec(
    name="y", zh="纬度", en="latitude", form="coordinate", unit="° / m", example="32.0603", aliases=(
        "lat", "latitude", "纬度坐标", "北坐标", "纵坐标", "northing", "坐标y", "y坐标", "gcj_lat", "bd_lat",
    ),
    help_zh="纬度（度），投影坐标系时为北坐标（米）。", help_en="Latitude in degrees; northing in metres in a projected system.",
)  # fmt: skip
DATUM = FieldSpec(
    name="datum", zh="坐标系", en="datum", limit=40, example="gcj02", aliases=("坐标系统", "crs", "coordinate system", "坐标类型"),
    help_zh="本行的坐标系；没有这一列时用导入时声明的坐标系。", help_en="Datum of this row; without it the declared one is used.",
)  # fmt: skip
REGION_CODE = FieldSpec(
    name="region_code", zh="行政区划代码", en="region code", limit=12, example="320102", aliases=(
        "区划代码", "区县代码", "adcode", "行政代码", "area code", "district code",
    ),
    help_zh="所在县（市、区）或上级的代码，用来核对坐标。", help_en="Code of the county or one above it; checks the coordinates.",
)  # fmt: skip
REGION_NAME = FieldSpec(
    name="region_name", zh="所在区县", en="county", limit=80, example="玄武区", aliases=(
        "区县", "县区", "县(市、区)", "行政区", "区域", "所属区县", "所属地区", "district", "county name", "region", "region name",
    ),
    help_zh="所在县（市、区）或上级的名称，用来核对坐标。", help_en="Name of the county or one above it; checks the coordinates.",
)  # fmt: skip
PLACE_FIELDS = (X, Y, DATUM, REGION_CODE, REGION_NAME)
PLACE_NAMES = frozenset(spec.name for spec in PLACE_FIELDS)
