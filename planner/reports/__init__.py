"""Documents that can be filed: one content, rendered as a page and as PDF."""
