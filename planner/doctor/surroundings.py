"""What is around the program: the var folder, disk, fonts, compiled kernels, migrations, network files."""

import os
import shutil
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from matplotlib import font_manager

from geo.engine.errors import NetworkError
from geo.engine.network.store import open_network
from geo.models import NetworkSnapshot
from planner.doctor.findings import Finding, State
from planner.settings.table import BASE_DIR

GIB = 2**30
WARN_BELOW_BYTES, BAD_BELOW_BYTES = 3 * GIB, GIB // 4
CJK_FONTS = ("cjk", "sourcehan", "notosanssc", "notoserifsc", "wqy", "msyh", "simsun", "simhei", "pingfang", "fangsong")


def var_folder() -> Finding:
    """Say whether files can be written where networks and reports are kept."""
    name, folder = "var folder", Path(settings.VAR_DIR)
    try:
        with tempfile.NamedTemporaryFile(dir=folder):
            return Finding(name=name, state=State.OK, said=f"{folder} can be written to")
    except OSError as error:
        return Finding(
            name=name,
            state=State.BAD,
            said=f"{folder}: {error.strerror}",
            cure_zh="请更正该文件夹的权限，或用 GIGSHED_VAR_DIR 指定另一个",
            cure_en="correct the folder's permissions, or name another with GIGSHED_VAR_DIR",
        )


def free_disk() -> Finding:
    """Say how much room is left beside the var folder."""
    name = "free disk"
    folder = next(path for path in (Path(settings.VAR_DIR), *Path(settings.VAR_DIR).parents) if path.exists())
    free = shutil.disk_usage(folder).free
    said = f"{free / GIB:.1f} GiB at {folder}"
    if free >= WARN_BELOW_BYTES:
        return Finding(name=name, state=State.OK, said=said)
    state = State.WARN if free >= BAD_BELOW_BYTES else State.BAD
    return Finding(
        name=name,
        state=state,
        said=said,
        cure_zh="请清理磁盘，或把 GIGSHED_VAR_DIR 移到更大的盘",
        cure_en="free some, or move GIGSHED_VAR_DIR",
    )


def fonts() -> Finding:
    """Say whether reports and pictures have a font with Chinese characters."""
    known = [path for path in font_manager.findSystemFonts() if any(part in Path(path).name.lower() for part in CJK_FONTS)]
    if known:
        return Finding(name="Chinese font", state=State.OK, said=sorted(known)[0])
    return Finding(
        name="Chinese font",
        state=State.BAD,
        said="none found; reports would show boxes",
        cure_zh="请安装系统包 fonts-noto-cjk",
        cure_en="install the system package fonts-noto-cjk",
    )


def kernels() -> Finding:
    """Say whether the search kernels are compiled already; if not, the first run takes a minute longer."""
    name = "compiled kernels"
    elsewhere = os.environ.get("NUMBA_CACHE_DIR")
    folders = [Path(elsewhere)] if elsewhere else [BASE_DIR / "geo" / "engine", BASE_DIR / "coverage" / "engine"]
    count = sum(1 for folder in folders for _ in folder.rglob("*.nbi"))
    if count:
        return Finding(name=name, state=State.OK, said=f"{count} compiled")
    return Finding(
        name=name,
        state=State.WARN,
        said="none yet; the first run compiles them",
        cure_zh="请运行 script/bootstrap",
        cure_en="run script/bootstrap",
    )


def migrations() -> Finding:
    """Say whether the database has the tables of this version."""
    executor = MigrationExecutor(connection)
    pending = [f"{step.app_label}.{step.name}" for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if not pending:
        return Finding(name="migrations", state=State.OK, said="all applied")
    return Finding(
        name="migrations",
        state=State.BAD,
        said=f"{len(pending)} not applied: {', '.join(pending[:5])}",
        cure_zh="请运行 manage.py migrate",
        cure_en="run manage.py migrate",
    )


def networks() -> list[Finding]:
    """Say for each active street network whether its files are there and fit together."""
    active = list(NetworkSnapshot.objects.filter(is_active=True))
    if not active:
        return [
            Finding(
                name="street network",
                state=State.WARN,
                said="none loaded",
                cure_zh="请运行 load_network 或 load_demo",
                cure_en="run load_network or load_demo",
            )
        ]
    return [_network(snapshot) for snapshot in active]


def _network(snapshot: NetworkSnapshot) -> Finding:
    name, folder = f"street network {snapshot.digest[:8]}", Path(settings.VAR_DIR) / "networks"
    try:
        open_network(folder, snapshot.digest)
    except NetworkError as error:
        problem = error.problems[0]
        return Finding(
            name=name,
            state=State.BAD,
            said=problem.sentence("en"),
            cure_zh="请重新运行 load_network 或 load_demo，或在管理页停用该路网",
            cure_en="run load_network or load_demo again, or make the network inactive in the administration",
        )
    return Finding(name=name, state=State.OK, said=f"{folder / snapshot.digest}")
