"""Checks files of the writers with astropy 8.0.2: structure, checksums, values.

    GALATEA_FITS_SAMPLES=/tmp/samples swift test -c release --disable-testable-imports --filter SampleTests
    python verify_with_astropy.py /tmp/samples
"""
import pathlib
import sys
import warnings

import astropy
import numpy as np
from astropy.io import fits
from astropy.io.votable.ucd import check_ucd
from astropy.table import Table
from astropy.units import Unit
from astropy.wcs import WCS

assert astropy.__version__ == "8.0.2", astropy.__version__
warnings.simplefilter("error")
# astropy has nanomaggy among its units but not among those of FITS, and keeps it as text.
warnings.filterwarnings("ignore", message="'nanomaggy' did not parse as fits unit")
folder = pathlib.Path(sys.argv[1])
files = sorted(folder.glob("*.fits"))
assert [f.name for f in files] == ["cube.fits", "images.fits", "packed.fits", "table.fits"], files
for path in files:
    with fits.open(path, checksum=True) as units:
        units.verify("exception")
        for unit in units:
            assert unit.verify_checksum() == 1 and unit.verify_datasum() == 1, (path, unit.name)
            for key in unit.header["T*"]:
                if key.startswith("TUCD"):
                    assert check_ucd(unit.header[key], check_controlled_vocabulary=True), unit.header[key]
        print(path.name, [(u.name, u.data.shape if u.data is not None else None) for u in units])

with fits.open(folder / "images.fits") as units:
    header = units[0].header
    assert header["LONGTEXT"] == "it's " + "0123456789" * 20 + " end" and header["REAL"] == -7.27777777777778e-05
    assert "DATE" not in header and list(header["HISTORY"])[0].startswith("h" * 72)
    for kind in ["f4", "f8", "u1", "i2", "i4", "i8"]:
        data = units[kind].data
        assert data.dtype.newbyteorder("=") == np.dtype(kind), (kind, data.dtype)
        assert (data == np.arange(6).reshape(2, 3) * 5).all()
    assert units["f4"].header["BUNIT"] == "nanomaggy"

with fits.open(folder / "table.fits") as units:
    data, header = units["T"].data, units["T"].header
    i = np.arange(1000)
    assert (data["id"] == 2**60 + i).all() and (data["text"] == np.array([f"galaxy {k}" for k in i])).all()
    assert (data["nn"] == np.stack([i, -i, i * 0 + 2**62], axis=1)).all()
    assert (data["words"] == np.array([["a", f"w{k}"] for k in i])).all()
    assert np.array_equal(data["flux"], np.where(i % 10 == 3, np.nan, i / 4), equal_nan=True)
    assert (data["unsigned"] == np.uint64(2**63) + i.astype("u8")).all()
    assert (data["flag"] == (i % 2 == 0)).all() and (data["pair"] == i + 2j).all()
    assert header["TCOMM3"] == "it's long & " * 12 + "end" and header["TUCD1"] == "meta.id;meta.main"
    table = Table.read(folder / "table.fits", hdu=1)
    assert table["count"].mask.tolist() == [k % 7 == 0 for k in i] and table["ra"].unit == Unit("deg")

with fits.open(folder / "cube.fits") as units:
    assert (units["CUBE"].data == np.arange(24).reshape(4, 2, 3)).all()

with fits.open(folder / "packed.fits") as units:
    assert units[0].header["GALFMT"] == 1
    cube, table = units["CUTOUTS"], units["OBJECTS"].data
    assert cube.data.shape == (10, 3, 4, 5) and cube.data.dtype == ">f4"
    assert (cube.data.ravel() == np.arange(600)).all()
    assert units["INVVAR"].data.shape == units["MASKBITS"].data.shape == cube.data.shape
    assert (table["id"] == np.arange(10)).all() and list(table.names) == "id ra dec pixscale bands flag ebv".split()
    world = WCS(cube.header).wcs_pix2world([[2, 1.5, 0, 0], [3, 1.5, 1, 2]], 0)
    assert np.allclose(world[0][:2], 0) and np.allclose(world[1][:2], [-0.262, 0])
    assert np.allclose(world[1][2:], [1, 2])
print("all files verified by astropy", astropy.__version__)
