"""Colour levels of made-up pixels by astropy 8.0.2's Lupton stretch, and PNG files by matplotlib 3.

Run with numpy, astropy==8.0.2, pillow: python make_composites.py
Writes composites.csv: softening, stretch, red, green, blue in; red, green, blue levels out (before bytes).
"""

import csv
import pathlib

import numpy as np
from astropy.visualization.lupton_rgb import LuptonAsinhStretch, RGBImageMappingLupton
from astropy.visualization import ManualInterval

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(4)
rows = []
for softening, stretch in [(8.0, 0.5), (4.62, 0.231), (0.5, 2.0), (20.0, 1.0)]:
    # Values stay below 1: astropy clips its input to the interval first, which Lupton et al. do not.
    rgb = 10 ** rng.uniform(-3, 0, size=(3, 4, 6))
    mapping = RGBImageMappingLupton(
        interval=[ManualInterval(0, 1)] * 3, stretch=LuptonAsinhStretch(stretch=stretch, Q=softening))
    out = mapping.make_rgb_image(rgb[0], rgb[1], rgb[2], output_dtype=np.float64)
    for y in range(4):
        for x in range(6):
            rows.append([softening, stretch, *map(float, rgb[:, y, x]), *map(float, out[y, x])])
with open(here / "composites.csv", "w", newline="") as file:
    csv.writer(file).writerows([[repr(v) for v in row] for row in rows])
