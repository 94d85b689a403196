/// The share of a galaxy's light that an ellipse of 2.5 Kron radii holds.
///
/// A Kron ellipse misses a few percent of a disc and a quarter of a de Vaucouleurs galaxy, because the first
/// moment is itself taken within an isophote. How much depends mostly on one number that is measured inside the
/// ellipse: the concentration `C = r80 / r50`, the ratio of the ellipses that hold 80 and 50 % of its light.
/// `share = 0.923 - 0.436 (C - 1.75)`, fitted to noiseless galaxies seen through a Moffat point spread function
/// (beta 3.5, 1.2 arcsec) at 0.262 arcsec a pixel, half of them Sersic profiles (index 0.5 to 6, half-light radius
/// 0.4 to 3.5 arcsec), half discs with bulges; scatter 0.04, and 0.01 higher for Sersic profiles than for discs with
/// bulges. Tests/PhotometryTests/Golden/make_aperture_correction.py is the fit.
public enum ApertureCorrection {
    /// The share of the total light at a concentration, which is held to the fit's range, 1.5 to 2.05.
    public static func share(concentration: Double) -> Double {
        guard concentration.isFinite else { return 0.923 }
        return 0.923 - 0.436 * (min(2.05, max(1.5, concentration)) - 1.75)
    }
}
