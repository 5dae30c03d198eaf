"""What ``manage.py doctor`` looks at: libraries, database, files; each finding with its state and its cure."""
