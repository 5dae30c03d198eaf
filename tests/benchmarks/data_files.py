"""Files of many rows, made by rule: venues as a planner's sheet has them, cells with workers."""

from pathlib import Path

import h3
import numpy as np
import pandas as pd

WEST, SOUTH, EAST, NORTH = 119.0, 33.0, 120.0, 34.0
"""A box in the middle of Jiangsu, degrees; every point in it lies in a county."""

CELL_RESOLUTION = 10


def venues(rows: int, *, seed: int = 1, wrong_share: float = 0.0) -> pd.DataFrame:
    """Return venues in GCJ-02; a ``wrong_share`` of them of a kind that nobody knows."""
    random = np.random.default_rng(seed)
    kinds = random.choice(["零工驿站", "零工市场", "基层平台"], rows)
    kinds = np.where(random.random(rows) < wrong_share, "菜市场", kinds)
    return pd.DataFrame(
        {
            "编号": [f"V{i:06d}" for i in range(rows)], "场所名称": [f"场所{i}" for i in range(rows)],
            "场所类型": kinds,
            "状态": "运营中", "经度": random.uniform(WEST, EAST, rows).round(6),
            "纬度": random.uniform(SOUTH, NORTH, rows).round(6),
            "地址": "某路1号", "建筑面积(平方米)": random.integers(50, 900, rows), "联系电话": "025-83000000",
            "工作人员": random.integers(1, 9, rows), "运营单位": "某单位",
            "开放时间": "周一至周五 05:30-11:30；周末 06:00-10:00",
        }
    )  # fmt: skip


def cells(rows: int, *, seed: int = 1) -> pd.DataFrame:
    """Return H3 cells with workers of two groups."""
    random = np.random.default_rng(seed)
    found: dict[str, None] = {}
    while len(found) < rows:
        points = zip(random.uniform(SOUTH, NORTH, rows), random.uniform(WEST, EAST, rows), strict=True)
        found |= dict.fromkeys(h3.latlng_to_cell(lat, lon, CELL_RESOLUTION) for lat, lon in points)
    building, other = random.integers(0, 40, rows), random.integers(0, 40, rows)
    return pd.DataFrame(
        {
            "h3_index": list(found)[:rows], "零工人数": building + other, "城乡": random.choice(["城镇", "农村"], rows),
            "年份": 2020,
            "workers_construction": building, "workers_catering": other,
        }
    )  # fmt: skip


def write(frame: pd.DataFrame, path: Path) -> Path:
    """Write a table as a workbook, or as text in GB18030."""
    if path.suffix == ".xlsx":
        frame.to_excel(path, index=False, engine="xlsxwriter")
    else:
        frame.to_csv(path, index=False, encoding="gb18030")
    return path
