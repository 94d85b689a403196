internal import Foundation

/// Spectra and masses of simple stellar populations on a grid of metallicity and age.
///
/// PEGASE.2 (Fioc & Rocca-Volmerange 1997, 1999), Kroupa (2001) initial mass function, 310 rest-frame bins
/// from 912 to 11000 A; everything per solar mass formed. `CStellarSpectra/README.md` states the origin.
public struct StellarPopulations: Sendable {
    /// Mass fractions of metals, ascending; solar is 0.020.
    public let metallicities: [Double]
    /// Ages in years, ascending.
    public let ages: [Double]
    /// Edges of the wavelength bins in A, one more than there are bins.
    public let binEdges: [Double]
    /// Natural logarithm of luminosity in Lsun/A, shape `[metallicity, age, bin]`.
    package let logLuminosity: [Double]
    /// Mass in living stars and remnants, shape `[metallicity, age]`.
    package let survivingMass: [Double]
    /// log10 of ionising photons per second, shape `[metallicity, age]`.
    package let logIonisingPhotons: [Double]
    /// Nebular continuum in Lsun/A per ionising photon per second, one value a bin.
    package let nebularContinuum: [Double]
    /// H-beta luminosity in Lsun per ionising photon per second (case B).
    package let hydrogenBeta: Double

    /// Solar luminosity in erg/s, as in the tables.
    package static let solarLuminosity = 3.826e33

    /// The populations that are part of the program.
    public static let pegase = StellarPopulations()

    /// Number of wavelength bins.
    public var binCount: Int { binEdges.count - 1 }
    /// Wavelengths of the bin centres in A.
    public var wavelengths: [Double] {
        (0..<binCount).map { (binEdges[$0] + binEdges[$0 + 1]) / 2 }
    }

    private init() {
        let models = NumericTable(.models)
        let spectra = NumericTable(.spectra)
        let nebular = NumericTable(.nebular)
        metallicities = Array(Set(models.column(0))).sorted()
        ages = Array(Set(models.column(1))).sorted()
        let modelCount = metallicities.count * ages.count
        precondition(
            models.rowCount == modelCount && spectra.columnCount == modelCount + 2,
            "StellarPopulations: \(models.rowCount) models, \(spectra.columnCount) columns of spectra")
        survivingMass = models.column(4)
        logIonisingPhotons = models.column(5)
        let bins = spectra.rowCount
        binEdges = spectra.column(0) + [spectra[bins - 1, 1]]
        var logs = [Double](repeating: 0, count: modelCount * bins)
        for model in 0..<modelCount {
            for bin in 0..<bins { logs[model * bins + bin] = log(max(spectra[bin, model + 2], 1e-30)) }
        }
        logLuminosity = logs
        let kinds = nebular.column(0)
        nebularContinuum = (0..<nebular.rowCount).filter { kinds[$0] == 0 }
            .map { nebular[$0, 2] / Self.solarLuminosity }
        precondition(nebularContinuum.count == bins, "StellarPopulations: nebular bins differ")
        hydrogenBeta =
            (0..<nebular.rowCount).first { kinds[$0] == 1 && abs(nebular[$0, 1] - 4861) < 1 }
            .map { nebular[$0, 2] / Self.solarLuminosity } ?? 0
    }

    /// Where a value lies between two neighbours of an ascending grid, in the logarithm; ends are held.
    private static func bracket(_ value: Double, in grid: [Double]) -> (lower: Int, fraction: Double) {
        guard value > grid[0] else { return (0, 0) }
        guard value < grid[grid.count - 1] else { return (grid.count - 2, 1) }
        let upper = grid.firstIndex { $0 > value } ?? grid.count - 1
        return (upper - 1, log(value / grid[upper - 1]) / log(grid[upper] / grid[upper - 1]))
    }

    /// The four models around an age and a metallicity with their weights.
    private func corners(age: Double, metallicity: Double) -> [(model: Int, weight: Double)] {
        let (iz, fz) = Self.bracket(metallicity, in: metallicities)
        let (ia, fa) = Self.bracket(age, in: ages)
        let base = iz * ages.count + ia
        return [
            (base, (1 - fz) * (1 - fa)), (base + 1, (1 - fz) * fa),
            (base + ages.count, fz * (1 - fa)), (base + ages.count + 1, fz * fa),
        ].filter { $0.1 > 0 }
    }

    /// The spectrum in Lsun/A per solar mass formed: log luminosity interpolated in log age and log
    /// metallicity.
    ///
    /// - Parameters:
    ///   - age: Years; below the youngest model its spectrum is used.
    ///   - metallicity: Mass fraction of metals; held at the ends of the grid.
    public func spectrum(age: Double, metallicity: Double) -> [Double] {
        let corners = corners(age: age, metallicity: metallicity)
        return (0..<binCount).map { bin in
            exp(corners.reduce(0) { $0 + $1.weight * logLuminosity[$1.model * binCount + bin] })
        }
    }

    /// Mass in stars and remnants per solar mass formed, Kroupa.
    public func survivingMass(age: Double, metallicity: Double) -> Double {
        corners(age: age, metallicity: metallicity).reduce(0) { $0 + $1.weight * survivingMass[$1.model] }
    }

    /// Ionising photons per second and solar mass formed.
    public func ionisingPhotons(age: Double, metallicity: Double) -> Double {
        let logarithm = corners(age: age, metallicity: metallicity)
            .reduce(0) { $0 + $1.weight * logIonisingPhotons[$1.model] }
        return pow(10, logarithm)
    }

    /// Chabrier mass per Kroupa mass of a population of the same light: 0.95 at 0.1 Gyr to 0.90 at 10 Gyr.
    ///
    /// The two ends come from a comparison of V light per mass formed with BC03's Chabrier models; between
    /// them linear in log age (our approximation).
    public static func chabrierFactor(age: Double) -> Double {
        0.95 - 0.025 * min(2, max(0, log10(max(age, 1) / 1e8)))
    }
}
