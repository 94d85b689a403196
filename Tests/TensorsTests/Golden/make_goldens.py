"""Makes the golden files of TensorsTests: forward values and gradients of each operator from PyTorch.

Peer: torch==2.13.0 (CPU wheel). Run: python make_goldens.py (writes operators.json beside itself).
Inputs are small integers on odd, non-square shapes, so that sums are exact and a wrong axis shows.
PyTorch's channels-first tensors are written channels-last, convolution weights as [K, R, S, C].
"""

import json
import pathlib

import torch
import torch.nn.functional as F

assert torch.__version__.startswith("2.13.0")
torch.set_num_threads(1)
generator = torch.Generator().manual_seed(20231216)


def integers(*shape, low=-4, high=5):
    return torch.randint(low, high, shape, generator=generator).to(torch.float32)


def last(t):
    """Channels-first image or weight to channels-last."""
    return t.permute(0, 2, 3, 1).contiguous()


def pack(t):
    return {"shape": list(t.shape), "values": [float(v) for v in t.detach().reshape(-1)]}


cases = {}


def record(name, inputs, output, layout=None, outputs_layout=None):
    """Gradients of sum(output * seed), seed of integers."""
    seed = integers(*output.shape, low=-3, high=4)
    gradients = torch.autograd.grad((output * seed).sum(), inputs)
    layout = layout or [lambda t: t] * len(inputs)
    out = outputs_layout or (lambda t: t)
    cases[name] = {
        "inputs": [pack(f(t)) for f, t in zip(layout, inputs)],
        "seed": pack(out(seed)),
        "output": pack(out(output)),
        "gradients": [pack(f(t)) for f, t in zip(layout, gradients)],
    }


def variable(t):
    return t.clone().requires_grad_(True)


# Convolutions: (batch, C, H, W, K, R, S, stride, padding)
for name, n, c, h, w, k, r, s, stride, padding in [
    ("conv 3x3 s2 p1", 2, 3, 9, 7, 5, 3, 3, (2, 2), (1, 1)),
    ("conv 3x5 s2x1 p0x2", 1, 2, 7, 8, 3, 3, 5, (2, 1), (0, 2)),
    ("conv 1x1", 2, 17, 3, 2, 4, 1, 1, (1, 1), (0, 0)),
    ("conv wide channels", 1, 16, 3, 4, 17, 3, 3, (1, 1), (1, 1)),
    ("conv spectrum", 2, 3, 1, 15, 4, 1, 5, (1, 3), (0, 2)),
    ("conv 4x4 s2 p1", 1, 3, 8, 8, 6, 4, 4, (2, 2), (1, 1)),
]:
    x, weight = variable(integers(n, c, h, w)), variable(integers(k, c, r, s, low=-2, high=3))
    y = F.conv2d(x, weight, stride=stride, padding=padding)
    record(name, [x, weight], y, [last, last], last)

# Transposed convolutions: weight of PyTorch is [Cin, Cout, R, S], ours [Cin, R, S, Cout].
for name, n, c, h, w, k, r, s, stride, padding, extra in [
    ("convT 3x3 s1 p1", 2, 5, 4, 6, 3, 3, 3, (1, 1), (1, 1), (0, 0)),
    ("convT 3x4 s2x3 p1x0 o1x2", 1, 3, 4, 3, 4, 3, 4, (2, 3), (1, 0), (1, 2)),
    ("convT 2x2 s2", 1, 16, 3, 5, 17, 2, 2, (2, 2), (0, 0), (0, 0)),
]:
    x, weight = variable(integers(n, c, h, w)), variable(integers(c, k, r, s, low=-2, high=3))
    y = F.conv_transpose2d(x, weight, stride=stride, padding=padding, output_padding=extra)
    record(name, [x, weight], y, [last, last], last)

for name, n, c, h, w, size in [
    ("bilinear up", 2, 3, 4, 5, (9, 7)),
    ("bilinear down", 1, 16, 9, 8, (4, 3)),
    ("bilinear from one pixel", 1, 2, 1, 1, (3, 2)),
    ("bilinear 18 to 35", 1, 1, 18, 18, (35, 35)),
]:
    x = variable(integers(n, c, h, w))
    y = F.interpolate(x, size=size, mode="bilinear", align_corners=False)
    record(name, [x], y, [last], last)

for name, shape, relu in [("batch norm", (3, 5, 4, 7), False), ("batch norm relu", (2, 17, 3, 5), True)]:
    x = variable(integers(*shape) + 10)
    weight, bias = variable(integers(shape[1], low=1, high=4)), variable(integers(shape[1]))
    mean, variance = torch.zeros(shape[1]), torch.ones(shape[1])
    y = F.batch_norm(x, mean, variance, weight, bias, training=True, momentum=0.1, eps=1e-5)
    y = F.relu(y) if relu else y
    record(name, [x, weight, bias], y, [last, lambda t: t, lambda t: t], last)
    cases[name]["running_mean"], cases[name]["running_var"] = pack(mean), pack(variance)

halves = variable(integers(3, 5) / 2)
positive = variable(integers(3, 5, low=1, high=9) / 4)
for name, f, x in [
    ("exponential", torch.exp, halves), ("logarithm", torch.log, positive),
    ("square root", torch.sqrt, positive), ("square", torch.square, halves), ("absolute", torch.abs, halves),
    ("tanh", torch.tanh, halves), ("sigmoid", torch.sigmoid, halves), ("relu", torch.relu, halves),
    ("leaky relu", lambda t: F.leaky_relu(t, 0.2), halves), ("softplus", F.softplus, halves),
    ("clamp", lambda t: t.clamp(-1, 1.25), halves), ("reciprocal", torch.reciprocal, positive),
    ("softmax", lambda t: torch.softmax(t, -1), halves),
    ("log softmax", lambda t: torch.log_softmax(t, -1), halves),
    ("sum axis 0", lambda t: t.sum(0), halves), ("mean axis 1", lambda t: t.mean(1), halves),
    ("maximum axis 1", lambda t: t.amax(1), halves),
]:
    record(name, [x], f(x))

cube = variable(integers(3, 4, 5))
record("sum axes 0 2", [cube], cube.sum((0, 2)))
record("mean axes 1 2", [cube], cube.mean((1, 2)))
record("permute", [cube], cube.permute(2, 0, 1))
record("slice", [cube], cube[:, 1:3])

for name, f, a, b in [
    ("add", torch.add, (3, 1, 5), (4, 1)), ("subtract", torch.subtract, (2, 3), (2, 3)),
    ("multiply", torch.multiply, (3, 4, 5), (5,)), ("divide", torch.divide, (4, 1, 3), (2, 1)),
    ("maximum", torch.maximum, (4, 5), (4, 5)), ("minimum", torch.minimum, (4, 5), (5,)),
]:
    x = variable(integers(*a))
    y = variable(integers(*b, low=1, high=5))
    record(name, [x, y], f(x, y))

for left in (False, True):
    for right in (False, True):
        x = variable(integers(*((3, 4) if left else (4, 3))))
        y = variable(integers(*((5, 3) if right else (3, 5))))
        record(f"matrix {'T' if left else 'N'}{'T' if right else 'N'}", [x, y],
               (x.t() if left else x) @ (y.t() if right else y))

# WGAN-GP (Gulrajani et al. 2017, eq. 3): d/dw of (|df/dx| - 1)^2 for a convolutional critic with leaky ReLU.
x = variable(integers(3, 2, 7, 6) / 4)
w1 = variable(integers(5, 2, 3, 3) / 8)
b1 = variable(integers(5) / 8)
w2 = variable(integers(4, 5, 3, 2) / 8)
w3 = variable(integers(1, 4 * 2 * 3) / 8)


def critic(x):
    h = F.leaky_relu(F.conv2d(x, w1, b1, stride=2, padding=1), 0.2)
    h = F.leaky_relu(F.conv2d(h, w2, stride=(2, 1), padding=(1, 0)), 0.2)
    assert h.shape[1:] == (4, 2, 2), h.shape
    return h.permute(0, 2, 3, 1).reshape(3, -1) @ w3[:, :16].t()


g = torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]
norm = g.square().sum((1, 2, 3)).sqrt()
penalty = (norm - 1).square().mean()
grads = torch.autograd.grad(penalty, [w1, w2, w3])
cases["gradient penalty"] = {
    "inputs": [pack(last(x)), pack(last(w1)), pack(b1), pack(last(w2)), pack(w3[:, :16])],
    "output": pack(penalty.reshape(1)), "seed": pack(norm),
    "gradients": [pack(last(grads[0])), pack(last(grads[1])), pack(grads[2][:, :16])],
}

# The same penalty with batch norm + ReLU and a smooth activation in the critic.
w4 = variable(integers(1, 5 * 4 * 3) / 8)
gamma, beta = variable(integers(5, low=1, high=4) / 2), variable(integers(5) / 4)


def normed(x):
    h = F.conv2d(x, w1, b1, stride=2, padding=1)
    h = F.relu(F.batch_norm(h, None, None, gamma, beta, training=True))
    return torch.tanh(h.permute(0, 2, 3, 1).reshape(3, -1) @ w4.t())


g = torch.autograd.grad(normed(x).sum(), x, create_graph=True)[0]
norm = (g.square().sum((1, 2, 3)) + 1e-3).sqrt()
penalty = (norm - 1).square().mean()
grads = torch.autograd.grad(penalty, [w1, gamma, beta, w4])
cases["batch norm penalty"] = {
    "inputs": [pack(last(x)), pack(last(w1)), pack(b1), pack(gamma), pack(beta), pack(w4)],
    "output": pack(penalty.reshape(1)), "seed": pack(norm),
    "gradients": [pack(last(grads[0]))] + [pack(t) for t in grads[1:]],
}

here = pathlib.Path(__file__).parent


def compact(v):
    if isinstance(v, dict):
        return {k: compact(w) for k, w in v.items()}
    if isinstance(v, list):
        return [compact(w) for w in v]
    if isinstance(v, float):
        return int(v) if v == int(v) else float(f"{v:.9g}")
    return v


(here / "operators.json").write_text(
    json.dumps({"peer": "torch 2.13.0", "cases": compact(cases)}, separators=(",", ":")) + "\n")
