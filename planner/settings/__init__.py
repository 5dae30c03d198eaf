"""Settings: ``base`` for all, ``dev`` (default), ``test``, ``production``."""
