"""``manage.py load_standards``: the coverage standards that come with the product."""

from typing import Any

from coverage.models import CoverageStandard
from coverage.services import load_shipped_standards
from geo.cli import GigshedCommand


class Command(GigshedCommand):
    """Add the shipped standards; what is there already stays as it is."""

    help = "add the coverage standards that come with the product / 载入随产品提供的覆盖标准"
    teaches = """examples:
  manage.py load_standards
  manage.py load_standards --json

Running it again changes nothing. Exit codes: 0 done."""

    def run(self, **options: Any) -> dict[str, Any]:
        """Load and say what was added."""
        added = load_shipped_standards()
        slugs = [standard.slug for standard in added]
        total = CoverageStandard.objects.count()
        return {
            "added": slugs,
            "standards_count": total,
            "lines": [
                f"新增 {len(slugs)} 个覆盖标准，共 {total} 个。 / {len(slugs)} coverage standards added, {total} in all."
            ],
        }
