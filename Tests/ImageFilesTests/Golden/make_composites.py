"""Colour levels of made-up pixels by astropy 8.0.2's Lupton et al. (2004) mapping.

Run with numpy and astropy==8.0.2: python make_composites.py
Writes composites.csv: softening, stretch, three minima, red, green, blue; then the three levels (1 = white).
"""

import csv
import pathlib

import numpy as np
from astropy.visualization import ManualInterval
from astropy.visualization.lupton_rgb import LuptonAsinhStretch, RGBImageMappingLupton

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(4)
rows = []
for softening, stretch, minima in [
    (8.0, 0.5, (0.0, 0.0, 0.0)),
    (4.62, 0.231, (-0.0136, -0.0088, -0.005)),
    (0.5, 2.0, (0.01, 0.0, -0.3)),
    (20.0, 1.0, (0.0, 0.1, 0.0)),
]:
    # Faint to saturated, and a part below the sky.
    rgb = 10 ** rng.uniform(-3, 1.5, size=(3, 4, 6)) - 0.01
    rgb[:, 3, :] = rng.normal(0, 0.02, size=(3, 6))
    mapping = RGBImageMappingLupton(
        interval=[ManualInterval(minimum, None) for minimum in minima],
        stretch=LuptonAsinhStretch(stretch=stretch, Q=softening),
    )
    out = mapping.make_rgb_image(rgb[0], rgb[1], rgb[2], output_dtype=np.float64)
    for y in range(4):
        for x in range(6):
            rows.append([softening, stretch, *minima, *map(float, rgb[:, y, x]), *map(float, out[y, x])])
with open(here / "composites.csv", "w", newline="") as file:
    csv.writer(file, lineterminator="\n").writerows([[repr(v) for v in row] for row in rows])
