"""What reading takes and gives; the same on both sides of the process boundary."""

from dataclasses import dataclass, field

import pyarrow as pa

from geo.engine.errors import Problem, register_messages

ROW, SHAPE = "__row", "__wkb"
MB = 1_000_000

register_messages(
    {
        "file.form_not_read": (
            "不认识“{value}”这种文件；可用：{known}。", "files of the form “{value}” are not read; known: {known}.",
        ),
        "file.not_what_it_says": (
            "内容不是“{value}”格式；请核对文件是否改过扩展名。", "the content is no {value}; was the file renamed?",
        ),
        "file.damaged": ("文件已损坏，无法读取：{value}。", "the file is damaged and cannot be read: {value}."),
        "file.encrypted": ("文件有密码保护；请先另存为不带密码的文件。", "the file is locked by a password; save it without one first."),
        "file.too_slow": ("读取超过 {value} 秒，已停止；请拆分文件。", "reading took more than {value} s and was stopped; split the file."),
        "file.too_much_memory": ("读取需要过多内存，已停止；请拆分文件。", "reading took too much memory and was stopped; split the file."),
        "file.raster": (
            "这是栅格文件；请作为人口栅格导入。", "this is a raster; import it as a population grid.",
        ),
        "file.no_sandbox": (
            "本机不能隔离读取进程，拒绝读取上传的文件。", "this machine cannot isolate the reader, so the file was not read.",
        ),
        "archive.too_many": ("压缩包内有 {value} 个文件，上限 {limit} 个。", "the archive holds {value} files, {limit} at most."),
        "archive.bomb": (
            "解压后有 {value} MB，与压缩大小不成比例，已拒绝。", "it would unpack to {value} MB, out of all proportion; refused.",
        ),
        "archive.name": ("压缩包内的文件名“{value}”不可接受。", "the name “{value}” in the archive is not acceptable."),
        "archive.no_shapefile": ("压缩包内须有完整的 Shapefile（.shp、.dbf、.shx）。", "the archive must hold a whole Shapefile (.shp, .dbf, .shx)."),
        "table.no_rows": ("没有数据行。", "there is no row of data."),
        "table.too_many_rows": ("有超过 {value} 行；请拆分文件。", "there are more than {value} rows; split the file."),
        "table.too_many_columns": ("有 {value} 列，上限 {limit} 列。", "there are {value} columns, {limit} at most."),
        "table.width": ("这一行有 {value} 个字段，表头有 {expected} 个。", "this row has {value} fields, the header has {expected}."),
        "table.quote": ("引号没有成对。", "a quote is not closed."),
        "table.no_header_row": ("第 {value} 行不能作为表头：没有这一行，或是空行。", "row {value} cannot be the header: there is no such row, or it is blank."),
        "table.too_many_problems": ("有 {value} 处问题，此处只列出前面一部分；请先修正文件。", "there are {value} problems, of which only the first are listed; mend the file first."),
        "table.cell_too_long": ("字段太长：{value} 个字符。", "the field is too long: {value} characters."),
        "table.cell_error": ("单元格是错误值“{value}”。", "the cell holds the error “{value}”."),
        "sheet.unknown": ("没有工作表“{value}”；有：{known}。", "there is no sheet “{value}”; there are: {known}."),
        "layer.unknown": ("没有图层“{value}”；有：{known}。", "there is no layer “{value}”; there are: {known}."),
        "shape.broken": ("坐标“{value}”不能用。", "the coordinates “{value}” cannot be used."),
        "geometry.invalid": ("图形无效（{value}），例如边界自相交。", "the shape is not valid ({value}), for example its border crosses itself."),
        "xml.entities": ("文件含有 DTD 或实体声明，已拒绝。", "the file declares a DTD or entities; refused."),
        "xml.no_kml": ("压缩包内没有 .kml 文件。", "the archive holds no .kml file."),
        "json.too_deep": ("JSON 嵌套过深，已拒绝。", "the JSON is nested too deeply; refused."),
        "database.view": ("“{value}”是视图而不是表，已拒绝；请导出为新的 GeoPackage。", "“{value}” is a view, not a table; refused. Export to a new GeoPackage."),
        "encoding.broken": ("不是有效的 {value} 编码。", "this is no valid {value}."),
        "encoding.mixed": ("文件大部分是 {value}，这一行却是别的编码；请统一编码后重新保存。", "most of the file is {value}, this row is not; save it anew in one encoding."),
        "encoding.unknown": ("没有名为“{value}”的编码；可用：{known}。", "there is no encoding named “{value}”; known: {known}."),
        "note.encoding_guessed": ("编码是推测的：{value}；请看预览中的文字是否正确。", "the encoding was guessed: {value}; look whether the texts are right."),
        "note.header_row": ("表头在第 {value} 行；之前的行（标题等）已略过。", "the header is row {value}; the rows above it were left out."),
        "note.header_merged": ("表头含合并单元格，列名取到第 {value} 行。", "the header has merged cells; names were taken down to row {value}."),
        "note.unit_row": ("第 {value} 行是单位行，已略过。", "row {value} holds units and was left out."),
        "note.other_sheets": ("还有其他工作表：{value}；未读取。", "there are other sheets: {value}; they were not read."),
        "note.columns_named": ("没有名称或重名的列已命名为：{value}。", "columns without a name of their own were called: {value}."),
        "note.columns_left_out": ("这些列不是文字或数字，未读取：{value}。", "these columns hold neither texts nor numbers and were not read: {value}."),
        "note.other_layers": ("还有其他图层：{value}；未读取。", "there are other layers: {value}; they were not read."),
        "note.encoding_differs": ("声明的编码不符，按 {value} 读取；请看预览中的文字是否正确。", "the declared encoding does not fit; read as {value}: look whether the texts are right."),
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a file may cost. memory_bytes: address space of the child, libraries included (they map about 2 GB)."""

    file_bytes: int = 200 * MB
    unpacked_bytes: int = 1_000 * MB
    unpacked_ratio: int = 200
    entries: int = 10_000
    rows: int = 2_000_000
    columns: int = 500
    cell_characters: int = 10_000
    cpu_seconds: int = 60
    wall_seconds: int = 120
    memory_bytes: int = 4_000 * MB


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """What the user chose; None: find out."""

    sheet: str | None = None
    layer: str | None = None
    encoding: str | None = None
    header_row: int | None = None


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    """What was found out about a file. ``notes``: what a user should know of it, each with a sentence."""

    format: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    layer: str = ""
    header_row: int = 1
    declared_crs: str = ""
    sheets: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    row_count: int = 0
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class RawTable:
    """A table as read: columns of text under the names of the file, ``__row`` (int64) the row as the user's program counts,
    ``__wkb`` (binary) the shape in the file's own system where it has shapes. ``problems``: rows that could not be read whole.
    """  # noqa: D205

    file: str
    columns: tuple[str, ...]
    table: pa.Table
    facts: FileFacts
    problems: tuple[Problem, ...] = field(default=())


@dataclass(kw_only=True)
class Cells:
    """Rows while they are gathered: texts by row, with the number of each, and what is wrong."""

    header: list[str]
    rows: list[list[str]]
    numbers: list[int]
    problems: list[Problem] = field(default_factory=list)
    shapes: list[bytes | None] | None = None


def to_table(cells: Cells, names: list[str]) -> pa.Table:
    """Return the cells as a table of texts, column by column."""
    columns: dict[str, pa.Array] = {
        name: pa.array([row[i] for row in cells.rows], pa.large_string()) for i, name in enumerate(names)
    }
    columns[ROW] = pa.array(cells.numbers, pa.int64())
    if cells.shapes is not None:
        columns[SHAPE] = pa.array(cells.shapes, pa.large_binary())
    return pa.table(columns)
