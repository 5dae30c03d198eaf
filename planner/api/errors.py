"""How the API says that something is wrong: ``{"problems": [{"code", "field", "value", "zh", "en"}]}``."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from geo.engine.errors import GigshedError, InputError, Problem, register_messages

register_messages(
    {
        "api.parameter_unknown": ("没有这个参数；可用：{known}。", "there is no such parameter; known: {known}."),
        "api.parameter_value": ("值“{value}”不可用；可用：{known}。", "the value “{value}” cannot be used; known: {known}."),
        "api.parameter_bad": ("值“{value}”不可用；请检查其格式。", "the value “{value}” cannot be used; check its form."),
        "api.bbox": (
            "“{value}”不是范围；应为“西,南,东,北”四个经纬度，西小于东，南小于北。",
            "“{value}” is no bounding box; give west,south,east,north in degrees, west < east and south < north.",
        ),
        "api.degrees": (
            "“{value}”不是 -{most} 至 {most} 之间的度数。",
            "“{value}” is not a number of degrees from -{most} to {most}.",
        ),
        "api.whole_number": ("“{value}”不是 {low} 至 {high} 的整数。", "“{value}” is not a whole number from {low} to {high}."),
        "api.run_missing": ("没有这次覆盖计算，或不在您的辖区。", "there is no such coverage run, or not in your regions."),
        "api.recommendation_missing": (
            "没有这个推荐方案，或不在您的辖区。",
            "there is no such recommendation, or not in your regions.",
        ),
        "api.cells_missing": (
            "这次覆盖计算的格网文件不在本服务器上；请重新运行 run_coverage。",
            "the cells of this coverage run are not on this server; run run_coverage again.",
        ),
        "api.not_found": ("没有这条记录，或不在您的辖区。", "there is no such record, or not in your regions."),
        "api.not_signed_in": ("请先登录。", "please sign in first."),
        "api.not_allowed": ("您的角色不包含此操作。", "your role does not include this."),
        "api.too_many": ("请求过于频繁；请稍后再试。", "too many requests; try again in a while."),
        "api.method": ("此接口只读。", "this interface is read-only."),
        "api.request": ("无法理解这次请求。", "the request cannot be understood."),
    }
)

_CODES: list[tuple[type[Exception] | tuple[type[Exception], ...], str]] = [
    ((Http404, exceptions.NotFound), "api.not_found"),
    ((exceptions.NotAuthenticated, exceptions.AuthenticationFailed), "api.not_signed_in"),
    ((PermissionDenied, exceptions.PermissionDenied), "api.not_allowed"),
    (exceptions.Throttled, "api.too_many"),
    (exceptions.MethodNotAllowed, "api.method"),
]


class NotThereError(GigshedError):
    """What was asked for by name is not there for this user: answered with 404."""


def _field_problems(error: exceptions.ValidationError, values: Any) -> list[Problem]:
    """Return one problem for each field that a filter refused."""
    fields = error.detail if isinstance(error.detail, dict) else {}
    return [Problem(code="api.parameter_bad", field=name, value=values.get(name, "")) for name in fields]


def _problems(error: Exception, context: dict[str, Any]) -> list[Problem]:
    if isinstance(error, GigshedError):
        return list(error.problems)
    if isinstance(error, exceptions.ValidationError):
        found = _field_problems(error, context["request"].query_params)
        return found or [Problem(code="api.request")]
    code = next((code for kinds, code in _CODES if isinstance(error, kinds)), "api.request")
    return [Problem(code=code)]


def answer_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer a user's mistake in both languages; a fault of ours stays a fault (None: DRF raises it on)."""
    known: Exception = error
    if isinstance(error, NotThereError):
        known = exceptions.NotFound()
    elif isinstance(error, InputError):
        known = exceptions.ParseError()
    answer = exception_handler(known, context)
    if answer is not None:
        answer.data = {"problems": [_said(problem) for problem in _problems(error, context)]}
    return answer


def _said(problem: Problem) -> dict[str, Any]:
    spoken = problem.as_json()
    return {key: spoken[key] for key in ("code", "field", "value", "zh", "en")}
