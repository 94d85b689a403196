public import Astronomy
internal import Foundation

/// Broad-band fluxes of every population of a `PopulationTable`, through each passband at each redshift and
/// reddening.
///
/// Stars and nebular continuum are tabulated; emission lines are added one by one at their observed
/// wavelength. Tables hold the flux at 10 pc, so that the luminosity distance enters exactly; between nodes
/// of redshift and reddening the logarithm of a galaxy's flux is interpolated linearly.
public struct PhotometryGrid: Sendable {
    /// The passbands, in the order of every flux list.
    public let passbands: [Passband]
    /// The populations that were integrated.
    public let table: PopulationTable
    /// The highest redshift of the grid.
    public let maximumRedshift: Double
    /// The cosmology of the distances.
    public let cosmology: Cosmology

    static let redshiftStep = 0.01
    static let reddenings: [Double] = [0, 0.1, 0.25, 0.45, 0.7, 1.0, 1.5]
    private let redshiftCount: Int
    /// Nanomaggies at 10 pc per solar mass formed, shape `[redshift, reddening, band, metallicity, age bin]`.
    private let stars: [Float]
    /// Nanomaggies at 10 pc per 1e50 ionising photons/s, shape `[redshift, reddening, band]`.
    private let nebular: [Double]
    private let hydrogenBeta: Double

    /// Speed of light in A/s.
    private static let lightSpeed = 2.997_924_58e18
    /// erg/s/cm^2/Hz of one nanomaggy.
    private static let nanomaggy = 3.631e-29
    /// `4 pi (10 pc)^2` in cm^2.
    private static let absoluteSphere = 4 * Double.pi * 3.085_677_58e19 * 3.085_677_58e19

    /// Integrates `table` through `passbands` up to `maximumRedshift`.
    public init(
        passbands: [Passband], table: PopulationTable = PopulationTable(), maximumRedshift: Double = 1.05,
        cosmology: Cosmology = .standard, populations: StellarPopulations = .pegase
    ) {
        self.passbands = passbands
        self.table = table
        self.maximumRedshift = maximumRedshift
        self.cosmology = cosmology
        hydrogenBeta = populations.hydrogenBeta
        redshiftCount = Int((maximumRedshift / Self.redshiftStep).rounded(.up)) + 1
        let models = table.metallicities.count * table.bins.count
        let rows = redshiftCount * Self.reddenings.count * passbands.count
        var stars = [Float](repeating: 0, count: rows * models)
        var nebular = [Double](repeating: 0, count: rows)
        var row = 0
        for index in 0..<redshiftCount {
            for reddening in Self.reddenings {
                for band in passbands {
                    let weights = Self.weights(
                        band, edges: table.binEdges, redshift: Double(index) * Self.redshiftStep,
                        reddening: reddening)
                    for (bin, weight) in weights {
                        nebular[row] += weight * populations.nebularContinuum[bin] * 1e50
                        let factor = Float(weight)
                        for model in 0..<models {
                            stars[row * models + model] += factor * table.luminosity[bin * models + model]
                        }
                    }
                    row += 1
                }
            }
        }
        self.stars = stars
        self.nebular = nebular
    }

    /// Nanomaggies at 10 pc per Lsun/A in each rest-frame bin that a passband sees.
    ///
    /// `f_nu = Int f_lambda lambda T dlambda / (c Int T dlambda / lambda)`, photon-counting AB.
    private static func weights(
        _ band: Passband, edges: [Double], redshift: Double, reddening: Double
    ) -> [(bin: Int, weight: Double)] {
        let stretch = 1 + redshift
        let scale =
            StellarPopulations.solarLuminosity
            / (absoluteSphere * stretch * lightSpeed * band.inverseMoment * nanomaggy)
        return (0..<edges.count - 1).compactMap { bin in
            let moment = band.moment(from: edges[bin] * stretch, to: edges[bin + 1] * stretch)
            guard moment > 0 else { return nil }
            let curve = DustAttenuation.curve(wavelength: (edges[bin] + edges[bin + 1]) / 2)
            return (bin, scale * moment * pow(10, -0.4 * curve * reddening))
        }
    }

    /// Flux at a redshift per flux at 10 pc.
    public func distanceFactor(redshift: Double) -> Double {
        let ratio = cosmology.luminosityDistance(redshift: redshift) * 1e5
        return 1 / (ratio * ratio)
    }

    /// Total fluxes of a galaxy in nanomaggies, one a passband, without Galactic extinction.
    ///
    /// - Parameters:
    ///   - history: Solar masses formed in each age bin.
    ///   - metallicity: Mass fraction of metals of the stars.
    ///   - redshift: Between 0 and `maximumRedshift`.
    ///   - dust: E(B-V) of stars and gas.
    ///   - gas: 12 + log10(O/H) and the scatter of the lines; `nil` for no emission.
    public func fluxes(
        history: StarFormationHistory, metallicity: Double, redshift: Double, dust: Reddening, gas: Gas?
    ) -> [Double] {
        let factor = distanceFactor(redshift: redshift)
        var result = starFluxes(
            history: history, metallicity: metallicity, redshift: redshift, reddening: dust.stars)
        if let gas {
            let photons =
                table.ionisingPhotons(history.massFormed, metallicity: metallicity) * gas.absorbedFraction
            let continuum = nebularFluxes(redshift: redshift, reddening: dust.gas)
            let lines = EmissionLines.lines(
                ionisingPhotons: photons, hydrogenBeta: hydrogenBeta, abundance: gas.oxygenAbundance,
                scatter: gas.scatter)
            for band in result.indices {
                result[band] += photons * 1e-50 * continuum[band]
                for line in lines {
                    result[band] += lineFlux(line, band: band, redshift: redshift, reddening: dust.gas)
                }
            }
        }
        return result.map { $0 * factor }
    }

    /// The grid cell of a redshift and a reddening: lower nodes and weights of the upper ones.
    private func cell(
        redshift: Double, reddening: Double
    ) -> (z: Int, e: Int, fz: Double, fe: Double) {
        precondition(
            (0...maximumRedshift).contains(redshift),
            "PhotometryGrid: redshift \(redshift) outside 0...\(maximumRedshift)")
        let position = redshift / Self.redshiftStep
        let z = min(redshiftCount - 2, Int(position))
        let grid = Self.reddenings
        let value = min(grid[grid.count - 1], max(0, reddening))
        let e = min(grid.count - 2, (grid.firstIndex { $0 > value } ?? grid.count - 1) - 1)
        return (z, e, position - Double(z), (value - grid[e]) / (grid[e + 1] - grid[e]))
    }

    /// Interpolates the logarithm of `value(row)` over redshift and reddening for each band.
    private func interpolate(
        redshift: Double, reddening: Double, _ value: (_ row: Int) -> Double
    ) -> [Double] {
        let (z, e, fz, fe) = cell(redshift: redshift, reddening: reddening)
        let bands = passbands.count
        return (0..<bands).map { band in
            func corner(_ dz: Int, _ de: Int) -> Double {
                log(max(value(((z + dz) * Self.reddenings.count + e + de) * bands + band), 1e-300))
            }
            let low = corner(0, 0) * (1 - fe) + corner(0, 1) * fe
            let high = corner(1, 0) * (1 - fe) + corner(1, 1) * fe
            return exp(low * (1 - fz) + high * fz)
        }
    }

    private func starFluxes(
        history: StarFormationHistory, metallicity: Double, redshift: Double, reddening: Double
    ) -> [Double] {
        let (lower, fraction) = table.bracket(metallicity: metallicity)
        let bins = table.bins.count
        let models = table.metallicities.count * bins
        let upperWeight = Float(fraction)
        let masses = history.massFormed.map { Float($0 * 1e-9) }
        return stars.withUnsafeBufferPointer { stars in
            masses.withUnsafeBufferPointer { masses in
                interpolate(redshift: redshift, reddening: reddening) { row in
                    let base = row * models + lower * bins
                    var low: Float = 0
                    var high: Float = 0
                    for bin in 0..<bins {
                        low += masses[bin] * stars[base + bin]
                        high += masses[bin] * stars[base + bins + bin]
                    }
                    return Double(low + upperWeight * (high - low)) * 1e9
                }
            }
        }
    }

    private func nebularFluxes(redshift: Double, reddening: Double) -> [Double] {
        interpolate(redshift: redshift, reddening: reddening) { nebular[$0] }
    }

    /// Nanomaggies at 10 pc of one line: `F lambda T / (c Int T dlambda / lambda)`.
    private func lineFlux(
        _ line: EmissionLines.Line, band: Int, redshift: Double, reddening: Double
    ) -> Double {
        let passband = passbands[band]
        let observed = line.wavelength * (1 + redshift)
        let throughput = passband.transmission(at: observed)
        guard throughput > 0 else { return 0 }
        let attenuation = pow(10, -0.4 * DustAttenuation.curve(wavelength: line.wavelength) * reddening)
        return line.luminosity * StellarPopulations.solarLuminosity / Self.absoluteSphere * attenuation
            * observed * throughput / (Self.lightSpeed * passband.inverseMoment * Self.nanomaggy)
    }
}

/// Reddening inside a galaxy, E(B-V) in magnitudes.
public struct Reddening: Sendable, Equatable {
    /// Of the starlight.
    public var stars: Double
    /// Of the nebular light.
    public var gas: Double

    /// Reddening of starlight and nebular light.
    public init(stars: Double, gas: Double) {
        self.stars = stars
        self.gas = gas
    }
}

/// What the emission of a galaxy's gas depends on, apart from its ionising photons.
public struct Gas: Sendable {
    /// 12 + log10(O/H).
    public var oxygenAbundance: Double
    /// Fraction of the ionising photons that the gas absorbs.
    public var absorbedFraction: Double
    /// Scatter of the metal lines around the mean relations.
    public var scatter: EmissionLines.Scatter

    /// Gas of an abundance that absorbs a fraction of the ionising photons.
    public init(
        oxygenAbundance: Double, absorbedFraction: Double = 1,
        scatter: EmissionLines.Scatter = EmissionLines.Scatter()
    ) {
        self.oxygenAbundance = oxygenAbundance
        self.absorbedFraction = absorbedFraction
        self.scatter = scatter
    }
}
