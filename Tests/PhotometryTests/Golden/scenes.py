"""Galaxies for golden files: Sersic profiles through a Moffat PSF, with noise. Needs numpy and scipy."""
import numpy as np
from scipy.signal import fftconvolve
from scipy.special import gamma, gammaincinv

PIXEL = 0.262


def moffat(fwhm, beta=3.5, over=3, half=40):
    """A Moffat profile of `fwhm` arcsec on a grid of `over` points a pixel, of sum 1."""
    alpha = fwhm / (2 * np.sqrt(2 ** (1 / beta) - 1))
    grid = np.arange(-half * over, half * over + 1) / over * PIXEL
    profile = (1 + (grid[:, None] ** 2 + grid**2) / alpha**2) ** -beta
    return profile / profile.sum()


def sersic(side, flux, index, radius, ratio, angle, x0, y0, over=3):
    """A Sersic galaxy on the fine grid: `radius` the semi-major half-light radius in arcsec, `angle` from +x."""
    b = gammaincinv(2 * index, 0.5)
    peak = flux / (radius**2 * ratio * 2 * np.pi * index * np.exp(b) * b ** (-2 * index) * gamma(2 * index))

    def surface(xs, ys):
        x, y = (xs[None, :] - x0) * PIXEL, (ys[:, None] - y0) * PIXEL
        u, v = x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)
        return peak * np.exp(-b * ((np.hypot(u, v / ratio) / radius) ** (1 / index) - 1))

    grid = (np.arange(side * over) + 0.5) / over - 0.5
    image = surface(grid, grid) * (PIXEL / over) ** 2
    # The cusp is averaged over a finer grid.
    c, s = 6, 15
    ix, iy = (int(round((p + 0.5) * over - 0.5)) for p in (x0, y0))
    if c < ix < side * over - c - 1 and c < iy < side * over - c - 1:
        fine = (np.arange((2 * c + 1) * s) + 0.5) / s - 0.5 - c
        values = surface((ix + fine + 0.5) / over - 0.5, (iy + fine + 0.5) / over - 0.5)
        image[iy - c : iy + c + 1, ix - c : ix + c + 1] = (
            values.reshape(2 * c + 1, s, 2 * c + 1, s).sum((1, 3)) * (PIXEL / over / s) ** 2)
    return image


def seen(fine, fwhm, over=3):
    """The fine image through the PSF, on pixels."""
    side = fine.shape[0] // over
    return fftconvolve(fine, moffat(fwhm, over=over), mode="same").reshape(side, over, side, over).sum((1, 3))
