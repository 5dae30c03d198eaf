"""Template words of the pages of imports."""
