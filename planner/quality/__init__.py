"""The quality page: how good the data are, and the records behind each line."""
