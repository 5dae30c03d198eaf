"""Every address of the site. Who may open what: ``planner/accounts/policy.py`` and, row by row, ``planner/accounts/scope.py``.

``tests/planner/accounts/test_routes.py`` walks all of these as every role, with records of the own and of a foreign region.
"""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),  # act READ_RECORDS and is_staff; rows scoped in planner/admin/base.py
    path("accounts/", include("planner.accounts.urls")),  # signing in and out
    path("api/", include("planner.api.urls")),  # signed in; rows scoped
    path("reports/", include("planner.reports.urls")),  # signed in; rows scoped
    path("quality/", include("planner.quality.urls")),  # act READ_RECORDS; rows scoped
    path("imports/", include("planner.imports.urls")),  # act MANAGE_RECORDS; rows scoped
    path("demand/", include("planner.demand.urls")),  # act READ_DEMAND; rows scoped
    path("", include("planner.workspace.urls")),  # signed in; rows scoped
]
