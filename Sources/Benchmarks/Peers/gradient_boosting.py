"""How accurate an enriched mock catalogue is, beside gradient boosting on its measured photometry.

    gradient_boosting.py ENRICHED.fits CATALOG.fits

ENRICHED has redshifts, masses, fluxes and shapes of `galatea enrich` with photometry; CATALOG is the simulated
catalogue with the truth. Rows are matched by `id`. The boosting of scikit-learn learns redshift and mass from
magnitudes (Galactic extinction removed), colours, size and axis ratio, five folds, each galaxy predicted by
a machine that has not seen it: what the photometry by itself is worth. Prints one line a quantity.
"""

import argparse
import warnings

import numpy as np
from astropy.table import Table
from astropy.units import UnitsWarning
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import KFold, cross_val_predict

EXTINCTION = {"g": 3.214, "r": 2.165, "z": 1.211}
NO_GALAXIES = {"star", "quasar", "artefact"}


def column(table, name):
    """A column as numbers, missing ones NaN."""
    values = table[name]
    return np.asarray(values.filled(np.nan) if hasattr(values, "filled") else values, np.float64)


def matched(enriched, catalog):
    """Rows of the catalogue in the order of the enriched rows."""
    places = {str(key): row for row, key in enumerate(catalog["id"])}
    rows = [places.get(str(key)) for key in enriched["id"]]
    if None in rows:
        raise SystemExit(f"error: {rows.count(None)} enriched rows are not in the catalogue")
    return catalog[rows]


def spread(values):
    """1.4826 times the median distance from the median."""
    return 1.4826 * np.median(np.abs(values - np.median(values)))


def features(enriched):
    fluxes = {band: column(enriched, f"flux_{band}") for band in EXTINCTION}
    reddening = np.nan_to_num(column(enriched, "ebv"))
    with np.errstate(invalid="ignore", divide="ignore"):
        # A flux that is not positive has no magnitude; the trees take NaN as it is.
        magnitudes = {
            band: 22.5 - 2.5 * np.log10(np.where(flux > 0, flux, np.nan)) - EXTINCTION[band] * reddening
            for band, flux in fluxes.items()}
    bands = list(EXTINCTION)
    colours = [magnitudes[a] - magnitudes[b] for a, b in zip(bands, bands[1:])]
    shape = [column(enriched, "half_light_radius"), column(enriched, "axis_ratio")]
    return np.column_stack([*magnitudes.values(), *colours, *shape])


def boosted(x, y):
    machine = HistGradientBoostingRegressor(max_iter=300, learning_rate=0.06, random_state=0)
    return cross_val_predict(machine, x, y, cv=KFold(5, shuffle=True, random_state=0))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("enriched")
    parser.add_argument("catalog")
    arguments = parser.parse_args()
    # Nanomaggies are no unit of the FITS standard; here only numbers count.
    warnings.simplefilter("ignore", UnitsWarning)
    enriched = Table.read(arguments.enriched, format="fits", hdu=1)
    catalog = matched(enriched, Table.read(arguments.catalog, format="fits", hdu=1))
    kind = np.array([str(name).strip().lower() for name in catalog["class"]])
    z, mass = column(catalog, "true_redshift"), column(catalog, "true_logmstar")
    our_z, our_mass = column(enriched, "z_phot"), column(enriched, "logmstar")
    is_galaxy = ~np.isin(kind, list(NO_GALAXIES)) & np.isfinite(z) & np.isfinite(mass)
    used = is_galaxy & np.isfinite(our_z) & np.isfinite(our_mass)
    print(f"{used.sum()} galaxies, {(is_galaxy & ~used).sum()} without an estimate")
    x = features(enriched)[used]
    for name, ours in (("galatea", our_z[used]), ("boosting", boosted(x, z[used]))):
        error = (ours - z[used]) / (1 + z[used])
        print(f"redshift, {name}: sigma_MAD {spread(error):.4f}, bias {np.median(error):+.4f}, "
              f"outliers {np.mean(np.abs(error) > 0.15):.4f}")
    for name, ours in (("galatea", our_mass[used]), ("boosting", boosted(x, mass[used]))):
        error = ours - mass[used]
        print(f"log10 mass, {name}: rmse {np.sqrt(np.mean(error**2)):.3f}, bias {np.mean(error):+.3f}")
    bright = used & (column(catalog, "true_flux_r") > 10 ** (0.4 * (22.5 - 20)))
    for band in EXTINCTION:
        ratio = column(enriched, f"flux_{band}")[bright] / column(catalog, f"true_flux_{band}")[bright]
        ratio = ratio[np.isfinite(ratio)]
        print(f"flux {band}, {len(ratio)} galaxies of r < 20: bias {np.median(ratio) - 1:+.3f}, "
              f"scatter {spread(ratio):.3f}")


if __name__ == "__main__":
    main()
