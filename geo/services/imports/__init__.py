"""Imports step by step: receive a file, read it, choose columns and datum, check, commit, undo."""

from geo.services.imports.checking import check
from geo.services.imports.committing import commit, undo
from geo.services.imports.receiving import choose, keep_file, read, receive, save_mapping, suggestions

__all__ = ["check", "choose", "commit", "keep_file", "read", "receive", "save_mapping", "suggestions", "undo"]
