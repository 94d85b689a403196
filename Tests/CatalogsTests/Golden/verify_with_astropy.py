"""Checks files that CatalogWriter wrote, with astropy 8.0.2. Usage: verify_with_astropy.py FOLDER

FOLDER is what the test "The sample is left ..." fills when GALATEA_CATALOG_SAMPLE names it: e.fits, e.csv,
e.ecsv and their gzipped twins. Units must parse (nanomaggy stays text), UCDs must be in the controlled
vocabulary, and all formats must hold the same values.
"""
import gzip
import sys
import warnings

import numpy as np
from astropy.io import fits
from astropy.io.votable.ucd import check_ucd
from astropy.table import Table
from astropy.units import Unit, UnrecognizedUnit

folder = sys.argv[1]
with fits.open(f"{folder}/e.fits", checksum=True) as hdus:
    warnings.simplefilter("error")
    hdus.verify("exception")
    header = hdus[1].header
    keys = range(1, header["TFIELDS"] + 1)
    names = [header[f"TTYPE{i}"] for i in keys]
    ucds = {header[f"TTYPE{i}"]: header.get(f"TUCD{i}") for i in keys}
    units = {header[f"TTYPE{i}"]: header.get(f"TUNIT{i}") for i in keys}
    assert header["GALMODEL"] == "0123456789abcdef" * 4
    assert any("flag 4096 = no extinction given" in line for line in header["HISTORY"])
warnings.simplefilter("ignore")
for name, ucd in ucds.items():
    if ucd is not None:
        assert check_ucd(ucd, check_controlled_vocabulary=True, has_colon=False), (name, ucd)
for name, unit in units.items():
    if unit is not None:
        parsed = Unit(unit, format="fits", parse_strict="silent")
        assert isinstance(parsed, UnrecognizedUnit) == (unit == "nanomaggy"), (name, unit)
assert {n for n, v in units.items() if v == "nanomaggy"} == {f"flux_{b}{e}" for b in "grz" for e in ("", "_err")}

table = Table.read(f"{folder}/e.fits")
ecsv = Table.read(f"{folder}/e.ecsv")
csv = Table.read(f"{folder}/e.csv", format="ascii.csv")
assert table.colnames == ecsv.colnames == csv.colnames == names
for name in names:
    assert ecsv[name].info.meta.get("ucd") == ucds[name] if ucds[name] else True, name
    # ECSV's unit parser knows nanomaggy (as nmgy); that of FITS keeps it as text.
    assert str(ecsv[name].unit or "").replace("nmgy", "nanomaggy") == (units[name] or ""), name
    left, right = np.ma.asarray(table[name]), np.ma.asarray(ecsv[name])
    assert left.shape == right.shape, (name, left.shape, right.shape)
    if left.dtype.kind == "f":
        assert left.dtype.newbyteorder("=") == right.dtype, (name, left.dtype, right.dtype)
        np.testing.assert_array_equal(left.filled(np.nan), right.filled(np.nan), err_msg=name)
        if left.ndim == 1:
            plain = np.ma.asarray(csv[name], dtype=left.dtype).filled(np.nan)
            np.testing.assert_array_equal(left.filled(np.nan), plain, err_msg=name)
    elif left.dtype.kind in "iub":
        np.testing.assert_array_equal(np.ma.getmaskarray(left), np.ma.getmaskarray(right), err_msg=name)
        np.testing.assert_array_equal(left.compressed(), right.compressed(), err_msg=name)
for name in ("e.fits", "e.csv", "e.ecsv"):
    assert gzip.open(f"{folder}/{name}.gz").read() == open(f"{folder}/{name}", "rb").read(), name
print(f"{len(table)} rows, {len(names)} columns: units, UCDs and values agree in FITS, ECSV and CSV")
