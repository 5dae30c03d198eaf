"""Streets of a named place, fetched by OSMnx from Nominatim and Overpass; both addresses are settings of the installation."""

from pathlib import Path
from urllib.parse import urlsplit

import requests

from geo.engine.errors import NetworkError, Problem, register_messages
from geo.engine.network.osmnx_graph import NODE_TAGS, WAY_TAGS, from_osmnx
from geo.engine.network.streets import Streets

TIMEOUT_SECONDS = 180

register_messages(
    {
        "place.unreachable": (
            "无法从 {service} 取得道路：{reason}。请检查网络或设置 GIGSHED_OVERPASS_URL、GIGSHED_NOMINATIM_URL，"
            "或改用 --pbf 读取本地文件。",
            "the streets could not be fetched from {service}: {reason}. Check the connection or the settings "
            "GIGSHED_OVERPASS_URL and GIGSHED_NOMINATIM_URL, or read an extract on disk with --pbf.",
        ),
        "place.not_found": (
            "找不到名为“{value}”的地方，或它没有边界或道路；请写全名，例如“南京市, 江苏省”。",
            "there is no place “{value}” with a boundary and streets; give its full name, for instance “Nanjing, Jiangsu”.",
        ),
    }
)


def streets_of_place(name: str, *, overpass_url: str, nominatim_url: str, cache_folder: Path) -> Streets:
    """Fetch all ways within the boundary of the place ``name`` and return them as streets.

    Answers are kept in ``cache_folder``, so that a second call needs no connection. Raises :class:`NetworkError` with a
    sentence if the services cannot be reached or do not know the place.
    """
    import osmnx as ox  # noqa: PLC0415  it takes a second to load, and only this reader needs it
    from osmnx._errors import InsufficientResponseError, ResponseStatusCodeError  # noqa: PLC0415

    ox.settings.overpass_url = overpass_url
    ox.settings.nominatim_url = nominatim_url if nominatim_url.endswith("/") else nominatim_url + "/"
    ox.settings.overpass_rate_limit = False
    ox.settings.doh_url_template = None  # ask nobody but the two services of the settings
    ox.settings.requests_timeout = TIMEOUT_SECONDS
    ox.settings.use_cache = True
    ox.settings.cache_folder = str(cache_folder)
    ox.settings.useful_tags_way = list(WAY_TAGS)
    ox.settings.useful_tags_node = list(NODE_TAGS)
    try:
        graph = ox.graph_from_place(name, network_type="all", simplify=False, retain_all=True)
    except (requests.RequestException, ResponseStatusCodeError) as error:
        service = urlsplit(overpass_url).netloc
        details = {"service": service, "reason": type(error).__name__}
        raise NetworkError(Problem(code="place.unreachable", value=name, details=details)) from error
    except (InsufficientResponseError, TypeError, ValueError) as error:
        raise NetworkError(Problem(code="place.not_found", value=name)) from error
    return from_osmnx(graph)
