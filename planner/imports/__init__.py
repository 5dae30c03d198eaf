"""Pages on which a planner brings files: upload, columns and datum, preview, commit, undo."""
