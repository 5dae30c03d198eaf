"""Small OSM files written by hand."""

SQUARE = """<?xml version='1.0' encoding='utf-8'?>
<osm version="0.6" generator="by hand">
 <node id="1" lat="32.000" lon="118.800"/>
 <node id="2" lat="32.000" lon="118.801"><tag k="highway" v="traffic_signals"/></node>
 <node id="3" lat="32.000" lon="118.802"/>
 <node id="4" lat="32.001" lon="118.801"/>
 <node id="5" lat="32.001" lon="118.802"/>
 <node id="6" lat="32.002" lon="118.801"><tag k="shop" v="bakery"/></node>
 <way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>
 <way id="11"><nd ref="2"/><nd ref="4"/><nd ref="6"/><tag k="highway" v="tertiary"/><tag k="maxspeed" v="20"/></way>
 <way id="12"><nd ref="3"/><nd ref="5"/><nd ref="4"/><tag k="highway" v="cycleway"/></way>
 <way id="13"><nd ref="1"/><nd ref="6"/><tag k="building" v="yes"/></way>
 <way id="14"><nd ref="1"/><nd ref="99"/><tag k="highway" v="residential"/></way>
</osm>
"""

# Without the way that leads out of the extract, which OSMnx does not read, and the building, which it takes for a street.
WHOLE = "\n".join(line for line in SQUARE.splitlines() if 'way id="14"' not in line and 'way id="13"' not in line)


def write(tmp_path, text=SQUARE, name="square.osm"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path
