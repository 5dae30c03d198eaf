"""Coverage and siting as plain Python on arrays: no Django, no clock, no network access."""
