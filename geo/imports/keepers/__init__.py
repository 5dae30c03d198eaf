"""The records behind each kind: read whole, kept, removed."""
