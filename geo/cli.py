"""What all commands of the project share: progress, both languages, ``--json``, exit codes.

Exit codes: 0 done; 1 a fault of ours or something unhealthy; 2 bad input, nothing changed; 130 cancelled.
"""

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from geo.engine.errors import MAX_PROBLEMS_SHOWN, GigshedError, Problem
from geo.engine.progress import Cancelled, Progress

EXIT_BAD_INPUT = 2
EXIT_CANCELLED = 130


class GigshedCommand(BaseCommand):
    """A command that answers with a summary.

    Subclasses write ``add_options`` and ``run``; ``run`` returns a JSON-able dict with key ``"lines"`` (a list of sentences for
    people, left out of the JSON) and whatever machines need. ``teaches`` is printed under ``--help``: examples and exit codes.
    """

    teaches = ""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Show ``teaches`` below the options, as written."""
        kwargs.setdefault("formatter_class", RawDescriptionHelpFormatter)
        return super().create_parser(prog_name, subcommand, epilog=self.teaches, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ``--json`` and the command's own options."""
        parser.add_argument("--json", action="store_true", help="print one JSON object on standard output, nothing else")
        self.add_options(parser)

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the command's own options."""

    def run(self, *args: Any, **options: Any) -> dict[str, Any]:
        """Do the work and return the summary."""
        raise TypeError(f"{type(self).__name__} has no run()")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run; turn a user's mistake into sentences and exit code 2."""
        self.quiet = bool(options.pop("json"))
        try:
            summary = self.run(**options)
        except GigshedError as error:
            self._say_problems(error.problems)
            sys.exit(EXIT_BAD_INPUT)
        except (Cancelled, KeyboardInterrupt):
            self.stderr.write("已取消，未保存任何更改。 / Cancelled; nothing was saved.")
            sys.exit(EXIT_CANCELLED)
        lines = summary.pop("lines", [])
        self.stdout.write(json.dumps(summary, ensure_ascii=False) if self.quiet else "\n".join(lines))

    def _say_problems(self, problems: tuple[Problem, ...]) -> None:
        shown = problems[:MAX_PROBLEMS_SHOWN]
        if self.quiet:
            found = {"problems": [problem.as_json() for problem in shown], "problems_count": len(problems)}
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        for problem in shown:
            self.stderr.write(f"{problem.sentence('zh-hans')} / {problem.sentence('en')}")
        if len(problems) > len(shown):
            self.stderr.write(f"另有 {len(problems) - len(shown)} 处问题。 / {len(problems) - len(shown)} more problems.")

    @contextmanager
    def progress(self, label: str) -> Iterator[Progress]:
        """Yield a progress that draws a bar on standard error, unless ``--json`` was given."""
        with tqdm(
            total=100, desc=label, disable=self.quiet, unit="%", file=sys.stderr, bar_format="{l_bar}{bar}| {elapsed}"
        ) as bar:

            def show(share: float) -> None:
                bar.update(max(0.0, 100 * share - bar.n))

            yield show
            show(1.0)
