"""Warnings that are stored with a result: what was counted, in both languages, so that nothing is answered silently."""

from geo.engine.errors import Problem, register_messages

Note = dict[str, object]

register_messages(
    {
        "coverage.cells_off_streets": (
            "{cells} 个需求单元（{persons} 人）在 {metres:g} 米内没有可通行的道路，计为覆盖范围之外。",
            "{cells} demand cells ({persons} people) have no usable street within {metres:g} m; counted as out of reach.",
        ),
        "coverage.venues_off_streets": (
            "{venues} 个场所在 {metres:g} 米内没有可通行的道路，无人能到达。",
            "{venues} venues have no usable street within {metres:g} m; nobody reaches them.",
        ),
        "coverage.cells_cut_off": (
            "{cells} 个需求单元（{persons} 人）沿道路到不了任何计入的场所，不参与基尼系数，在分位数中按无穷大计。",
            "the streets lead {cells} demand cells ({persons} people) to no venue that counts; left out of the Gini "
            "coefficient, infinite in percentiles.",
        ),
        "coverage.venues_without_hours": (
            "{venues} 个场所没有登记开放时间，按 {time} 开放计入。",
            "{venues} venues have no opening hours on record; counted as open at {time}.",
        ),
        "coverage.venues_closed": (
            "{venues} 个场所在 {time} 不开放，未计入。",
            "{venues} venues are closed at {time}; not counted.",
        ),
        "coverage.venues_without_capacity": (
            "{venues} 个场所没有登记服务能力，按不限人数计。",
            "{venues} venues have no capacity on record; counted as unlimited.",
        ),
        "coverage.no_venues": (
            "没有符合标准的场所；所有人都在覆盖范围之外。",
            "no venue meets the standard; everyone is out of reach.",
        ),
        "coverage.profile": (
            "按另一种速度计算（{speeds_zh}），不是常规结果。",
            "worked out at other speeds ({speeds_en}); not the usual result.",
        ),
        "coverage.demand_modelled": (
            "需求为模型推算，不是观测值。",
            "demand is modelled, not observed.",
        ),
        "coverage.synthetic": ("道路与场所为合成数据。", "streets and venues are synthetic."),
        "coverage.zones_skipped": (
            "{zones} 个功能区没有单独的结果行，其人数计入所在的上级区域。",
            "{zones} functional zones have no row of their own; their people count in the region above them.",
        ),
    }
)


def note(code: str, **details: object) -> Note:
    """Return a warning as JSON values: its code, a sentence in Chinese and in English, and the counts in it."""
    problem = Problem(code=code, details=details)
    return {"code": code, "zh": problem.sentence("zh-hans"), "en": problem.sentence("en")} | details
