"""Load the streets: from an extract on disk, from Overpass, from OSMnx GraphML, or from an edge table."""

import dataclasses
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from geo.cli import GigshedCommand
from geo.engine.modes import SpeedTable
from geo.engine.network import TravelNetwork
from geo.engine.network.build import build_network
from geo.engine.network.clip import bounds_of, edges_within, take_edges
from geo.engine.network.edge_table import read_edges
from geo.engine.network.osm import read_osm
from geo.engine.network.osmnx_graph import read_graphml
from geo.engine.network.streets import Streets
from geo.ingest.place_streets import streets_of_place
from geo.models import NetworkSnapshot
from geo.services.network_differences import difference_lines, difference_to_former
from geo.services.network_edits import edit_count
from geo.services.network_speeds import change_lines, changed_network, read_changes
from geo.services.networks import keep_network
from geo.services.sources import keep_source

READERS = {"pbf": read_osm, "osm": read_osm, "graphml": read_graphml}
KINDS = {
    "pbf": NetworkSnapshot.Kind.OSM, "osm": NetworkSnapshot.Kind.OSM, "place": NetworkSnapshot.Kind.OSMNX,
    "graphml": NetworkSnapshot.Kind.OSMNX, "edges": NetworkSnapshot.Kind.EDGES,
}  # fmt: skip
OSM_LICENCE = "ODbL 1.0, © OpenStreetMap contributors"
READING_SHARE = 0.7
NAME_CHARACTERS = 120
StatedLengths = npt.NDArray[np.float64] | None


class Command(GigshedCommand):
    """Read streets, work out times by mode, keep the network and make it the active one."""

    help = "Load a street network and make it the active one."
    teaches = """give exactly one source:
  manage.py load_network --pbf liechtenstein.osm.pbf     an OpenStreetMap extract (PBF; --osm for XML is the same reader)
  manage.py load_network --place "南京市"                 fetched by OSMnx from Overpass (GIGSHED_OVERPASS_URL)
  manage.py load_network --graphml city.graphml          a graph that OSMnx saved
  manage.py load_network --edges streets.csv             columns from_id,to_id,from_lon,from_lat,to_lon,to_lat and, if you
                                                         have them, length_m,highway,oneway,maxspeed,way_id
  manage.py load_network --pbf x.osm.pbf --speeds my.csv other speeds; the table that ships is geo/engine/speeds.csv
  manage.py load_network --pbf x.osm.pbf --bbox 118.7,32.0,118.9,32.1   only streets with an end in this rectangle
                                                         (write --bbox=-46.7,… when it begins with a minus)

speeds beyond the table:
  manage.py load_network --pbf x.osm.pbf --class-speeds town.csv     other speeds in town or country, columns
                                                         class,settlement,mode,kph; such as residential,urban,car,18
      A street is urban if its middle lies in an urban demand cell, or in a polygon of --urban-areas areas.geojson (GeoJSON,
      GeoPackage, zipped Shapefile, KML). What is not in the table keeps its speed; posted limits and closures hold.
  manage.py load_network --pbf x.osm.pbf --dem srtm.tif              hills: walkers and e-bikes by the slope of every 30 m
      Heights in metres from a GeoTIFF of one band in any named coordinate system, up to 200 MB; clip it to the province.
      Streets outside it count as flat, and are counted.

A network that was active before stays for the runs and edits that use it; what changed since then is told, by way, class and
mode, and kept (compare_networks does the same for any two).

Exit code 2: the file or place cannot be used; nothing changed."""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the sources and the speed table."""
        one = parser.add_mutually_exclusive_group(required=True)
        one.add_argument("--pbf", type=Path, metavar="FILE", help="OpenStreetMap extract, .osm.pbf")
        one.add_argument("--osm", type=Path, metavar="FILE", help="OpenStreetMap extract, XML (.osm, .osm.gz, .osm.bz2)")
        one.add_argument("--place", metavar="NAME", help="name of a place that Nominatim knows")
        one.add_argument("--graphml", type=Path, metavar="FILE", help="GraphML file saved by OSMnx")
        one.add_argument("--edges", type=Path, metavar="FILE", help="edge table, CSV or Parquet")
        parser.add_argument("--speeds", type=Path, metavar="FILE", help="speed table to use instead of the one that ships")
        parser.add_argument(
            "--class-speeds", type=Path, metavar="FILE", help="CSV of speeds in town and country: class,settlement,mode,kph"
        )
        parser.add_argument(
            "--urban-areas", type=Path, metavar="FILE", help="polygons that count as urban (default: urban demand cells)"
        )
        parser.add_argument(
            "--dem", type=Path, metavar="FILE", help="GeoTIFF of elevations; walkers and e-bikes feel the hills"
        )
        parser.add_argument("--bbox", metavar="W,S,E,N", help="keep only streets with an end in this rectangle, degrees")
        parser.add_argument("--name", default="", help="name of the network (default: the file's or place's)")

    def run(self, *, speeds: Path | None, bbox: str | None, name: str, **options: Any) -> dict[str, Any]:
        """Read, build, keep; return the counts."""
        way = next(key for key in KINDS if options.get(key))
        given = options[way]
        former = NetworkSnapshot.objects.filter(is_active=True).order_by("-created_at", "-pk").first()
        with self.progress("路网 / streets") as progress:
            table = SpeedTable.read(speeds) if speeds else None
            changes = read_changes(table, **{name: options[name] for name in ("class_speeds", "urban_areas", "dem")})
            bounds = bounds_of(bbox) if bbox else None
            streets, stated = self._read(way, given)
            if bounds:
                kept = edges_within(streets, bounds)
                streets, stated = take_edges(streets, kept), None if stated is None else stated[kept]
            progress(READING_SHARE)
            label = name or (given.name if isinstance(given, Path) else given)
            network = build_network(streets, speeds=table, source=label, stated_length_metres=stated)
            if bbox:
                network = dataclasses.replace(network, report=network.report | {"bbox": bbox})
            network = changed_network(network, changes)
            added = "" if name else changes.label
            snapshot, is_new = self._keep(network, way, label[: NAME_CHARACTERS - len(added)] + added)
        said = summary(network, snapshot, is_new)
        change = change_summary(former, snapshot)
        return said | change | {"lines": said["lines"] + change["lines"]}

    def _read(self, way: str, given: Any) -> tuple[Streets, StatedLengths]:
        if way == "edges":
            table = read_edges(given)
            return table.streets, table.stated_length_metres
        if way == "place":
            fetched = streets_of_place(
                given,
                overpass_url=settings.OVERPASS_URL,
                nominatim_url=settings.NOMINATIM_URL,
                cache_folder=settings.VAR_DIR / "osmnx",
            )
            return fetched, None
        return READERS[way](given), None

    def _keep(self, network: TravelNetwork, way: str, label: str) -> tuple[NetworkSnapshot, bool]:
        """Write the files and the rows; without the rows of both, network and source, there is neither."""
        with transaction.atomic():
            return keep_network(
                network,
                name=label,
                kind=KINDS[way],
                source=self._source(way, label),
                var_dir=settings.VAR_DIR,
                at=timezone.now(),
            )

    def _source(self, way: str, label: str) -> Any:
        is_osm = way != "edges"
        return keep_source(
            "streets-osm" if is_osm else "streets-edges",
            name_zh="OpenStreetMap 道路" if is_osm else "道路表",
            name_en="Streets of OpenStreetMap" if is_osm else "Street table",
            owner="OpenStreetMap contributors" if is_osm else "",
            licence=OSM_LICENCE if is_osm else "",
            method="geo/engine/network; docs/streets.md",
            file_name=label,
        )


def summary(network: TravelNetwork, snapshot: NetworkSnapshot, is_new: bool) -> dict[str, Any]:
    """Return what was loaded, for machines and for people."""
    km = {
        mode: round(float(network.edge_length_metres[network.allowed_edges(mode)].sum(dtype=np.float64)) / 1000, 1)
        for mode in network.modes
    }
    closed = network.report["closed_outside_largest_component"]
    lines = [
        f"{snapshot.name}：{network.node_count:,} 个节点，{network.edge_count:,} 条道路"
        f" / {network.node_count:,} nodes, {network.edge_count:,} streets · {snapshot.digest[:8]}"
        + ("" if is_new else "（已有 / already there）"),
        *(
            f"  {mode}: {length:,.1f} km; 不连通而关闭 / closed as cut off: "
            f"{closed[mode]['edges']:,} ({closed[mode]['km']:,.1f} km)"
            for mode, length in km.items()
        ),
        *change_lines(network.report),
    ]
    return {
        "digest": snapshot.digest, "is_new": is_new, "nodes": network.node_count, "edges": network.edge_count, "km": km,
        "report": network.report, "lines": lines,
    }  # fmt: skip


def change_summary(former: NetworkSnapshot | None, snapshot: NetworkSnapshot) -> dict[str, Any]:
    """Return how ``snapshot`` differs from the network that was active before; nothing where there was none."""
    record, problem = difference_to_former(former, snapshot, var_dir=settings.VAR_DIR, at=timezone.now())
    lines = []
    if problem:
        lines.append(f"  {problem.sentence('zh-hans')} / {problem.sentence('en')}")
    if record:
        lines += [f"与此前的路网相比 / since {former}:", *difference_lines(record.report)]
    if former and former.pk != snapshot.pk and (edits := edit_count(former)):
        lines.append(
            f"  此前的路网上有 {edits} 处修改，不会转到新路网。 / {edits} edits stay with the former network; draw them again."
        )
    return {"lines": lines, "difference": record.report if record else None}
