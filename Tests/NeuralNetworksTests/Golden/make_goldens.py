"""Makes the golden files of NeuralNetworksTests from PyTorch.

Peer: torch==2.13.0 (CPU wheel). Run: python make_goldens.py
Writes training.json: losses and gradients, Adam trajectories, batch norm's running statistics, gradient
clipping, and ten training steps of the network of Gagliano & Villar (2023). Weights and images of the last
are not stored: `pseudo` computes them here and in the tests from their index.
"""

import json
import math
import pathlib

import numpy
import torch
import torch.nn.functional as F

assert torch.__version__.startswith("2.13.0")
torch.set_num_threads(1)
generator = torch.Generator().manual_seed(20231217)


def integers(*shape, low=-4, high=5):
    return torch.randint(low, high, shape, generator=generator).to(torch.float32)


def pseudo(stream, *shape, bound=1.0):
    """Numbers in [-bound, bound): a hash of the index (Steele et al. 2014, the SplitMix64 finaliser)."""
    index = numpy.arange(int(numpy.prod(shape)), dtype=numpy.uint64)
    with numpy.errstate(over="ignore"):
        z = index + numpy.uint64(stream) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = z ^ (z >> numpy.uint64(31))
    unit = (z >> numpy.uint64(40)).astype(numpy.float64) / 2.0**24
    return torch.from_numpy(((2 * unit - 1) * bound).astype(numpy.float32).reshape(shape))


def pack(t):
    t = t.detach()
    return {"shape": list(t.shape), "values": [float(v) for v in t.reshape(-1)]}


out = {"peer": "torch 2.13.0", "losses": {}, "adam": {}}


def variable(t):
    return t.clone().requires_grad_(True)


# Losses; masked entries carry no gradient.
mean, log_variance = variable(integers(4, 3) / 4), variable(integers(4, 3) / 2)
target, label_variance = integers(4, 3) / 2, integers(4, 3, low=0, high=4) / 8
mask = torch.tensor([[1, 1, 0], [1, 0, 1], [1, 1, 1], [0, 0, 0]], dtype=torch.float32)
terms = F.gaussian_nll_loss(mean, target, log_variance.exp() + label_variance, reduction="none", eps=1e-12)


def record(name, loss, variables, inputs):
    gradients = torch.autograd.grad(loss, variables)
    out["losses"][name] = {
        "inputs": [pack(t) for t in inputs], "loss": float(loss), "gradients": [pack(g) for g in gradients]}


record("gaussian", (terms * mask).sum() / mask.sum(), [mean, log_variance],
       [mean, log_variance, target, label_variance, mask])
weight = integers(4, 3, low=0, high=4)
record("weighted", (weight * (mean - target).square()).mean(), [mean], [mean, target, weight])
divergence = torch.distributions.kl_divergence(
    torch.distributions.Normal(mean, (0.5 * log_variance).exp()),
    torch.distributions.Normal(torch.zeros(4, 3), torch.ones(4, 3))).sum()
record("divergence", divergence, [mean, log_variance], [mean, log_variance])
logits, labels = variable(integers(4, 3) * 3), integers(4, 3, low=0, high=2)
record("binary", F.binary_cross_entropy_with_logits(logits, labels), [logits], [logits, labels])
classes = torch.softmax(integers(4, 3), -1)
record("cross", F.cross_entropy(logits, classes), [logits], [logits, classes])

# Adam: 30 steps on sum_i c_i (p_i - t_i)^4 / 4, whose gradient is exact enough to repeat.
for name, decay, decoupled, limit in [
    ("plain", 0.0, True, None), ("decoupled", 0.1, True, None), ("coupled", 0.1, False, None),
    ("clipped", 0.0, True, 0.5),
]:
    p = variable(integers(7) / 2)
    start = pack(p)
    goal, scale = integers(7) / 4, integers(7, low=1, high=5)
    kind = torch.optim.AdamW if decoupled else torch.optim.Adam
    optimizer = kind([p], lr=0.05, betas=(0.9, 0.999), eps=1e-8, weight_decay=decay)
    course, norms = [], []
    for step in range(30):
        optimizer.zero_grad()
        (scale * (p - goal) ** 4).sum().div(4).backward()
        if limit:
            norms.append(float(torch.nn.utils.clip_grad_norm_([p], limit)))
        optimizer.step()
        if step in (0, 1, 9, 29):
            course.append(pack(p))
    out["adam"][name] = {"start": start, "goal": pack(goal), "scale": pack(scale), "course": course,
                         "norms": norms}

# Batch norm: running statistics after three batches, then inference.
norm = torch.nn.BatchNorm2d(3)
with torch.no_grad():
    norm.weight.copy_(torch.tensor([1.0, 2.0, 0.5]))
    norm.bias.copy_(torch.tensor([0.0, -1.0, 3.0]))
batches = [integers(2, 3, 3, 5) * (i + 1) for i in range(3)]
for b in batches:
    norm(b)
norm.eval()
probe = integers(1, 3, 2, 2)
out["batch_norm"] = {
    "batches": [pack(b.permute(0, 2, 3, 1)) for b in batches], "probe": pack(probe.permute(0, 2, 3, 1)),
    "mean": pack(norm.running_mean), "variance": pack(norm.running_var),
    "output": pack(norm(probe).permute(0, 2, 3, 1))}

# The network of Gagliano & Villar (2023), ten steps of Adam on the same eight images.
# Weights are made channels-last, [K, R, S, C] and [in, R, S, out], and rows of linear layers run over [H, W, C].
N, SIZE, LATENTS = 8, 69, 5


def uniform(stream, shape, fan_in):
    return pseudo(stream, *shape, bound=1 / math.sqrt(fan_in))


w = {
    "e1": uniform(1, (16, 3, 3, 3), 27), "e1b": uniform(2, (16,), 27),
    "e2": uniform(3, (32, 3, 3, 16), 144), "e2b": uniform(4, (32,), 144),
    "head": uniform(5, (10, 10368), 10368), "headb": uniform(6, (10,), 10368),
    "expand": uniform(7, (10368, 5), 5), "expandb": uniform(8, (10368,), 5),
    "d1": uniform(9, (32, 3, 3, 16), 144), "d1b": uniform(10, (16,), 144),
    "d2": uniform(11, (16, 3, 3, 3), 27), "d2b": uniform(12, (3,), 27),
}
for name, channels in [("n1", 16), ("n2", 32), ("n3", 32), ("n4", 16)]:
    w[name], w[name + "b"] = torch.ones(channels), torch.zeros(channels)
images = (pseudo(20, N, SIZE, SIZE, 3) + 1) / 2
labels = pseudo(21, N, 4)
sigmas = torch.tensor([0.1, 0.05, 0.2, 0.4])
p = {k: variable(v) for k, v in w.items()}
optimizer = torch.optim.Adam(p.values(), lr=5e-6)  # the paper's; larger ones amplify rounding
running = {name: (torch.zeros(c), torch.ones(c)) for name, c in [("n1", 16), ("n2", 32), ("n3", 32), ("n4", 16)]}


def first(t):
    return t.permute(0, 3, 1, 2)


def normed(x, name):
    return F.relu(F.batch_norm(x, *running[name], p[name], p[name + "b"], training=True))


losses, parts = [], []
for step in range(10):
    x = first(images)
    h = normed(F.conv2d(x, first(p["e1"]), p["e1b"], stride=2, padding=1), "n1")
    h = normed(F.conv2d(h, first(p["e2"]), p["e2b"], stride=2, padding=1), "n2")
    q = F.linear(h.permute(0, 2, 3, 1).reshape(N, -1), p["head"], p["headb"])
    mu, lv = q[:, :LATENTS], q[:, LATENTS:]
    z = mu + (0.5 * lv).exp() * pseudo(100 + step, N, LATENTS)
    h = F.linear(z, p["expand"], p["expandb"]).reshape(N, 18, 18, 32)
    h = F.interpolate(normed(first(h), "n3"), size=(35, 35), mode="bilinear")
    h = normed(F.conv_transpose2d(h, first(p["d1"]), p["d1b"], padding=1), "n4")
    h = F.interpolate(h, size=(69, 69), mode="bilinear")
    y = torch.sigmoid(F.conv_transpose2d(h, first(p["d2"]), p["d2b"], padding=1))
    reconstruction = (x - y).square().sum()
    kl = -0.5 * (1 + lv[:, 4] - mu[:, 4].square() - lv[:, 4].exp()).sum()
    physics = (((labels - mu[:, :4]) / sigmas).square()).mean()
    loss = 10 * reconstruction + kl + 50 * physics
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(float(loss))
    parts.append([float(reconstruction), float(kl), float(physics)])
out["ten_steps"] = {"losses": losses, "parts": parts, "d2": pack(p["d2"]), "d2b": pack(p["d2b"]),
                    "n1": pack(p["n1"]), "running_mean_n2": pack(running["n2"][0]),
                    "running_var_n2": pack(running["n2"][1])}
out["pseudo"] = pack(pseudo(7, 6))


def compact(v):
    if isinstance(v, dict):
        return {k: compact(x) for k, x in v.items()}
    if isinstance(v, list):
        return [compact(x) for x in v]
    if isinstance(v, float):
        return int(v) if v == int(v) else float(f"{v:.9g}")
    return v


(pathlib.Path(__file__).parent / "training.json").write_text(
    json.dumps(compact(out), separators=(",", ":")) + "\n")
print(losses)
