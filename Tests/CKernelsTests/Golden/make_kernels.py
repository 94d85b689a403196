"""Writes convolution.txt and resize.txt: the peer's answers for CKernelsTests. Peer: PyTorch 2.13.0 (CPU).

pip install torch==2.13.0

Inputs are whole numbers made by a rule that the tests repeat, i -> (i * multiplier) % 9 - 4; expected values of
convolutions are whole numbers too, so that they compare exactly. A line is: case numbers | name | values.
"""
import pathlib

import torch
import torch.nn.functional as functional

folder = pathlib.Path(__file__).parent
assert torch.__version__.split("+")[0] == "2.13.0"


def numbers(shape, multiplier):
    count = torch.Size(shape).numel()
    return ((torch.arange(count) * multiplier) % 9 - 4).double().reshape(shape)


def channels_last(image):
    return image.permute(0, 2, 3, 1).reshape(-1)


def planar(image):
    return image.permute(0, 3, 1, 2).contiguous()


def line(case, name, values):
    text = " ".join(f"{v:.9g}" for v in values.reshape(-1).tolist())
    return " ".join(map(str, case)) + f" | {name} | {text}"


lines = []
# n, height, width, channels, outputs, kernel, stride, padding (each vertical, horizontal)
for case in (
    (2, 7, 5, 3, 4, 3, 2, 2, 1, 1, 0),
    (1, 6, 11, 5, 2, 2, 3, 1, 3, 0, 2),
    (1, 1, 23, 2, 3, 1, 5, 1, 2, 0, 2),
    (1, 5, 6, 16, 3, 3, 3, 1, 1, 1, 1),
    (1, 7, 9, 3, 16, 3, 3, 2, 2, 1, 1),
    (1, 8, 7, 4, 17, 5, 3, 3, 2, 2, 1),
):
    n, h, w, c, k, r, s, sy, sx, py, px = case
    x = planar(numbers((n, h, w, c), 5)).requires_grad_()
    weight = planar(numbers((k, r, s, c), 7)).requires_grad_()
    bias = numbers((k,), 4)
    y = functional.conv2d(x, weight, bias, stride=(sy, sx), padding=(py, px))
    dy = planar(numbers((n, y.shape[2], y.shape[3], k), 2))
    y.backward(dy)
    lines.append(line(case, "y", channels_last(y.detach())))
    lines.append(line(case, "dx", channels_last(x.grad)))
    lines.append(line(case, "dw", channels_last(weight.grad)))
    # The transposed convolution whose input is dy: the output padding that gives height x width again.
    padding = (h - ((y.shape[2] - 1) * sy - 2 * py + r), w - ((y.shape[3] - 1) * sx - 2 * px + s))
    transposed = functional.conv_transpose2d(
        dy, weight.detach(), numbers((c,), 4), stride=(sy, sx), padding=(py, px), output_padding=padding)
    lines.append(line(case, "transposed", channels_last(transposed)))
(folder / "convolution.txt").write_text("\n".join(lines) + "\n")

lines = []
# n = 1: height, width, channels, output height, output width
for case in (
    (3, 4, 2, 7, 5), (5, 3, 1, 2, 9), (1, 1, 3, 4, 2), (6, 7, 17, 5, 13), (18, 18, 1, 35, 35), (4, 4, 2, 4, 4),
):
    h, w, c, oh, ow = case
    x = planar(numbers((1, h, w, c), 5)).float().requires_grad_()
    y = functional.interpolate(x, size=(oh, ow), mode="bilinear", align_corners=False)
    y.backward(planar(numbers((1, oh, ow, c), 2)).float())
    lines.append(line(case, "y", channels_last(y.detach())))
    lines.append(line(case, "dx", channels_last(x.grad)))
(folder / "resize.txt").write_text("\n".join(lines) + "\n")
