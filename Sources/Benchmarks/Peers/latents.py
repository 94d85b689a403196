"""Peers of the way from FITS files to latents with the paper's model: packed, or one file a galaxy.

`tuned` is the fastest that we could put together from libraries: a memory map or raw reads, NumPy for the byte
order and for tanh(asinh(x)) = x / sqrt(1 + x^2), OpenCV for the resize, ONNX Runtime in batches. `authors` is
how such a pipeline is usually written: astropy opens, PyTorch scales, resizes and encodes.
Both stand on the model's own grid and on images without gaps; ours checks both.
"""

import concurrent.futures
import os

import numpy as np

import galaxy_network
from peer import Task, agreement, serve, threads

BLOCK = 2880


def data_offset(path, name):
    """Where the data of an image begin, and its shape, by astropy: done once, not timed."""
    from astropy.io import fits

    with fits.open(path) as units:
        unit = units[name] if name else next(u for u in units if u.header.get("NAXIS", 0) >= 3)
        return unit.fileinfo()["datLoc"], unit.shape


class Latents(Task):
    def __init__(self, options):
        super().__init__(options)
        self.folder = galaxy_network.Folder(options["model"])
        if self.folder.configuration["scaling"] != "tanh-asinh":
            raise ValueError("this peer knows the paper's scaling only")
        self.side = self.folder.side
        self.maxima = np.array(self.folder.constants["mean_maxima"], np.float32)
        self.bands = [band["name"] for band in self.folder.configuration["bands"]]
        extinction = np.array([b["extinction_coefficient"] for b in self.folder.configuration["bands"]])
        reddening = np.load(options["reddening"])
        dereddening = 10 ** (0.4 * np.nan_to_num(reddening)[:, None] * extinction)
        # eq. (1) with Galactic extinction undone: one factor a galaxy and band.
        self.factors = (10 * dereddening / self.maxima).astype(np.float32)
        self.count = len(reddening)
        self.batch = options["batch"]
        self.is_packed = options["layout"] == "packed"
        self.path = options["cutouts"]
        if not self.is_packed:
            self.files = sorted(os.path.join(self.path, f) for f in os.listdir(self.path) if f.endswith(".fits"))

    def compare(self, path):
        theirs = np.concatenate(self.result)[:, : self.folder.latents]
        return agreement(theirs, np.load(path), "latents")


class Tuned(Latents):
    packages = ("numpy", "opencv-python-headless", "onnxruntime")

    def __init__(self, options):
        super().__init__(options)
        import cv2

        self.cv2 = cv2
        cv2.setNumThreads(1)
        first = self.path if self.is_packed else self.files[0]
        self.offset, shape = data_offset(first, "CUTOUTS" if self.is_packed else None)
        self.shape = tuple(shape[-3:])
        if self.is_packed:
            self.map = np.memmap(self.path, ">f4", "r", self.offset, (self.count, *self.shape))
        else:
            self.bytes = 4 * int(np.prod(self.shape))
        # Several threads do whole batches, each with a session on one thread: faster than threads inside.
        self.workers = threads()
        self.sessions = [galaxy_network.onnx_session(self.folder, 1) for _ in range(self.workers)]
        self.pool = concurrent.futures.ThreadPoolExecutor(self.workers)
        self.notes.append(f"batches of {self.batch}; one session a thread")

    def pixels(self, index):
        if self.is_packed:
            return self.map[index].astype(np.float32)
        with open(self.files[index], "rb", buffering=0) as file:
            raw = file.read()
        return np.frombuffer(raw, ">f4", self.bytes // 4, self.offset).reshape(self.shape).astype(np.float32)

    def encode(self, worker):
        results = {}
        bands, side = len(self.bands), self.side
        images = np.empty((self.batch, bands, side, side), np.float32)
        features = np.empty((self.batch, 0), np.float32)
        starts = range(0, self.count, self.batch)
        for start in list(starts)[worker :: self.workers]:
            stop = min(self.count, start + self.batch)
            for place, index in enumerate(range(start, stop)):
                x = self.pixels(index)
                x *= self.factors[index][:, None, None]
                x /= np.sqrt(1 + x * x)
                for band in range(bands):
                    self.cv2.resize(x[band], (side, side), images[place, band],
                                    interpolation=self.cv2.INTER_CUBIC)
            results[start] = self.sessions[worker](images[: stop - start], features[: stop - start])
        return results

    def run(self):
        if self.workers == 1:
            parts = self.encode(0)
        else:
            parts = {}
            for found in self.pool.map(self.encode, range(self.workers)):
                parts.update(found)
        return [parts[start] for start in sorted(parts)]


class Authors(Latents):
    packages = ("astropy", "torch")

    def __init__(self, options):
        super().__init__(options)
        import torch
        from astropy.io import fits

        torch.set_num_threads(threads())
        torch.set_num_interop_threads(1)
        self.torch, self.fits = torch, fits
        self.encoder = galaxy_network.torch_encoder(self.folder)
        self.factor_tensors = torch.from_numpy(self.factors)

    def images(self):
        if self.is_packed:
            with self.fits.open(self.path) as units:
                for image in units["CUTOUTS"].data:
                    yield image
        else:
            for path in self.files:
                with self.fits.open(path) as units:
                    yield next(u for u in units if u.header.get("NAXIS", 0) >= 3).data

    def run(self):
        torch, results = self.torch, []
        features = torch.empty(1, 0)
        with torch.inference_mode():
            for index, image in enumerate(self.images()):
                x = torch.from_numpy(image.astype(np.float32))[None]
                x = torch.tanh(torch.asinh(x * self.factor_tensors[index][:, None, None]))
                x = torch.nn.functional.interpolate(
                    x, size=(self.side, self.side), mode="bicubic", align_corners=False)
                results.append(self.encoder(x, features).numpy())
        return results


serve(lambda options: {"tuned": Tuned, "authors": Authors}[options["peer"]](options))
