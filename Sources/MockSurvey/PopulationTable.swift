internal import Foundation

/// Stellar populations averaged over age bins, on a finer grid of metallicity.
///
/// A star-formation history is a vector over the age bins, so that its spectrum, surviving mass and ionising
/// photons are dot products with this table.
public struct PopulationTable: Sendable {
    /// The bins of age.
    public let bins: AgeBins
    /// Mass fractions of metals, ascending.
    public let metallicities: [Double]
    /// Edges of the wavelength bins in A.
    public let binEdges: [Double]
    /// Luminosity in Lsun/A per solar mass formed, shape `[wavelength bin, metallicity, age bin]`.
    package let luminosity: [Float]
    /// Surviving mass per solar mass formed, Chabrier scale, shape `[metallicity, age bin]`.
    package let survivingMass: [Double]
    /// Ionising photons per second and solar mass formed, shape `[metallicity, age bin]`.
    package let ionisingPhotons: [Double]

    /// Averages `populations` over `bins` at constant star-formation rate within each.
    ///
    /// - Parameter correctsPassiveColours: Whether old populations are corrected towards the observed red
    ///   sequence (`PassiveColourCorrection`); without it the spectra are the published ones.
    public init(
        _ populations: StellarPopulations = .pegase, bins: AgeBins = .standard,
        correctsPassiveColours: Bool = true
    ) {
        self.bins = bins
        metallicities = [0.001, 0.002, 0.004, 0.0057, 0.008, 0.0108, 0.0147, 0.02, 0.0316, 0.05]
        binEdges = populations.binEdges
        let models = metallicities.count * bins.count
        let wavelengths = populations.binCount
        var light = [Double](repeating: 0, count: wavelengths * models)
        var mass = [Double](repeating: 0, count: models)
        var photons = [Double](repeating: 0, count: models)
        for (iz, metallicity) in metallicities.enumerated() {
            for bin in 0..<bins.count {
                let model = iz * bins.count + bin
                let samples = bins.samples(of: bin)
                let share = 1 / Double(samples.count)
                for age in samples {
                    let spectrum = populations.spectrum(age: age, metallicity: metallicity)
                    for index in 0..<wavelengths {
                        light[index * models + model] += share * spectrum[index]
                    }
                    mass[model] +=
                        share * populations.survivingMass(age: age, metallicity: metallicity)
                        * StellarPopulations.chabrierFactor(age: age)
                    photons[model] +=
                        share * populations.ionisingPhotons(age: age, metallicity: metallicity)
                }
            }
        }
        if correctsPassiveColours {
            for (index, wavelength) in populations.wavelengths.enumerated() {
                for bin in 0..<bins.count {
                    let factor = PassiveColourCorrection.factor(
                        wavelength: wavelength, age: (bins.edges[bin] + bins.edges[bin + 1]) / 2)
                    for iz in metallicities.indices {
                        light[index * models + iz * bins.count + bin] *= factor
                    }
                }
            }
        }
        luminosity = light.map { Float($0) }
        survivingMass = mass
        ionisingPhotons = photons
    }

    /// The lower of two neighbouring metallicities and the weight of the upper one, linear in log Z.
    package func bracket(metallicity: Double) -> (lower: Int, fraction: Double) {
        guard metallicity > metallicities[0] else { return (0, 0) }
        let last = metallicities.count - 1
        guard metallicity < metallicities[last] else { return (last - 1, 1) }
        let upper = metallicities.firstIndex { $0 > metallicity } ?? last
        return (
            upper - 1,
            log(metallicity / metallicities[upper - 1])
                / log(metallicities[upper] / metallicities[upper - 1])
        )
    }

    /// Surviving mass (Chabrier scale) of a history of `massFormed` solar masses in each age bin.
    public func survivingMass(_ massFormed: [Double], metallicity: Double) -> Double {
        weightedSum(survivingMass, massFormed, metallicity: metallicity)
    }

    /// Ionising photons per second of a history of `massFormed` solar masses in each age bin.
    public func ionisingPhotons(_ massFormed: [Double], metallicity: Double) -> Double {
        weightedSum(ionisingPhotons, massFormed, metallicity: metallicity)
    }

    private func weightedSum(_ table: [Double], _ massFormed: [Double], metallicity: Double) -> Double {
        let (lower, fraction) = bracket(metallicity: metallicity)
        let base = lower * bins.count
        var sum = 0.0
        for bin in 0..<bins.count {
            let low = table[base + bin]
            sum += massFormed[bin] * (low + fraction * (table[base + bins.count + bin] - low))
        }
        return sum
    }

    /// Rest-frame spectrum in Lsun/A of a history of `massFormed` solar masses in each age bin, without dust.
    public func spectrum(_ massFormed: [Double], metallicity: Double) -> [Double] {
        (0..<binEdges.count - 1).map { luminosity(massFormed, metallicity: metallicity, bin: $0) }
    }

    /// Luminosity in Lsun/A of such a history in one wavelength bin.
    func luminosity(_ massFormed: [Double], metallicity: Double, bin index: Int) -> Double {
        let (lower, fraction) = bracket(metallicity: metallicity)
        let base = (index * metallicities.count + lower) * bins.count
        var sum = 0.0
        for bin in 0..<bins.count {
            let low = Double(luminosity[base + bin])
            let high = Double(luminosity[base + bins.count + bin])
            sum += massFormed[bin] * (low + fraction * (high - low))
        }
        return sum
    }
}
