"""Peers of the encoder alone: scaled images in, latents out."""

import numpy as np

import galaxy_network
from peer import Task, agreement, serve, threads


class Encoder(Task):
    def __init__(self, options):
        super().__init__(options)
        self.folder = galaxy_network.Folder(options["model"])
        images = np.load(options["images"])
        self.images = np.ascontiguousarray(images.transpose(0, 3, 1, 2))
        self.features = np.load(options["features"])
        self.batch = options["batch"]

    def batches(self):
        for start in range(0, len(self.images), self.batch):
            yield slice(start, start + self.batch)

    def compare(self, path):
        return agreement(np.concatenate(self.result), np.load(path), "latents and log variances")


class ONNXRuntime(Encoder):
    packages = ("onnxruntime",)

    def __init__(self, options):
        super().__init__(options)
        self.encode = galaxy_network.onnx_session(self.folder, threads())

    def run(self):
        return [self.encode(self.images[part], self.features[part]) for part in self.batches()]


class TorchEager(Encoder):
    packages = ("torch",)

    def __init__(self, options):
        super().__init__(options)
        import torch

        torch.set_num_threads(threads())
        torch.set_num_interop_threads(1)
        self.torch = torch
        self.encode = galaxy_network.torch_encoder(self.folder)
        self.image_tensor, self.feature_tensor = torch.from_numpy(self.images), torch.from_numpy(self.features)

    def run(self):
        with self.torch.inference_mode():
            return [self.encode(self.image_tensor[part], self.feature_tensor[part]).numpy()
                    for part in self.batches()]


serve(lambda options: {"onnxruntime": ONNXRuntime, "torch": TorchEager}[options["peer"]](options))
