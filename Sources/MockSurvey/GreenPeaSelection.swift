/// The colours that define Green Peas: Cardamone et al. 2009, MNRAS 399, 1191, section 2, in SDSS magnitudes.
///
/// `u - r <= 2.5`, `r - i <= -0.2`, `r - z <= 0.5`, `g - r >= r - i + 0.5`, `u - r >= 2.5 (r - z)`. Through
/// SDSS passbands, whose r begins at 5500 A: at z = 0.12 [O III] lies in it, and in no DECam band. Without
/// the cuts a starburst of small equivalent width would count that no survey calls a Green Pea.
struct GreenPeaSelection {
    private let grid: PhotometryGrid

    /// Integrates the populations through SDSS u, g, r, i, z up to the highest redshift of Green Peas.
    init(table: PopulationTable) {
        grid = PhotometryGrid(
            passbands: [.sdssU, .sdssG, .sdssR, .sdssI, .sdssZ], table: table,
            maximumRedshift: GreenPeaDrawer.redshiftRange.upperBound + 0.01)
    }

    /// Whether a galaxy has the colours.
    func accepts(_ galaxy: Galaxy) -> Bool {
        let magnitudes = grid.fluxes(
            history: galaxy.history, metallicity: galaxy.metallicity, redshift: galaxy.redshift,
            dust: galaxy.dust, gas: galaxy.gas
        ).map(Galaxy.magnitude(flux:))
        let (u, g, r, i, z) = (magnitudes[0], magnitudes[1], magnitudes[2], magnitudes[3], magnitudes[4])
        return u - r <= 2.5 && r - i <= -0.2 && r - z <= 0.5 && g - r >= r - i + 0.5
            && u - r >= 2.5 * (r - z)
    }
}
