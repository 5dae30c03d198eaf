"""The read API: records page by page, whole map layers fast, and its own description."""
