internal import Foundation

/// When the stars of a galaxy formed: solar masses formed in each age bin.
public struct StarFormationHistory: Sendable, Equatable {
    /// Mass formed in each bin of `AgeBins`, solar masses.
    public var massFormed: [Double]

    /// A history from the mass formed in each age bin.
    public init(massFormed: [Double]) { self.massFormed = massFormed }

    /// Star formation `exp(rate * age)` from `onset` years ago until now, normalised to one solar mass.
    ///
    /// - Parameters:
    ///   - onset: Years since the first stars formed.
    ///   - rate: Per year; positive declines towards the present, negative rises, zero is constant.
    ///   - end: Years since star formation stopped.
    public static func exponential(
        onset: Double, rate: Double, end: Double = 0, bins: AgeBins = .standard
    ) -> StarFormationHistory {
        precondition(onset > end && end >= 0, "StarFormationHistory: onset \(onset), end \(end)")
        var masses = [Double](repeating: 0, count: bins.count)
        var total = 0.0
        for bin in 0..<bins.count {
            let low = max(bins.edges[bin], end)
            let high = min(bins.edges[bin + 1], onset)
            guard high > low else { continue }
            // Relative to the onset, so that steep histories do not overflow.
            let mass: Double
            if abs(rate) * (high - low) < 1e-6 {
                mass = (high - low) * exp(rate * (low - onset))
            } else {
                mass = exp(rate * (high - onset)) * (1 - exp(-rate * (high - low))) / rate
            }
            masses[bin] = mass
            total += mass
        }
        return StarFormationHistory(massFormed: masses.map { $0 / total })
    }

    /// Star formation that begins `onset` years ago at a constant rate, stops growing at `quenching` and then
    /// falls with an e-folding time of `decline`, normalised to one solar mass.
    public static func quenched(
        onset: Double, quenching: Double, decline: Double, bins: AgeBins = .standard
    ) -> StarFormationHistory {
        let plateau = exponential(onset: onset, rate: 0, end: quenching, bins: bins)
        let tail = exponential(onset: quenching, rate: 1 / decline, bins: bins)
        // The rate is continuous: the tail holds rate * decline * (1 - exp(-quenching / decline)).
        let tailMass = decline * (1 - exp(-quenching / decline))
        let weight = tailMass / (onset - quenching + tailMass)
        return plateau.scaled(by: 1 - weight).adding(tail.scaled(by: weight))
    }

    /// Total mass formed in solar masses.
    public var totalMass: Double { massFormed.reduce(0, +) }

    /// Star-formation rate averaged over the last 100 Myr, solar masses per year.
    public func recentRate(bins: AgeBins = .standard) -> Double {
        let recent = bins.recentCount
        return massFormed[0..<recent].reduce(0, +) / bins.edges[recent]
    }

    /// The history times a factor.
    public func scaled(by factor: Double) -> StarFormationHistory {
        StarFormationHistory(massFormed: massFormed.map { $0 * factor })
    }

    /// The sum of two histories.
    public func adding(_ other: StarFormationHistory) -> StarFormationHistory {
        StarFormationHistory(massFormed: zip(massFormed, other.massFormed).map { $0 + $1 })
    }

    /// The history with star formation younger than `age` years multiplied by `factor`: a burst or a lull.
    public func modulated(below age: Double, factor: Double, bins: AgeBins = .standard)
        -> StarFormationHistory
    {
        var result = self
        for bin in 0..<bins.count where bins.edges[bin + 1] <= age { result.massFormed[bin] *= factor }
        return result
    }

    /// Specific star-formation rate over 100 Myr per surviving mass (Chabrier scale), 1/yr.
    public func specificRate(table: PopulationTable, metallicity: Double) -> Double {
        recentRate(bins: table.bins) / table.survivingMass(massFormed, metallicity: metallicity)
    }
}
