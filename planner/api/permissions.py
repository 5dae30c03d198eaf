"""The API's gate: signed in, and a role that may do what the view is for. Which rows follows from ``scoped``."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from planner.accounts.policy import Act
from planner.accounts.scope import permits


class ActPermitted(BasePermission):
    """Admits those who may do the view's ``act`` somewhere; a view without ``act`` is for reading the map."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Say whether the user may use the view at all."""
        return bool(
            request.user and request.user.is_authenticated and permits(request.user, getattr(view, "act", Act.READ_MAP))
        )
