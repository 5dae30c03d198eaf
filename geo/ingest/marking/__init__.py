"""A workbook of a user with marks: its own bytes everywhere but at the cells that are marked; done in the child process."""

import geo.ingest.reading.model  # noqa: F401  the sentences for files that are damaged
