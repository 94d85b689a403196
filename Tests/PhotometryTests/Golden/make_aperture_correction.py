"""The fit of ApertureCorrection: share of the light inside 2.5 Kron radii against concentration r80 / r50.

Peers: sep 1.4.1, numpy, scipy. Noiseless galaxies on 128 pixels, detected at 1.5 times 0.007 nanomaggies; half
are Sersic profiles, half discs with a bulge.
"""
import numpy as np
import sep
from scenes import PIXEL, seen, sersic

side, rng = 128, np.random.default_rng(3)
k = np.arange(-3, 4)
kernel = np.exp(-(k[:, None] ** 2 + k**2) / 2 / (3 / 2.3548) ** 2)
kernel = (kernel / kernel.sum()).astype(np.float32)
rows = []
for _ in range(300):
    radius, ratio = np.exp(rng.uniform(np.log(0.4), np.log(3.5))), rng.uniform(0.3, 1)
    flux, fwhm = 10 ** (0.4 * (22.5 - rng.uniform(17, 20.5))), 1.18 * np.exp(rng.normal(0, 0.12))
    angle, x0 = rng.uniform(0, np.pi), 63.5 + rng.uniform(-0.5, 0.5)
    if rng.uniform() < 0.5:
        bulge = rng.uniform(0, 0.6)
        fine = sersic(side, flux * (1 - bulge), 1, radius, ratio, angle, x0, 63.5)
        fine += sersic(side, flux * bulge, rng.uniform(2, 4), radius * rng.uniform(0.15, 0.5), max(ratio, 0.7), angle,
                       x0, 63.5)
    else:
        fine = sersic(side, flux, np.exp(rng.uniform(np.log(0.5), np.log(6))), radius, ratio, angle, x0, 63.5)
    image = seen(fine, fwhm).astype(np.float32)
    found = sep.extract(image, 1.5, err=0.007, filter_kernel=kernel, deblend_cont=0.005)
    if not len(found):
        continue
    o = found[[np.argmin((found["x"] - 63.5) ** 2 + (found["y"] - 63.5) ** 2)]]
    ellipse = (o["x"], o["y"], o["a"], o["b"], o["theta"])
    edge = max(2.5 * sep.kron_radius(image, *ellipse, 6.0)[0][0], 3.5)
    radii = np.linspace(0, edge, 61)
    growth = np.array([0.0] + [sep.sum_ellipse(image, *ellipse, r, subpix=5)[0][0] for r in radii[1:]])
    r50, r80 = (np.interp(share * growth[-1], growth, radii) for share in (0.5, 0.8))
    rows.append((r80 / r50, growth[-1] / flux))
c, share = np.array(rows).T
slope, value = np.polyfit(c - 1.75, share, 1)
print(f"share = {value:.3f} {slope:+.3f} (C - 1.75), scatter {np.std(share - value - slope * (c - 1.75)):.3f}, "
      f"C {np.percentile(c, 1):.2f} to {np.percentile(c, 99):.2f}")
