"""A small local double of Overpass and Nominatim that serves one OSM extract: ``python -m tests.doubles.overpass --port N``.

It answers what OSMnx asks for: ``/search`` with the rectangle of the extract as the boundary of whatever place,
``/api/interpreter`` with the nodes and ways of the file, ``/api/status``. Names that contain "nowhere" are not found.
"""

import argparse
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import osmium

SHANGHAI = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "shanghai_peoplesquare_drive.osm"


def elements_of(path):
    """Return the nodes and ways of an extract as Overpass writes them in JSON."""
    elements, places = [], []
    for thing in osmium.FileProcessor(str(path)):
        tags = {tag.k: tag.v for tag in thing.tags}
        if thing.is_node():
            places.append((thing.location.lon, thing.location.lat))
            place = {"lat": thing.location.lat, "lon": thing.location.lon}
            elements.append({"type": "node", "id": thing.id, **place, **({"tags": tags} if tags else {})})
        elif thing.is_way() and "highway" in tags:
            elements.append({"type": "way", "id": thing.id, "nodes": [node.ref for node in thing.nodes], "tags": tags})
    lon, lat = zip(*places, strict=True)
    return elements, (min(lon), min(lat), max(lon), max(lat))


def place_answer(bounds):
    west, south, east, north = bounds
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return [
        {
            "place_id": 1, "osm_type": "relation", "osm_id": 1, "lat": str((south + north) / 2), "lon": str((west + east) / 2),
            "class": "boundary", "type": "administrative", "place_rank": 10, "importance": 0.7, "addresstype": "city",
            "name": "double", "display_name": "double", "boundingbox": [str(south), str(north), str(west), str(east)],
            "geojson": {"type": "Polygon", "coordinates": [ring]},
        }
    ]  # fmt: skip


def handler_for(path, asked):
    elements, bounds = elements_of(path)

    class Handler(BaseHTTPRequestHandler):
        def answer(self, payload):
            body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            parts = urlsplit(self.path)
            asked.append(parts.path)
            if parts.path.endswith("/search"):
                name = parse_qs(parts.query).get("q", [""])[0]
                self.answer([] if "nowhere" in name else place_answer(bounds))
            elif parts.path.endswith("/interpreter"):
                self.answer({"version": 0.6, "generator": "double", "elements": elements})
            else:
                self.answer(b"Connected as: 1\nRate limit: 0\n2 slots available now.\n")

        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def log_message(self, *args):
            """Stay quiet."""

    return Handler


@contextmanager
def overpass_double(path, *, port=0):
    """Serve ``path`` on the loopback; yield the base address and the list of paths asked for."""
    asked = []
    server = ThreadingHTTPServer(("127.0.0.1", port), handler_for(path, asked))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=SHANGHAI, help="extract to serve (default: the Shanghai extract)")
    parser.add_argument("--port", type=int, default=12345)
    words = parser.parse_args()
    with overpass_double(words.file, port=words.port) as (address, _):
        print(f"GIGSHED_OVERPASS_URL={address}/api GIGSHED_NOMINATIM_URL={address}/", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
