"""Golden measurements of four synthetic stamps (64 x 64, two bands): stamps.bin, measurements.json.

Peers: sep 1.4.1 with the same steps, photutils 3.0.0 with its own segmentation and Kron photometry.
"""
import json
import numpy as np
import photutils
import sep
from astropy.convolution import convolve
from photutils.segmentation import SourceCatalog, detect_sources
from scenes import PIXEL, seen, sersic

assert photutils.__version__ == "3.0.0" and sep.__version__ == "1.4.1"
side, rng = 64, np.random.default_rng(20)
k = np.arange(-3, 4)
kernel = np.exp(-(k[:, None] ** 2 + k**2) / 2 / (3 / np.sqrt(8 * np.log(2))) ** 2)
kernel /= kernel.sum()


def clipped(v):
    v = np.sort(v.astype(np.float64))
    middle = lambda x: np.sort(x)[(len(x) - 1) // 2]
    m, s = middle(v), 1.4826022 * middle(np.abs(v - middle(v)))
    for _ in range(20):
        kept = v[np.abs(v - m) <= 3 * s]
        m = middle(kept)
        s, previous = 1.4826022 * middle(np.abs(kept - m)), s
        if s == previous:
            break
    return m, s


# Sersic index, radius in arcsec, axis ratio, angle from +x in degrees, flux of band 2, neighbour (dx, dy, flux)
scenes = [
    (1.0, 1.2, 0.40, 30, 60, None), (4.0, 0.9, 0.65, 110, 60, None),
    (1.5, 0.9, 0.50, 165, 30, (13, 6, 12)), (1.0, 0.6, 0.60, 75, 6, None),
]
stamps, golden = [], []
for index, radius, ratio, degrees, flux, neighbour in scenes:
    fine = sersic(side, 1, index, radius, ratio, np.radians(degrees), 31.6, 31.3)
    if neighbour:
        fine = fine + sersic(side, neighbour[2] / flux, 1, 0.5, 0.8, 1, 31.5 + neighbour[0], 31.5 + neighbour[1])
    noise = np.array([0.0066, 0.0113])
    stamp = np.array([0.4 * flux * seen(fine, 1.29), flux * seen(fine, 1.18)])
    stamp += noise[:, None, None] * rng.normal(size=stamp.shape) + 0.3 * noise[:, None, None]
    stamp = stamp.astype("<f4")
    stamps.append(stamp)

    border = np.ones((side, side), bool)
    border[4:-4, 4:-4] = False
    skies = [clipped(band[border]) for band in stamp]
    flat = np.array([band - m for band, (m, _) in zip(stamp, skies)])
    stack = sum(band / s for band, (_, s) in zip(flat, skies)).astype(np.float32)
    threshold = 1.5 * np.sqrt(2)
    entry = {"true": {"flux": flux, "radius": radius, "ratio": ratio, "angle": degrees}}

    found = sep.extract(stack, threshold, minarea=5, filter_kernel=kernel.astype(np.float32), filter_type="conv",
                        deblend_nthresh=32, deblend_cont=0.005, clean=True, clean_param=1.0)
    o = found[[np.argmin(np.hypot(found["x"] - 31.5, found["y"] - 31.5))]]
    entry["sep"] = {"x": o["x"][0], "y": o["y"][0], "theta": float(o["theta"][0]), "ratio": float(o["b"][0] / o["a"][0]),
                    "a": float(o["a"][0]), "sources": len(found)}
    if not neighbour:
        ellipse = (o["x"], o["y"], o["a"], o["b"], o["theta"])
        edge = max(2.5 * sep.kron_radius(stack, *ellipse, 6.0)[0][0], 3.5)
        entry["sep"]["edge"] = edge
        entry["sep"]["flux"] = [sep.sum_ellipse(band.astype(np.float32), *ellipse, edge, subpix=5)[0][0] for band in flat]
        radii = np.linspace(0, edge, 49)
        growth = np.array([0.0] + [sep.sum_ellipse(stack, *ellipse, r, subpix=5)[0][0] for r in radii[1:]])
        entry["sep"]["r50"], entry["sep"]["r80"] = (
            float(np.interp(share * growth[-1], growth, radii) / edge) for share in (0.5, 0.8))

    if not neighbour:
        smooth = convolve(stack, kernel, boundary="fill")
        segments = detect_sources(smooth, threshold, n_pixels=5)
        rows = []
        for image in (stack, flat[1]):
            catalog = SourceCatalog(image, segments, convolved_data=smooth, kron_params=(2.5, 1.4, 0.0))
            at = np.argmin(np.hypot(catalog.x_centroid - 31.5, catalog.y_centroid - 31.5))
            rows.append((catalog.orientation.value[at], catalog.ellipticity[at], catalog.kron_flux[at]))
        entry["photutils"] = {"angle": rows[0][0], "ratio": 1 - rows[0][1], "flux": rows[1][2]}
    golden.append(entry)
np.array(stamps).tofile("stamps.bin")
json.dump(golden, open("measurements.json", "w"), indent=1, default=float)
print(json.dumps(golden, indent=1, default=float))
