"""Signing in and out, in both languages, and being locked out."""

import pytest
from django.urls import reverse

from planner.accounts.models import Role, User
from tests.factories import make_province
from tests.planner.accounts.world import make_member

pytestmark = [pytest.mark.django_db, pytest.mark.database]
PASSWORD = "a long enough password"


@pytest.fixture
def user():
    return User.objects.create_user("li", password=PASSWORD)


def sign_in(client, password, name="li", **more):
    return client.post(reverse("accounts:sign_in"), {"username": name, "password": password, **more})


def test_signing_in_leads_to_the_page_that_was_asked_for(client, user):
    asked = client.get(reverse("accounts:me"))
    assert asked["Location"] == "/accounts/sign-in/?next=/accounts/me/"
    assert sign_in(client, PASSWORD, next="/accounts/me/")["Location"] == "/accounts/me/"
    assert client.get(reverse("accounts:me")).status_code == 200


def test_nobody_is_led_to_another_site(client, user):
    assert sign_in(client, PASSWORD, next="https://example.org/")["Location"] == "/"


def test_a_wrong_password_and_an_unknown_name_are_told_alike(client, user):
    wrong = sign_in(client, "wrong").content.decode()
    unknown = sign_in(client, "wrong", name="wang").content.decode()
    assert 'role="alert"' in wrong

    def said(page):
        return page.split('role="alert"')[1].split("</div>")[0]

    assert said(wrong) == said(unknown)


def test_five_wrong_passwords_lock_the_name_here_for_a_while(client, user):
    for _ in range(4):
        assert sign_in(client, "wrong").status_code == 200
    locked = sign_in(client, "wrong")
    assert locked.status_code == 429
    assert locked["Retry-After"] == "900"
    assert "15" in locked.content.decode()
    assert sign_in(client, PASSWORD).status_code == 429


def test_a_lock_holds_for_the_address_it_was_earned_at(client, user):
    for _ in range(5):
        sign_in(client, "wrong")
    elsewhere = client.post(reverse("accounts:sign_in"), {"username": "li", "password": PASSWORD}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 302


def test_signing_in_forgets_earlier_mistakes(client, user):
    for _ in range(4):
        sign_in(client, "wrong")
    assert sign_in(client, PASSWORD).status_code == 302
    client.post(reverse("accounts:sign_out"))
    assert sign_in(client, "wrong").status_code == 200


def test_signing_out_needs_a_post_and_ends_the_session(client, user):
    client.force_login(user)
    assert client.get(reverse("accounts:sign_out")).status_code == 405
    client.post(reverse("accounts:sign_out"))
    assert client.get(reverse("accounts:me")).status_code == 302


def test_the_page_speaks_the_language_that_was_chosen(client):
    client.post(reverse("accounts:language"), {"language": "en", "next": "/accounts/sign-in/"})
    english = client.get(reverse("accounts:sign_in")).content.decode()
    assert 'lang="en"' in english
    assert "Sign in" in english
    assert ">中文</button>" in english
    client.post(reverse("accounts:language"), {"language": "zh-hans"})
    chinese = client.get(reverse("accounts:sign_in")).content.decode()
    assert 'lang="zh-Hans"' in chinese
    assert ">English</button>" in chinese


def test_one_sees_ones_own_roles_and_regions(client):
    _, city, *_ = make_province()
    client.force_login(make_member(Role.REVIEWER, city))
    page = client.get(reverse("accounts:me")).content.decode()
    assert "320100" in page
    assert "320102" not in page


def test_a_weak_password_is_refused(client, user):
    client.force_login(user)
    user.set_password(PASSWORD)
    user.save()
    client.force_login(user)
    answer = client.post(
        reverse("accounts:password"), {"old_password": PASSWORD, "new_password1": "12345678", "new_password2": "12345678"}
    )
    assert answer.status_code == 200
    assert "error" in answer.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
