"""Peers of photometry: total flux of the central source of each cutout, in all bands."""

import numpy as np

from peer import Task, agreement, serve


class Photometry(Task):
    def __init__(self, options):
        super().__init__(options)
        self.images = np.load(options["images"])

    def run(self):
        return np.array([self.fluxes(bands) for bands in self.images])

    def compare(self, path):
        """Median and scatter of the fluxes' ratio, for apertures differ: no bound on single sources."""
        theirs, ours = self.result, np.load(path)[: len(self.images)]
        both = np.isfinite(theirs) & np.isfinite(ours) & (ours > 1)
        ratio = theirs[both] / ours[both]
        middle = float(np.median(ratio))
        scatter = float(1.4826 * np.median(np.abs(ratio - middle)))
        self.notes.append(f"flux over ours: median {middle:.3f}, scatter {scatter:.3f}, {both.sum()} fluxes")
        return agreement([middle], [1.0], "median flux ratio")


class SEP(Photometry):
    """Background in boxes of 10, detection on the sum of the bands, Kron apertures of 2.5 radii."""

    packages = ("sep",)

    def __init__(self, options):
        super().__init__(options)
        # Gagliano & Villar (2023) measure so; the boxes take part of a large galaxy's light for sky.
        self.notes.append("background boxes of 10 pixels, no correction for light outside the aperture")

    def fluxes(self, bands):
        import sep

        subtracted, noises = [], []
        for image in bands:
            background = sep.Background(image, bw=10, bh=10)
            subtracted.append(image - background.back())
            noises.append(background.globalrms)
        stack = np.ascontiguousarray(sum(subtracted))
        noise = float(np.sqrt(np.sum(np.square(noises))))
        found = sep.extract(stack, 1.5, err=noise, minarea=5)
        if len(found) == 0:
            return [np.nan] * len(bands)
        middle = (np.array(stack.shape[::-1]) - 1) / 2
        source = found[np.argmin((found["x"] - middle[0]) ** 2 + (found["y"] - middle[1]) ** 2)]
        x, y, a, b, theta = ([float(source[name])] for name in ("x", "y", "a", "b", "theta"))
        theta = [min(max(theta[0], -np.pi / 2), np.pi / 2)]
        radius, _ = sep.kron_radius(stack, x, y, a, b, theta, 6.0)
        return [
            float(sep.sum_ellipse(image, x, y, a, b, theta, 2.5 * radius, err=rms, subpix=5)[0][0])
            for image, rms in zip(subtracted, noises)
        ]


class Photutils(Photometry):
    """The same steps with photutils."""

    packages = ("photutils",)
    warm_ups = 1

    def fluxes(self, bands):
        from astropy.convolution import convolve
        from photutils.background import Background2D, MedianBackground
        from photutils.segmentation import SourceCatalog, SourceFinder, make_2dgaussian_kernel

        subtracted, noises = [], []
        for image in bands:
            background = Background2D(image, 10, filter_size=3, bkg_estimator=MedianBackground())
            subtracted.append(image - background.background)
            noises.append(background.background_rms_median)
        stack = sum(subtracted)
        noise = np.sqrt(np.sum(np.square(noises)))
        smooth = convolve(stack, make_2dgaussian_kernel(3.0, size=5))
        segments = SourceFinder(n_pixels=5, progress_bar=False)(smooth, 1.5 * noise)
        if segments is None:
            return [np.nan] * len(bands)
        catalog = SourceCatalog(stack, segments, convolved_data=smooth)
        middle = (np.array(stack.shape[::-1]) - 1) / 2
        positions = np.column_stack([catalog.x_centroid, catalog.y_centroid])
        nearest = int(np.argmin(((positions - middle) ** 2).sum(1)))
        fluxes = []
        for image in subtracted:
            # The apertures of the stack, the pixels of the band.
            band = SourceCatalog(image, segments, convolved_data=smooth, detection_catalog=catalog)
            fluxes.append(float(np.atleast_1d(band.kron_flux)[nearest]))
        return fluxes


serve(lambda options: {"sep": SEP, "photutils": Photutils}[options["peer"]](options))
