internal import Foundation

/// A smooth empirical correction of old populations' spectra towards the observed red sequence.
///
/// Population models share a known fault: passive galaxies come out too red in g - r at z <= 0.1 (by 0.07
/// with these spectra) and too blue at z = 0.3 (by 0.15). The correction, in magnitudes as a function of rest
/// wavelength, is fitted by hand to the colours of SDSS and BOSS red galaxies from z = 0.05 to 0.7 (our
/// approximation); it fades in between ages of 1 and 3 Gyr, so that young populations stay as computed.
enum PassiveColourCorrection {
    private static let wavelengths: [Double] = [
        2600, 2806, 2980, 3180, 3670, 3975, 4148, 4336, 4540, 5000, 5500,
    ]
    private static let magnitudes = [-0.22, -0.16, -0.06, 0.03, 0.06, 0.0, -0.04, -0.07, -0.08, -0.03, 0.0]

    /// Factor on the luminosity at a rest wavelength in A of a population of an age in years.
    static func factor(wavelength: Double, age: Double) -> Double {
        let weight = min(1, max(0, log10(max(age, 1) / 1e9) / log10(3)))
        return pow(10, -0.4 * weight * magnitude(wavelength: wavelength))
    }

    /// The correction in magnitudes at a rest wavelength in A, piecewise linear and held at the ends.
    private static func magnitude(wavelength: Double) -> Double {
        guard wavelength > wavelengths[0] else { return magnitudes[0] }
        guard let upper = wavelengths.firstIndex(where: { $0 >= wavelength }) else { return 0 }
        let fraction =
            (wavelength - wavelengths[upper - 1]) / (wavelengths[upper] - wavelengths[upper - 1])
        return magnitudes[upper - 1] + fraction * (magnitudes[upper] - magnitudes[upper - 1])
    }
}
