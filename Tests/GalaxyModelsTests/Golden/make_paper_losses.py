"""Ten training losses of the paper's network and eq. (2), for PaperLossTests. Peer: PyTorch 2.13.0 (CPU).

pip install torch==2.13.0
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)  # single precision is 9e-5 off by the tenth loss
N, D = 8, 5


def wave(shape, amplitude, step, phase, offset=0.0):
    """amplitude sin(step i + phase) + offset over a row-major array, computed in float64."""
    count = math.prod(shape)
    values = [amplitude * math.sin(step * i + phase) + offset for i in range(count)]
    return torch.tensor(values, dtype=torch.float64).to(torch.float32).to(torch.float64).reshape(shape)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.n1 = nn.Conv2d(3, 16, 3, 2, 1), nn.BatchNorm2d(16)
        self.c2, self.n2 = nn.Conv2d(16, 32, 3, 2, 1), nn.BatchNorm2d(32)
        self.latent = nn.Linear(10368, 2 * D)
        self.back = nn.Linear(D, 10368)
        self.m1, self.t1 = nn.BatchNorm2d(32), nn.ConvTranspose2d(32, 16, 3, 1, 1)
        self.m2, self.t2 = nn.BatchNorm2d(16), nn.ConvTranspose2d(16, 3, 3, 1, 1)

    def forward(self, x, noise):
        x = F.relu(self.n1(self.c1(x)))
        x = F.relu(self.n2(self.c2(x)))
        out = self.latent(x.flatten(1))
        mean, logvar = out[:, :D], out[:, D:]
        z = mean + torch.exp(0.5 * logvar) * noise
        y = self.back(z).reshape(-1, 32, 18, 18)
        y = F.interpolate(F.relu(self.m1(y)), size=35, mode="bilinear")
        y = self.t1(y)
        y = F.interpolate(F.relu(self.m2(y)), size=69, mode="bilinear")
        return mean, logvar, torch.sigmoid(self.t2(y))


net = Network()
with torch.no_grad():
    # Weights are drawn in the layout of this project ([K,R,S,C], features row-major over [y,x,channel]).
    def conv(layer, out_channels, in_channels, phase):
        fan = in_channels * 9
        layer.weight.copy_(wave((out_channels, 3, 3, in_channels), 1 / math.sqrt(fan), 0.7, phase).permute(0, 3, 1, 2))
        layer.bias.copy_(wave((out_channels,), 0.1, 0.9, phase))

    conv(net.c1, 16, 3, 1)
    conv(net.c2, 32, 16, 2)
    net.t1.weight.copy_(wave((32, 3, 3, 16), 1 / math.sqrt(32 * 9), 0.7, 3).permute(0, 3, 1, 2))
    net.t1.bias.copy_(wave((16,), 0.1, 0.9, 3))
    net.t2.weight.copy_(wave((16, 3, 3, 3), 1 / math.sqrt(16 * 9), 0.7, 4).permute(0, 3, 1, 2))
    net.t2.bias.copy_(wave((3,), 0.1, 0.9, 4))
    latent = wave((2 * D, 18, 18, 32), 1 / math.sqrt(10368), 0.7, 5)
    net.latent.weight.copy_(latent.permute(0, 3, 1, 2).reshape(2 * D, 10368))
    net.latent.bias.copy_(wave((2 * D,), 0.1, 0.9, 5))
    back = wave((18, 18, 32, D), 1 / math.sqrt(D), 0.7, 6)
    net.back.weight.copy_(back.permute(2, 0, 1, 3).reshape(10368, D))
    net.back.bias.copy_(wave((18, 18, 32), 0.1, 0.9, 6).permute(2, 0, 1).reshape(-1))
    for index, norm in enumerate((net.n1, net.n2, net.m1, net.m2)):
        norm.weight.copy_(wave(norm.weight.shape, 0.2, 0.9, 7 + index, 1))
        norm.bias.copy_(wave(norm.bias.shape, 0.1, 0.9, 8 + index))

optimiser = torch.optim.Adam(net.parameters(), lr=5e-6)
sigma = torch.tensor([0.1, 0.01, 0.1, 0.2])
for step in range(10):
    x = wave((N, 69, 69, 3), 0.4, 0.013, step, 0.5).permute(0, 3, 1, 2)
    labels = wave((N, 4), 1, 0.3, step, 1)
    noise = wave((N, D), 1, 1.7, step)
    mean, logvar, y = net(x, noise)
    kl = -0.5 * (1 + logvar[:, 4] - mean[:, 4] ** 2 - logvar[:, 4].exp()).sum()
    loss = 10 * ((x - y) ** 2).sum() + kl + 50 * ((labels - mean[:, :4]) ** 2 / sigma**2).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    print(f"{loss.item():.2f},")
