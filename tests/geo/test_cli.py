"""What all commands share: exit codes, both languages, JSON."""

import json

import pytest
from django.core.management import call_command

from geo.cli import GigshedCommand
from geo.engine.errors import InputError, Problem
from geo.engine.progress import Cancelled


class Echo(GigshedCommand):
    """Answers, or fails as told."""

    requires_system_checks = []
    teaches = "examples:\n  manage.py echo"

    def add_options(self, parser):
        parser.add_argument("--problems", type=int, default=0)
        parser.add_argument("--cancel", action="store_true")

    def run(self, *, problems, cancel, **options):
        if cancel:
            raise Cancelled
        if problems:
            raise InputError([Problem(code="file.empty", file="x.csv", row=i) for i in range(problems)])
        with self.progress("work") as progress:
            progress(0.5)
        return {"answer": 42, "lines": ["二", "two"]}


def test_people_get_lines(capsys):
    call_command(Echo())
    assert capsys.readouterr().out == "二\ntwo\n"


def test_machines_get_one_json_object_and_no_bar(capsys):
    call_command(Echo(), "--json")
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"answer": 42}
    assert captured.err == ""


def test_bad_input_ends_with_2_and_says_it_in_both_languages(capsys):
    with pytest.raises(SystemExit) as stopped:
        call_command(Echo(), "--problems", "2")
    assert stopped.value.code == 2
    assert capsys.readouterr().err.splitlines()[0] == "x.csv，第 0 行：文件是空的。 / x.csv, row 0: the file is empty."


def test_machines_get_the_problems_as_json(capsys):
    with pytest.raises(SystemExit):
        call_command(Echo(), "--problems", "2", "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["problems_count"] == 2
    assert said["problems"][1]["row"] == 1


def test_no_more_than_a_hundred_are_listed(capsys):
    with pytest.raises(SystemExit):
        call_command(Echo(), "--problems", "130")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 101
    assert "30 more problems" in lines[-1]


def test_cancelling_ends_with_130(capsys):
    with pytest.raises(SystemExit) as stopped:
        call_command(Echo(), "--cancel")
    assert stopped.value.code == 130
    assert "nothing was saved" in capsys.readouterr().err


def test_help_teaches(capsys):
    with pytest.raises(SystemExit):
        Echo().create_parser("manage.py", "echo").parse_args(["--help"])
    assert "examples:\n  manage.py echo" in capsys.readouterr().out
