"""PyTorch on a training step of the paper's network: forward, eq. (2), backward, Adam."""

import numpy as np

import galaxy_network
from peer import Task, agreement, serve, threads

RECONSTRUCTION, LABEL, RATE = 10.0, 50.0, 1e-4


class Training(Task):
    packages = ("torch",)
    warm_ups = 3
    channels_last = False
    compiled = False

    def __init__(self, options):
        super().__init__(options)
        import torch

        torch.set_num_threads(threads())
        torch.set_num_interop_threads(1)
        self.torch = torch
        self.network = galaxy_network.torch_vae(galaxy_network.Folder(options["model"])).train()
        images = np.load(options["images"]).transpose(0, 3, 1, 2)
        self.images = torch.from_numpy(np.ascontiguousarray(images))
        if self.channels_last:
            self.images = self.images.contiguous(memory_format=torch.channels_last)
            self.network = self.network.to(memory_format=torch.channels_last)
        self.noise, self.labels, self.sigmas = (
            torch.from_numpy(np.load(options[name])) for name in ("noise", "labels", "sigmas"))
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=RATE)
        self.losses = []
        if self.compiled:
            self.network = torch.compile(self.network)

    def run(self):
        torch = self.torch
        self.optimiser.zero_grad(set_to_none=True)
        mean, log_variance, reconstruction = self.network(self.images, self.noise)
        supervised = self.labels.shape[1]
        free, spread = mean[:, supervised:], log_variance[:, supervised:]
        divergence = -0.5 * (1 + spread - free.square() - spread.exp()).sum()
        label = ((mean[:, :supervised] - self.labels) / self.sigmas).square().mean()
        loss = RECONSTRUCTION * (self.images - reconstruction).square().sum() + divergence + LABEL * label
        loss.backward()
        self.optimiser.step()
        self.losses.append(loss.item())
        return None

    def compare(self, path):
        ours = np.load(path)
        return agreement(self.losses[: len(ours)], ours, f"losses of the first {len(ours)} steps")


class ChannelsLast(Training):
    channels_last = True


class Compiled(Training):
    """Channels-last and compiled, which was the fastest of the modes that we tried."""

    channels_last = True
    compiled = True
    warm_ups = 4


PEERS = {"eager": Training, "channels-last": ChannelsLast, "compiled": Compiled}
serve(lambda options: PEERS[options["peer"]](options))
