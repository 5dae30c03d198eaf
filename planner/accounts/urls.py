"""Addresses of signing in and out. Open to all: sign_in, language. For oneself: the others."""

from django.urls import path
from django.views.i18n import set_language

from planner.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", views.SignOut.as_view(), name="sign_out"),
    path("password/", views.ChangePassword.as_view(), name="password"),
    path("me/", views.me, name="me"),
    path("language/", set_language, name="language"),
]
