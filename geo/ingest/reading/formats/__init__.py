"""One reader a form; each returns the cells and the facts of a file."""
