"""Make one user per role for a demonstration, with random passwords that are shown and kept in a file."""

import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from geo.cli import GigshedCommand
from geo.engine.errors import InputError, Problem, register_messages
from geo.models import Region
from planner.accounts.models import RegionGrant, Role, User

FILE_NAME = "demo-users.txt"
PASSWORD_BYTES = 12
# Each role in a region of the demonstration province; in another place, in its widest region.
DEMO_REGIONS = {
    Role.PLANNER: "320100",
    Role.REVIEWER: "320000",
    Role.COMMITTEE_MEMBER: "320300",
    Role.ADMINISTRATOR: "320000",
}

register_messages(
    {
        "demo_users.production": (
            "演示账号只能用于演示或开发环境；正式环境请在管理页建立账号。",
            "demonstration users are for demonstrations only; in production make accounts in the administration.",
        ),
        "demo_users.no_regions": (
            "还没有区划；请先运行 load_demo 或 load_regions。",
            "there are no regions yet; run load_demo or load_regions first.",
        ),
    }
)


class Command(GigshedCommand):
    """One user per role, the same names each time; passwords stay unless asked to change."""

    help = "Make one demonstration user per role; print how to sign in."
    teaches = f"""examples:
  manage.py create_demo_users            make what is missing; passwords stay as they are
  manage.py create_demo_users --reset    give all of them new passwords

The passwords are printed and kept in {FILE_NAME} in the var folder, readable by its owner alone.
Exit code 2: this is a production site, or there are no regions yet; nothing changed."""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the reset."""
        parser.add_argument("--reset", action="store_true", help="give all demonstration users new passwords")

    def run(self, *, reset: bool, **options: Any) -> dict[str, Any]:
        """Make the users; return their names, roles, regions and passwords."""
        if not settings.DEMONSTRATION:
            raise InputError(Problem(code="demo_users.production"))
        regions = {role: demo_region(code) for role, code in DEMO_REGIONS.items()}
        path = Path(settings.VAR_DIR) / FILE_NAME
        kept = {} if reset else read_passwords(path)
        with transaction.atomic():
            users = [_demo_user(role, region, kept) for role, region in regions.items()]
            write_passwords(path, users)
        lines = ["演示账号 / demonstration users:"]
        lines += [f"  {user['username']:<18}{user['password']:<20}{user['region']} ({user['role']})" for user in users]
        return {"users": users, "file": str(path), "lines": [*lines, f"  {path}"]}


def demo_region(code: str) -> Region:
    """Return the region with ``code``, or the widest there is when the place is another."""
    found = Region.objects.filter(code=code).order_by("-valid_from").first() or Region.objects.order_by("path").first()
    if found is None:
        raise InputError(Problem(code="demo_users.no_regions"))
    return found


def _demo_user(role: Role, region: Region, kept: dict[str, str]) -> dict[str, str]:
    """Make or mend one user, with the kept password if it still is the user's."""
    user, _ = User.objects.get_or_create(username=role.value)
    password = kept.get(user.username, "")
    if not (password and user.check_password(password)):
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        user.set_password(password)
    user.is_active = True
    user.is_staff = role == Role.ADMINISTRATOR
    user.save()
    RegionGrant.objects.filter(user=user).exclude(role=role, region=region).delete()
    RegionGrant.objects.get_or_create(user=user, role=role, region=region)
    return {"username": user.username, "password": password, "role": role.value, "region": f"{region.name_zh} {region.code}"}


def read_passwords(path: Path) -> dict[str, str]:
    """Return the passwords of the file by name; empty when there is none."""
    if not path.exists():
        return {}
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {row[0]: row[1] for row in rows if len(row) > 1}


def write_passwords(path: Path, users: list[dict[str, str]]) -> None:
    """Write the file, readable by its owner alone from the first byte on."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    rows = ["\t".join((user["username"], user["password"], user["role"], user["region"])) for user in users]
    path.write_text("\n".join(["# name, password, role, region", *rows, ""]), encoding="utf-8")
