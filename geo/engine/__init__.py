"""Plain Python: arrays in, arrays out. No Django, no clock, no network access, no global random state."""

ENGINE_VERSION = "0.1.0"
