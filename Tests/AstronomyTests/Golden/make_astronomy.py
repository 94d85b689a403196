"""Expected values of AstronomyTests, printed. Peers: astropy 8.0.2, astropy-healpix 2.0.1.

pip install astropy==8.0.2 astropy-healpix==2.0.1
"""
import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from astropy.cosmology import FlatLambdaCDM
from astropy.wcs import WCS
from astropy_healpix import HEALPix

cosmology = FlatLambdaCDM(H0=70, Om0=0.3, Tcmb0=0)
for z in (0.01, 0.1, 0.3, 0.8, 1.0, 3.0):
    print("cosmology", z, repr(cosmology.luminosity_distance(z).value), repr(cosmology.age(z).value),
          repr(cosmology.differential_comoving_volume(z).value))

for crval, crpix, cd in (
    ((150.1, 2.2), (64.5, 64.5), ((-0.262 / 3600, 0), (0, 0.262 / 3600))),
    ((0.001, -45.0), (10.25, 200.5), ((-5e-5, 3e-5), (2e-5, 7e-5))),
    ((359.9, 88.9), (1, 1), ((6e-5, 1e-5), (-2e-5, 7e-5))),
):
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval, wcs.wcs.crpix, wcs.wcs.cd = crval, crpix, cd
    for pixel in ((0.0, 0.0), (100.5, -30.25), (400.0, 900.0)):
        print("tan", crval, pixel, [repr(float(v)) for v in wcs.all_pix2world(*pixel, 0)])

a, b = SkyCoord(10 * u.deg, 89.99 * u.deg), SkyCoord(200 * u.deg, 89.98 * u.deg)
print("separation", repr(a.separation(b).arcsec), repr(SkyCoord(359.9999 * u.deg, 0 * u.deg).separation(
    SkyCoord(0.0001 * u.deg, 0 * u.deg)).arcsec))

points = [(0.1, 0.1), (10, 41.9), (45.3, -41.7), (100.5, 66.4), (200.2, -75.3), (359.9, 89.5), (271.3, -89.9),
          (123.45, 6.78), (305.2, 41.0), (88.8, -41.0)]
for order in (0, 3, 8, 12):
    healpix = HEALPix(nside=2**order, order="nested")
    print("healpix", order, [int(healpix.lonlat_to_healpix(a * u.deg, d * u.deg)) for a, d in points])
