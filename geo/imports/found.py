"""Problems as JSON that can be told again later, in either language."""

from typing import Any

from geo.engine.errors import Problem


def as_found(problem: Problem) -> dict[str, Any]:
    """Return a problem as JSON, with everything its sentence needs."""
    return problem.as_json() | {"details": dict(problem.details)}


def problem_of(found: dict[str, Any]) -> Problem:
    """Return the problem that :func:`as_found` wrote."""
    return Problem(**{name: found[name] for name in ("code", "file", "row", "field", "value", "details")})
