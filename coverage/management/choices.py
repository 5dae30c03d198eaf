"""What a command means when it is told little: the one province, the newest network, the default standard."""

from coverage.models import CoverageStandard
from coverage.services import load_shipped_standards
from geo.engine.errors import InputError, NetworkError, Problem, register_messages
from geo.models import NetworkSnapshot, Region
from geo.selectors import active_network

register_messages(
    {
        "choice.region_unknown": ("没有代码为“{value}”的区域。", "there is no region with code “{value}”."),
        "choice.region_none": (
            "还没有区域；请先运行 load_regions 或 load_demo。",
            "there are no regions yet; run load_regions or load_demo first.",
        ),
        "choice.region_several": (
            "有多个省级区域（{value}）；请用 --region 指明。",
            "there are several provinces ({value}); name one with --region.",
        ),
        "choice.standard_unknown": (
            "没有名为“{value}”的覆盖标准；可用：{known}。",
            "there is no coverage standard “{value}”; known: {known}.",
        ),
        "choice.standard_no_default": (
            "没有默认的覆盖标准；请用 --standard 指明，可用：{known}。",
            "there is no default coverage standard; name one with --standard, known: {known}.",
        ),
        "choice.network_unknown": (
            "没有摘要以“{value}”开头的路网，或不止一个。",
            "there is no street network whose digest begins with “{value}”, or more than one.",
        ),
    }
)


def chosen_region(code: str | None) -> Region:
    """Return the region ``code``, newest first, or the only province; raise :class:`InputError` if that is not clear."""
    if code:
        found = Region.objects.filter(code=code).order_by("-valid_from").first()
        if found is None:
            raise InputError(Problem(code="choice.region_unknown", value=code))
        return found
    provinces = list(Region.objects.filter(parent=None, valid_until=None).order_by("code"))
    if not provinces:
        raise InputError(Problem(code="choice.region_none"))
    if len(provinces) > 1:
        raise InputError(Problem(code="choice.region_several", value=", ".join(row.code for row in provinces)))
    return provinces[0]


def chosen_standard(slug: str | None) -> CoverageStandard:
    """Return the standard ``slug`` or the default; the shipped standards are loaded if there are none."""
    if not CoverageStandard.objects.exists():
        load_shipped_standards()
    wanted = CoverageStandard.objects.filter(slug=slug) if slug else CoverageStandard.objects.filter(is_default=True)
    found = wanted.first()
    if found is None:
        known = ", ".join(CoverageStandard.objects.values_list("slug", flat=True))
        code = "choice.standard_unknown" if slug else "choice.standard_no_default"
        raise InputError(Problem(code=code, value=slug or "", details={"known": known}))
    return found


def chosen_network(digest: str | None) -> NetworkSnapshot:
    """Return the network whose digest begins with ``digest``, or the newest active one."""
    if digest:
        found = list(NetworkSnapshot.objects.filter(digest__startswith=digest)[:2])
        if len(found) != 1:
            raise NetworkError(Problem(code="choice.network_unknown", value=digest))
        return found[0]
    return active_network()
