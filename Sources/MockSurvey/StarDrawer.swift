internal import Computing
internal import Foundation

/// Colours, magnitudes and density of Milky Way stars at high Galactic latitude.
///
/// A stellar locus in g - r and r - z and counts rising by 0.15 dex a magnitude: our approximations, in line
/// with models of the Besancon type (about 3000 per square degree to r = 22 at b = 60 degrees).
struct StarDrawer {
    /// Pivot wavelengths of the bands, A.
    let pivots: [Double]

    /// Stars per square degree brighter than `faintest` in r.
    static let densityPerSquareDegree = 3500.0
    static let brightest = 14.0
    static let faintest = 22.5
    private static let slope = 0.15

    /// g - r and r - z along the main sequence, F to late M.
    private static let locus: [(gr: Double, rz: Double)] = [
        (0.18, -0.02), (0.27, 0.04), (0.36, 0.10), (0.46, 0.16), (0.58, 0.23), (0.72, 0.31), (0.90, 0.42),
        (1.08, 0.54), (1.24, 0.67), (1.36, 0.82), (1.42, 1.02), (1.45, 1.28), (1.48, 1.58), (1.53, 1.92),
        (1.60, 2.30),
    ]
    /// DECam pivot wavelengths that the locus refers to.
    private static let reference = [4806.0, 6425, 9171]

    /// An r magnitude between two limits, from the counts.
    func magnitude(
        from bright: Double, to faint: Double, using generator: inout some RandomNumberGenerator
    ) -> Double {
        let (low, high) = (pow(10, Self.slope * bright), pow(10, Self.slope * faint))
        return log10(low + (high - low) * generator.uniform()) / Self.slope
    }

    /// Fluxes in nanomaggies of a star of an r magnitude, without extinction.
    func fluxes(magnitude: Double, using generator: inout some RandomNumberGenerator) -> [Double] {
        let last = Self.locus.count - 1
        // Turn-off stars of halo and disc when bright, M dwarfs when faint.
        let dwarfs = min(0.7, max(0.15, 0.15 + 0.08 * (magnitude - 15)))
        let place: Double
        if generator.uniform() < 0.03 {
            place = -generator.uniform() * 2
        } else if generator.uniform() < dwarfs {
            place = generator.uniform(Double(last) * 0.55...Double(last))
        } else {
            place = abs(generator.normal(mean: 3, sigma: 1.6))
        }
        let index = min(last - 1, max(0, Int(place)))
        let fraction = min(1, place - Double(index))
        let (low, high) = (Self.locus[index], Self.locus[index + 1])
        let gr = low.gr + fraction * (high.gr - low.gr) + 0.03 * generator.normal()
        let rz = low.rz + fraction * (high.rz - low.rz) + 0.03 * generator.normal()
        let magnitudes = [magnitude + gr, magnitude, magnitude - rz]
        return pivots.map { pow(10, 0.4 * (22.5 - interpolate(magnitudes, at: $0))) }
    }

    /// Magnitude at a pivot wavelength, linear in wavelength between the reference bands.
    private func interpolate(_ magnitudes: [Double], at wavelength: Double) -> Double {
        let reference = Self.reference
        let index = wavelength < reference[1] ? 0 : 1
        let fraction = (wavelength - reference[index]) / (reference[index + 1] - reference[index])
        return magnitudes[index] + min(1.5, max(-0.5, fraction)) * (magnitudes[index + 1] - magnitudes[index])
    }
}
