"""The administration site: the same sign-in as everywhere, nothing for those who are not staff."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _


class GigshedAdminSite(AdminSite):
    """Administration for staff; what they see there follows from their grants."""

    site_header = _("Gigshed administration")
    site_title = _("Gigshed administration")
    index_title = _("Records")
    enable_nav_sidebar = True

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send strangers to the site's own sign-in page; tell others that their role does not include this."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", request.get_full_path()))
