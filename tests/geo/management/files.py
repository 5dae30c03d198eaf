"""Run a command as a person does: what it printed, and its exit code."""

import io
import json

from django.core.management import call_command


def run(name, *arguments, **options):
    """Return exit code, standard output, standard error."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(name, *map(str, arguments), stdout=out, stderr=err, **options)
    except SystemExit as stop:
        return stop.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def run_json(name, *arguments):
    """Return exit code and the JSON the command printed."""
    code, out, _err = run(name, *arguments, "--json")
    return code, json.loads(out)


def problems(name, *arguments):
    """Return ``(code, row, field)`` of each problem a command told; it must have ended with exit code 2."""
    code, answer = run_json(name, *arguments)
    assert code == 2
    return [(each["code"], each["row"], each["field"]) for each in answer["problems"]]
