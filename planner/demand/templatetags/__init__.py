"""Template words of the pages of demand."""
