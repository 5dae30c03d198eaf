"""The sentences of siting, in both languages."""

from geo.engine.errors import register_messages

register_messages(
    {
        "siting.no_phases": ("方案没有年度目标。", "the plan has no phases."),
        "siting.phase_negative": (
            "{value} 年的站点数或资金为负。",
            "the sites or the budget of {value} are negative.",
        ),
        "siting.years_not_rising": ("年度须逐年递增，{value} 年不是。", "years must rise; {value} does not."),
        "siting.phases_fall": (
            "{value} 年的累计站点数或资金小于上一期；两者都应为累计值。",
            "the sites or the budget of {value} are below the year before; both are cumulative.",
        ),
        "siting.quota_year": (
            "{zh} 的名额写的是 {year} 年，方案没有这一年。",
            "the quota of {en} is for {year}, which is no year of the plan.",
        ),
        "siting.quota_crossed": (
            "{zh} 到 {year} 年至少 {least} 处，却至多 {most} 处。",
            "{en} must have at least {least} and at most {most} sites by {year}.",
        ),
        "siting.conflict": ("下列要求不能同时满足：{zh}。", "these demands cannot all be met: {en}."),
        "siting.no_candidates": (
            "没有一个可行的候选点：请导入场所，或放宽建筑面积与费用规则。",
            "there is not one feasible candidate: load venues, or relax the rules of floor area and cost.",
        ),
        "siting.quota_short": (
            "{zh} 到 {year} 年应至少 {least} 处，只能安排 {given} 处（候选 {candidates} 处，{why_zh}）。",
            "{en} should have at least {least} by {year}; only {given} could be placed ({candidates} candidates; {why_en}).",
        ),
        "siting.sites_short": (
            "{year} 年目标累计 {most} 处，安排了 {given} 处：{why_zh}。",
            "by {year} the target is {most} sites, {given} were placed: {why_en}.",
        ),
        "siting.bound_withdrawn": (
            "求解器给出的上界低于独立复核的目标值，已弃用，改用贪心上界。",
            "the solver's bound lay below the independently scored objective; it was withdrawn in favour of the greedy bound.",
        ),
        "siting.rescored": (
            "求解器报告 {value} 人，独立复核为 {scored} 人；以复核值为准。",
            "the solver reported {value} workers, the independent score is {scored}; the score counts.",
        ),
    }
)

NO_CANDIDATE = ("没有候选点", "no candidate there")
LIMITED = ("受总数、资金或上限所限", "the total, the money or a maximum does not allow more")
MONEY_SPENT = ("剩余资金不足以再建一处有新增覆盖的站点", "the money left does not pay for another site that reaches anyone new")
NOBODY_LEFT = ("其余候选点不再新增可达人员", "no other candidate reaches anyone new")
AT_MOST = ("其余候选点受区域上限所限", "regional maxima close the other candidates")
WITHIN_LATER = (
    "后续年度所选站点中没有更多可在本期新增可达人员的",
    "no other site of the later years fits or reaches more by then",
)
