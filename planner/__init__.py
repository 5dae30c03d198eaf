"""People and their decisions: the Django project, one sub-app per subject."""
