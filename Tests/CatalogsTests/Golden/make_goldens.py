"""Makes the golden tables of CatalogsTests with astropy 8.0.2 and numpy: run it in this folder."""
import json

import astropy
import numpy as np
from astropy import units as u
from astropy.table import Column, MaskedColumn, Table

assert astropy.__version__ == "8.0.2", astropy.__version__


def table():
    t = Table()
    t["id"] = Column([9007199254740993, -5, 12], unit=None, description="Identifier")
    t["ra"] = Column([10.25, 359.9999999999, 0.1], unit=u.deg, description="Right ascension: it's \"J2000\", {curly}, [square]; # hash")
    t["ra"].meta["ucd"] = "pos.eq.ra;meta.main"
    t["flux"] = Column(np.array([1.1, np.nan, 1e-30], np.float32), unit=u.Jy)
    t["n"] = MaskedColumn([1, 2, 3], mask=[False, True, False], dtype=np.int16)
    t["good"] = [True, False, True]
    t["name"] = ["a b", 'say "x"', "comma, here"]
    t["spectrum"] = np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], np.float64)
    t["grid"] = np.arange(12, dtype=np.int32).reshape(3, 2, 2)
    t["long"] = Column([1, 2, 3], description="A description " + "that goes on and on " * 12, dtype=np.uint8)
    t["word"] = Column(["true", "7", "x"], description="Ångström – naïve")
    t.meta["comments"] = ["first", "second"]
    t.meta["version"] = {"major": 1, "list": [1, 2]}
    return t


t = table()
t.write("astropy_blanks.ecsv", format="ascii.ecsv", overwrite=True)
t.write("astropy_commas.ecsv", format="ascii.ecsv", delimiter=",", overwrite=True)
plain = t["id", "ra", "flux", "name"]
plain.write("astropy_plain.csv", format="ascii.csv", overwrite=True)
plain.write("astropy_header.txt", format="ascii.commented_header", overwrite=True)

# Pairs of positions and their separation, for matching.
from astropy.coordinates import SkyCoord

rng = np.random.default_rng(7)
ra = np.concatenate([rng.uniform(0, 360, 40), rng.normal(0, 1e-3, 20), rng.uniform(0, 360, 20)])
dec = np.concatenate([np.degrees(np.arcsin(rng.uniform(-1, 1, 40))), rng.normal(0, 1e-3, 20), 90 - np.abs(rng.normal(0, 1e-3, 20))])
targets = SkyCoord(ra % 360, dec, unit="deg")
step = rng.exponential(1.2, 80) / 3600
queries = targets.directional_offset_by(rng.uniform(0, 360, 80) * u.deg, step * u.deg)
index, separation, _ = queries.match_to_catalog_sky(targets)
with open("astropy_match.json", "w") as f:
    json.dump(
        {
            "targets": [targets.ra.deg.tolist(), targets.dec.deg.tolist()],
            "queries": [queries.ra.deg.tolist(), queries.dec.deg.tolist()],
            "nearest": index.tolist(), "arcsec": separation.arcsec.tolist(),
        }, f)
