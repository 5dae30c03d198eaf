"""What the commands that import a file share: read, map, declare, check, and write all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pandas as pd
from django.utils import timezone

from geo.cli import GigshedCommand
from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.progress import part_of
from geo.imports.folders import remove_folder
from geo.imports.found import problem_of
from geo.imports.kinds import KINDS
from geo.ingest.tables import check_file
from geo.management.data_file import add_source_options, source_of
from geo.models import DataSource, ImportBatch, ImportMapping, Region
from geo.selectors import region_by_code
from geo.services import imports

register_messages(
    {
        "import.which_region": (
            "有几个省级区域；请用 --region 指明。", "there are several provinces on record; name one with --region.",
        ),
        "import.no_mapping": ("没有名为“{value}”的列对应方案。", "there is no saved mapping named “{value}”."),
        "import.pair": ("“{value}”须写成 字段=列名。", "“{value}” must be written field=column."),
    }
)  # fmt: skip


_EXAMPLE = """\
  manage.py import_{kind} 场所.xlsx --datum gcj02 --check-only
  manage.py import_{kind} 场所.xlsx --datum gcj02 --owner "南京市人社局" --map phone=电话号码
  manage.py import_{kind} sites.zip --datum epsg:4549 --skip-invalid --errors-to errors.csv --json"""
_EXAMPLES = {
    "demand": """\
  manage.py import_demand workers.csv --set year=2020 --modelled --method "census x share of gig trades"
  manage.py import_demand survey.geojson --datum wgs84 --set year=2022 --source survey-2022 --replace --json""",
    "area_totals": """\
  manage.py import_area_totals 普查.xlsx --set year=2020 --set measure=residents --map persons=人口数_合计
  manage.py import_area_totals register.csv --source register-2022 --replace --json""",
    "regions": """\
  manage.py import_regions 区界.zip --datum cgcs2000 --set level=county --set valid_from=2026-01-01
  manage.py import_regions zones.csv --check-only""",
    "od_table": """\
  manage.py import_od_table od.parquet --source survey-2026
  manage.py import_od_table 公交时间.xlsx --set mode=bus --replace --json""",
}


class ImportCommand(GigshedCommand):
    """Import rows of one kind. Subclasses name ``kind``; everything else follows from its fields."""

    kind = ""

    @property
    def teaches(self) -> str:  # type: ignore[override]
        """Tell the fields of the kind, examples and exit codes."""
        fields = "\n".join(
            f"  {spec.name:18}{'*' if spec.is_required else ' '} {spec.zh} / {spec.en}{f' ({spec.unit})' if spec.unit else ''}"
            for spec in KINDS[self.kind].fields
        )
        return f"""Fields (* required; columns are found by these names in Chinese or English, or given with --map):
{fields}

Examples:
{_EXAMPLES.get(self.kind, _EXAMPLE).format(kind=self.kind)}

Formats: CSV/TSV (any encoding), XLSX, XLS, GeoJSON, GeoPackage, zipped Shapefile, KML, Parquet.
Exit codes: 0 imported, or nothing to do; 2 something is wrong, all problems are listed, nothing was changed.
"""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the file, its source, its columns and its datum."""
        add_source_options(parser)
        parser.add_argument("--datum", default="", help="wgs84, cgcs2000, gcj02, bd09 or epsg:number; must be declared")
        parser.add_argument("--region", default="", metavar="CODE", help="rows must lie in it; default: the province on record")
        parser.add_argument("--map", action="append", default=[], metavar="FIELD=COLUMN", help="which column is a field")
        parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a value for rows without one")
        parser.add_argument("--mapping", default="", metavar="NAME", help="use a saved mapping")
        parser.add_argument("--save-mapping", default="", metavar="NAME", help="save the columns and the datum under a name")
        parser.add_argument("--sheet", default=None, help="sheet of a workbook; default: the one with most cells")
        parser.add_argument("--layer", default=None, help="layer of a GeoPackage; default: the first")
        parser.add_argument("--encoding", default=None, help="encoding of the texts; default: found out")
        parser.add_argument("--header-row", type=int, default=None, help="row of the header; default: found out")
        parser.add_argument("--swap-axes", action="store_true", help="the file has latitude first")
        if KINDS[self.kind].is_whole:
            parser.add_argument(
                "--replace", action="store_true", help="remove records of the source that the file does not name"
            )
        if KINDS[self.kind].place == "cell":
            parser.add_argument(
                "--resolution", type=int, choices=range(5, 12), help="H3 resolution; default: of the first cell, or 8"
            )
            parser.add_argument("--modelled", action="store_true", help="the numbers come from a model, and every page says so")
        parser.add_argument("--check-only", action="store_true", help="say what would happen and change nothing")
        parser.add_argument("--skip-invalid", action="store_true", help="import the other rows")
        parser.add_argument("--keep-duplicates", action="store_true", help="import rows that look like another place, too")
        parser.add_argument("--errors-to", type=Path, default=None, metavar="FILE", help="write the problems as CSV")

    def run(self, *, file: Path, **options: Any) -> dict[str, Any]:
        """Take the file through all steps; what cannot be imported leaves no trace."""
        known = set(DataSource.objects.values_list("pk", flat=True))
        batch: ImportBatch | None = None
        try:
            with self.progress(self.kind) as progress:
                batch = self._receive(file, options)
                imports.read(batch, part_of(progress, 0.0, 0.2))
                self._choose(batch, options)
                imports.check(batch, on=timezone.localdate(), progress=part_of(progress, 0.2, 0.6))
                self._write_errors(batch, options["errors_to"])
                if not options["check_only"]:
                    self._commit(batch, options, part_of(progress, 0.6, 1.0))
        except BaseException:
            self._forget(batch, known)
            raise
        answer = _answer(batch)
        if options["check_only"]:
            self._forget(batch, known)
        return answer

    def _receive(self, file: Path, options: dict[str, Any]) -> ImportBatch:
        region = _region(options["region"])
        modelled = bool(options.get("modelled"))
        source = source_of({"file": _existing(file), **options}, kind=self.kind.replace("_", "-"), is_modelled=modelled)
        chosen = {name: options[name] for name in ("sheet", "layer", "encoding", "header_row") if options[name] is not None}
        return imports.receive(
            path=file, name=file.name, kind=self.kind, region=region, source=source, at=timezone.now(), options=chosen
        )

    def _choose(self, batch: ImportBatch, options: dict[str, Any]) -> None:
        saved = _saved(self.kind, options["mapping"]) if options["mapping"] else None
        given = _pairs(options["map"])
        mapping = {
            field: column
            for field, column in (saved.mapping if saved else imports.suggestions(batch)).items()
            if column not in given.values() or field in given
        }
        imports.choose(
            batch, mapping=mapping | given, datum=options["datum"] or (saved.datum if saved else ""),
            constants=_pairs(options["set"]), options=_chosen(options),
        )  # fmt: skip
        if options["save_mapping"]:
            imports.save_mapping(batch, name=options["save_mapping"], at=timezone.now())

    def _commit(self, batch: ImportBatch, options: dict[str, Any], progress: Any) -> None:
        flags = {name: options[name] for name in ("skip_invalid", "keep_duplicates")}
        try:
            imports.commit(batch, at=timezone.now(), progress=progress, **flags)
        except InputError as error:
            found = [problem_of(each) for each in [*batch.summary["problems"], *batch.summary["unread"]]]
            raise InputError([*error.problems, *found]) from error

    def _write_errors(self, batch: ImportBatch, path: Path | None) -> None:
        if path is not None:
            listed = [*batch.summary["problems"], *batch.summary["unread"]]
            columns = ["row", "field", "value", "code", "zh", "en"]
            frame = pd.DataFrame(listed, columns=columns).map(_harmless)
            frame.to_csv(path, index=False, encoding="utf-8-sig")

    def _forget(self, batch: ImportBatch | None, known: set[int]) -> None:
        """Remove the import and a source that it brought with it."""
        if batch is not None and batch.stage != ImportBatch.Stage.COMMITTED:
            remove_folder(batch)
            batch.delete()
        for source in DataSource.objects.exclude(pk__in=known).filter(imports=None, venues=None):
            source.delete()


def _harmless(value: Any) -> Any:
    """Keep a spreadsheet from computing a text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _existing(file: Path) -> Path:
    check_file(file)
    return file


def _region(code: str) -> Region:
    today = timezone.localdate()
    if code:
        return region_by_code(code, on=today)
    roots = list(Region.objects.filter(parent=None, valid_until=None)[:2])
    if not roots:
        raise InputError(Problem(code="ground.none"))
    if len(roots) > 1:
        raise InputError(Problem(code="import.which_region"))
    return roots[0]


def _saved(kind: str, name: str) -> ImportMapping:
    found = ImportMapping.objects.filter(kind=kind, name=name).order_by("-created_at").first()
    if found is None:
        raise InputError(Problem(code="import.no_mapping", field="--mapping", value=name[:60]))
    return found


def _pairs(texts: list[str]) -> dict[str, str]:
    wrong = [text for text in texts if "=" not in text]
    if wrong:
        raise InputError([Problem(code="import.pair", value=text[:60]) for text in wrong])
    return {field.strip(): value.strip() for field, value in (text.split("=", 1) for text in texts)}


def _about_others(batch: ImportBatch, written: dict[str, int] | None) -> list[str]:
    """Say what becomes of the records of the source that the file does not name."""
    others = batch.summary.get("others", 0)
    if not others:
        return []
    if batch.options.get("replace"):
        verb_zh, verb_en = ("已移除", "were removed") if written is not None else ("将移除", "would be removed")
        return [f"  该来源另有 {others} 条不在文件中，{verb_zh}。 / {others} others of the source, not in the file, {verb_en}."]
    return [
        f"  该来源另有 {others} 条不在文件中，保留；--replace 可移除。 / "
        f"{others} others of the source are not in the file and stay; --replace removes them."
    ]


def _about_border(count: int) -> list[str]:
    """Say how many points lie outside of their region, but so near that it is the boundary's fault."""
    if not count:
        return []
    return [
        f"  {count} 个点在所属区域边界外不远处，归入该区域（边界经过概化）。 / "
        f"{count} points lie just outside their region's generalised boundary and are taken for it."
    ]


def _chosen(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that the check and the commit follow."""
    return {name: options[name] for name in ("swap_axes", "replace", "resolution") if options.get(name)}


def _answer(batch: ImportBatch) -> dict[str, Any]:
    found, written = batch.summary["counts"], batch.summary.get("written")
    rows = batch.summary["rows_count"] + batch.summary["unread_rows"]
    words = (("new", "新增"), ("changed", "变更"), ("unchanged", "不变"), ("invalid", "有误"), ("duplicate", "重复"))
    zh = "，".join(f"{word} {found[status]}" for status, word in words)
    en = (
        f"{found['new']} new, {found['changed']} changed, {found['unchanged']} unchanged, {found['invalid']} wrong, "
        f"{found['duplicate']} duplicate"
    )
    lines = [f"{batch.file_name}：{rows} 行，{zh}。 / {batch.file_name}: {rows} rows, {en}."]
    told = [*batch.summary["notes"], *batch.summary["findings"]]
    lines += _about_others(batch, written)
    lines += _about_border(batch.summary["near_border"])
    lines += [f"  {each['zh']} / {each['en']}" for each in told]
    if written is not None:
        lines.append(
            f"已导入（第 {batch.pk} 号）：新增 {written['created']}，更新 {written['changed']}。"
            f"撤销：manage.py undo_import {batch.pk} / "
            f"imported (number {batch.pk}): {written['created']} created, {written['changed']} updated. Undo: "
            f"manage.py undo_import {batch.pk}"
        )
    return {
        "lines": lines, "rows": rows, "counts": found, "written": written, "import": batch.pk if written is not None else None,
        "datum": batch.datum, "mapping": batch.mapping, "notes": batch.summary["notes"], "findings": batch.summary["findings"],
        "problems": batch.summary["problems"][:100], "problems_count": batch.summary["problems_count"],
        "near_border": batch.summary["near_border"], "unused_columns": batch.summary["unused_columns"],
    }  # fmt: skip
