"""Makes the FITS goldens with astropy 8.0.2 and numpy; run it in this folder.

Every file carries known values, which GoldenTests.swift computes again from the same formulas.
"""
import astropy
import numpy as np
from astropy.io import fits
from astropy.table import Table

assert astropy.__version__ == "8.0.2", astropy.__version__

# One image of each BITPIX, 5 x 3 pixels, stored value = 7 * index - 20 (unsigned: 7 * index).
index = np.arange(15).reshape(3, 5)
units = [fits.PrimaryHDU()]
for name, kind in [("U8", "u1"), ("I16", ">i2"), ("I32", ">i4"), ("I64", ">i8"), ("F32", ">f4"), ("F64", ">f8")]:
    stored = 7 * index - (0 if name == "U8" else 20)
    unit = fits.ImageHDU(stored.astype(kind), name=name)
    units.append(unit)
for name, kind in [("U16", np.uint16), ("U32", np.uint32), ("U64", np.uint64), ("S8", np.int8)]:
    units.append(fits.ImageHDU((7 * index - (20 if name == "S8" else 0)).astype(kind), name=name))
fits.HDUList(units).writeto("images.fits", overwrite=True, checksum=True)

# BSCALE 0.5, BZERO 100, BLANK -32768 on 16-bit integers; a scaled float image.
stored = (7 * index - 20).astype(np.int16)
stored[1, 2] = -32768
unit = fits.ImageHDU(name="SCALED")
unit.data = stored
unit.header["BLANK"] = -32768
unit.header["BUNIT"] = "nanomaggy"
path = "scaled.fits"
fits.HDUList([fits.PrimaryHDU(), unit]).writeto(path, overwrite=True)
raw = open(path, "rb").read()
card = lambda key, value: f"{key:8}= {value:>20}".ljust(80).encode()
blank = raw.index(b"BLANK   =")
end = raw.index(b"END     ", blank)
raw = raw[:end] + card("BSCALE", "0.5") + card("BZERO", "100.0") + b"END".ljust(80) + raw[end + 240:]
open(path, "wb").write(raw)
assert fits.getdata(path, 1)[0, 0] == 90

# A table with every scalar type, vectors, nulls, scaling, unsigned integers and variable length.
rows = 4
i = np.arange(rows)
columns = [
    fits.Column("flag", "L", array=i % 2 == 0),
    fits.Column("bits", "11X", array=((i[:, None] + np.arange(11)) % 3 == 0)),
    fits.Column("byte", "B", array=(i * 60).astype("u1"), null=180),
    fits.Column("short", "I", array=(i * 1000 - 1500).astype("i2"), unit="adu", null=-500),
    fits.Column("int", "J", array=(i * 100000 - 7).astype("i4"), null=-7, disp="I8"),
    fits.Column("long", "K", array=2**60 + i),
    fits.Column("name", "8A", array=np.array(["alpha", "b'c", "", "  pad"])),
    fits.Column("real", "E", array=np.array([1.5, -2.25, np.nan, np.inf], "f4"), unit="deg"),
    fits.Column("double", "D", array=i / 3, unit="nanomaggy"),
    fits.Column("cplx", "C", array=(i + 2j * i).astype("c8")),
    fits.Column("dcplx", "M", array=i - 0.5j),
    fits.Column("vector", "3E", array=(i[:, None] * 10 + np.arange(3)).astype("f4")),
    fits.Column("matrix", "6J", dim="(3,2)", array=np.arange(6 * rows).reshape(rows, 2, 3)),
    fits.Column("words", "8A", dim="(4,2)", array=np.array([["ab", "cdef"], ["", "x"], ["q", "rs"], ["t", "u"]])),
    fits.Column("ushort", "I", bzero=32768, array=(i + 65530).astype("u2")),
    fits.Column("uint", "J", bzero=2**31, array=(i + 4294967290).astype("u4")),
    fits.Column("ulong", "K", bzero=2**63, array=(i.astype("u8") + np.uint64(2**63 + 5))),
    fits.Column("scaled", "I", array=i.astype("i2"), null=2),
    fits.Column("varied", "PD()", array=np.array([np.arange(k) * 1.5 for k in [0, 3, 1, 2]], dtype=object)),
    fits.Column("variedq", "QJ()", array=np.array([np.arange(k) + k for k in [2, 0, 1, 3]], dtype=object)),
]
unit = fits.BinTableHDU.from_columns(columns, name="ALLTYPES")
unit.header["TUCD9"] = "phot.flux"
unit.header["TCOMM9"] = "a description that is so long that it has to be continued on a second card of the header"
unit.header["LONGTEXT"] = "it's " + "0123456789" * 20 + " end"
unit.header.add_history("made by astropy")
fits.HDUList([fits.PrimaryHDU(), unit]).writeto("table.fits", overwrite=True)
fits.setval("table.fits", "TSCAL18", value=0.25, ext=1)
fits.setval("table.fits", "TZERO18", value=10.0, ext=1)

# Tile-compressed images, 40 x 30 pixels: integers (lossless) and quantised floats.
y, x = np.mgrid[0:30, 0:40]
integers = (1000 + 13 * x + 7 * y + (x * y) % 11).astype(np.int16)
floats = (np.sin(x / 5.0) + y / 10.0).astype(np.float32)
units = [fits.PrimaryHDU()]
for method in ["RICE_1", "GZIP_1", "GZIP_2", "HCOMPRESS_1"]:
    units.append(fits.CompImageHDU(integers, compression_type=method, name=method))
unit = fits.CompImageHDU(
    floats, compression_type="GZIP_2", quantize_level=0, name="LOSSLESS")
units.append(unit)
units.append(fits.CompImageHDU(floats, compression_type="RICE_1", quantize_level=16, quantize_method=1,
                               dither_seed=17, name="QUANTISED"))
fits.HDUList(units).writeto("compressed.fits.fz", overwrite=True)
fits.getdata("compressed.fits.fz", "QUANTISED").astype(">f4").tofile("quantised.bin")

# The same image behind gzip, as one member and as two.
import gzip

raw = open("images.fits", "rb").read()
with open("images.fits.gz", "wb") as file:
    file.write(gzip.compress(raw[:5000], mtime=0) + gzip.compress(raw[5000:], mtime=0))
