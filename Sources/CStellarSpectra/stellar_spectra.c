#include "stellar_spectra.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char spectra[] = {
#embed "ssp_pegase_spectra.csv"
};

static const char models[] = {
#embed "ssp_pegase_models.csv"
};

static const char nebular[] = {
#embed "ssp_pegase_nebular.csv"
};

const char *galatea_stellar_spectra(size_t *length) {
    *length = sizeof spectra;
    return spectra;
}

const char *galatea_stellar_models(size_t *length) {
    *length = sizeof models;
    return models;
}

const char *galatea_nebular_emission(size_t *length) {
    *length = sizeof nebular;
    return nebular;
}
