"""Writes the table of Sources/CKernels/asinh_table.h: asinh(a) / a by pieces, for 0 <= a < 255.

Pieces are the quarters of the binades of 1 + a: 32 of them, told by the exponent's lowest three bits and the two
highest bits of the mantissa of 1 + a in single precision. In each, asinh(a) / a is a polynomial of degree 5 in
a - centre, fitted for the least greatest relative error (Lawson's reweighted least squares, double precision).

    python make_asinh_table.py > ../../../Sources/CKernels/asinh_table.h      (numpy 2.x)
"""

import numpy as np

DEGREE, PIECES, NODES, ROUNDS = 5, 32, 400, 60


def ratio(a):
    a = np.maximum(np.asarray(a, dtype=np.float64), 0)
    small = 1 - a**2 / 6 + 3 * a**4 / 40 - 15 * a**6 / 336
    return np.where(a < 1e-3, small, np.arcsinh(np.maximum(a, 1e-30)) / np.maximum(a, 1e-30))


def fit(low, high):
    centre = np.float32((low + high) / 2)
    half = float(max(high - centre, centre - low))
    x = np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)
    wanted = ratio(float(centre) + half * x)
    powers = np.vander(x, DEGREE + 1, increasing=True) / wanted[:, None]
    weights = np.full(NODES, 1 / NODES)
    for _ in range(ROUNDS):
        root = np.sqrt(weights)[:, None]
        found = np.linalg.lstsq(powers * root, root[:, 0], rcond=None)[0]
        error = np.abs(powers @ found - 1)
        weights = np.maximum(weights * error / (weights * error).sum(), 1e-12)
    return centre, found / half ** np.arange(DEGREE + 1), error.max()


def main():
    table = np.zeros((DEGREE + 2, PIECES), dtype=np.float32)
    worst = 0.0
    for piece in range(PIECES):
        binade, quarter = divmod(piece, 4)
        low, high = 2.0**binade * (1 + quarter / 4) - 1, 2.0**binade * (1 + (quarter + 1) / 4) - 1
        centre, coefficients, error = fit(low, high)
        # The float 1.0 has 508 above its lowest 21 bits.
        table[:, (508 + piece) % PIECES] = [centre, *coefficients]
        worst = max(worst, error)
    print(f"""// asinh(a) / a for 0 <= a < 255 in {PIECES} pieces, each a polynomial of degree {DEGREE} in a - centre.
//
// Written by Tests/CKernelsTests/Golden/make_asinh_table.py. A piece's place is bits 21 to 25 of the float 1 + a.
// Relative error of the polynomials {worst:.1e}, before rounding.
#pragma once

/// The centres, then the coefficients from the constant on.
static const float asinh_table[{DEGREE + 2}][{PIECES}] = {{""")
    for row in table:
        print("    {")
        for start in range(0, PIECES, 4):
            print("        " + " ".join(f"{float(value).hex()}f," for value in row[start : start + 4]))
        print("    },")
    print("};")


main()
