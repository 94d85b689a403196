"""Writes golden.safetensors, or reads a file of ours. Peer: safetensors 0.8.0, numpy 2.4.6.

pip install safetensors==0.8.0 numpy==2.4.6
python make_safetensors.py            writes golden.safetensors beside this script
python make_safetensors.py FILE       reads FILE with the peer and prints it
"""
import pathlib
import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

if len(sys.argv) == 2:
    with safe_open(sys.argv[1], "np") as file:
        print("metadata", file.metadata())
    for name, array in load_file(sys.argv[1]).items():
        print(repr(name), array.dtype, array.shape, array.ravel()[:4])
else:
    save_file(
        {
            "encoder.0.weight": np.arange(12, dtype=np.float32).reshape(3, 2, 2) / 8 - 0.5,
            "doubles": np.array([np.pi, -1e300, 5e-324]),
            "halves": np.array([0, -0.0, 1, -2.5, 65504, 6e-8, 6.1e-5, 0.333], dtype=np.float16),
            "ids": np.array([[2**53 + 1, -1, 0]], dtype=np.int64),
            "int32": np.array([-(2**31), 2**31 - 1], dtype=np.int32),
            "int16": np.array([-(2**15), 2**15 - 1], dtype=np.int16),
            "int8": np.array([-128, 127, 0], dtype=np.int8),
            "uint32": np.array([2**32 - 1], dtype=np.uint32),
            "uint16": np.array([2**16 - 1, 1], dtype=np.uint16),
            "bytes": np.arange(5, dtype=np.uint8),
            "mask": np.array([True, False, True]),
            "scalar": np.array(7.25, dtype=np.float32),
            "empty": np.zeros((0, 3), dtype=np.float32),
            "name with \"quotes\" and \u00e9": np.array([1.5], dtype=np.float32),
        },
        pathlib.Path(__file__).parent / "golden.safetensors",
        metadata={"format": "np", "note": "tab\tnewline\nend"},
    )
