"""Words of the quality page."""
