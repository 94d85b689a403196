// The stellar population tables of this folder as bytes in the program; README.md states their origin.
#pragma once

#include <stddef.h>

/// The spectra: rest-frame bins in rows, models in columns; `length` gets the number of bytes.
const char *galatea_stellar_spectra(size_t *length);

/// Masses and ionising photons of each model.
const char *galatea_stellar_models(size_t *length);

/// Nebular continuum and lines per ionising photon.
const char *galatea_nebular_emission(size_t *length);
