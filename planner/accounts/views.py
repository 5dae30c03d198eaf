"""Signing in and out, and what a person sees after too many wrong passwords."""

from typing import Any

from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.views.decorators.http import require_GET

from planner.accounts.scope import own_grants


class SignIn(views.LoginView):
    """Sign in with name and password."""

    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True


class SignOut(views.LogoutView):
    """Sign out; only by POST."""


class ChangePassword(views.PasswordChangeView):
    """Choose another password."""

    template_name = "accounts/password.html"
    success_url = reverse_lazy("accounts:me")


@login_required
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """Show who is signed in, with which roles in which regions."""
    return render(request, "accounts/me.html", {"grants": own_grants(request.user)})


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """Say that the name is locked for a while, and for how long."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    answer = render(request, "accounts/locked_out.html", {"minutes": minutes}, status=429)
    answer["Retry-After"] = str(minutes * 60)
    return answer
