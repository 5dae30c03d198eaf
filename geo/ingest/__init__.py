"""Any file a planner has, to rows, or to a list of problems."""
