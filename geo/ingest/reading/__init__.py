"""A file of a user, whatever its form, to a table of texts: read in a child process that can do little else."""

from geo.ingest.reading.model import FileFacts, Limits, RawTable, ReadOptions
from geo.ingest.reading.parent import read_file, run_in_child

__all__ = ["FileFacts", "Limits", "RawTable", "ReadOptions", "read_file", "run_in_child"]
