#!/usr/bin/env python3
"""The command line of Gigshed: ``manage.py help`` lists what it can do."""

import os
import sys


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planner.settings.dev")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    import geo.engine.jit  # noqa: F401, PLC0415  before anything that may load numba itself

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
