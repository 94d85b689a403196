"""Golden values of the bicubic resize. Peer: torch 2.13.0 (CPU), interpolate(mode='bicubic')."""
import json
import torch

assert torch.__version__.startswith("2.13.0"), torch.__version__
generator = torch.Generator().manual_seed(7)
cases = []
for bands, height, width, to_height, to_width in [
    (3, 16, 13, 9, 8), (1, 5, 6, 11, 7), (2, 1, 1, 3, 2), (5, 4, 9, 4, 9), (6, 30, 17, 4, 3), (4, 3, 40, 8, 21),
]:
    image = torch.randint(-40, 200, (1, bands, height, width), generator=generator).float()
    resized = torch.nn.functional.interpolate(
        image.double(), size=(to_height, to_width), mode="bicubic", align_corners=False, antialias=False)
    cases.append({
        "bands": bands, "height": height, "width": width, "toHeight": to_height, "toWidth": to_width,
        "input": [int(v) for v in image.flatten().tolist()],
        "output": [round(v, 5) for v in resized[0].permute(1, 2, 0).flatten().tolist()],
    })
json.dump(cases, open("bicubic.json", "w"), separators=(",", ":"))
