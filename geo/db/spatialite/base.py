"""Django's SpatiaLite backend behind the one import order that works.

``mod_spatialite`` brings the system's PROJ and GEOS into the process. Wheels that carry their own must be loaded before the
first connection, or they bind to the system's and the process dies far from the cause.
"""

import pyogrio  # noqa: F401
import pyproj  # noqa: F401
import shapely  # noqa: F401
from django.contrib.gis.db.backends.spatialite.base import DatabaseWrapper as SpatialiteWrapper


class DatabaseWrapper(SpatialiteWrapper):
    """SpatiaLite after pyproj, shapely and pyogrio."""
