internal import Foundation

/// Finds the rising, constant or declining history that has a given specific star-formation rate.
///
/// `SFR(age) ~ exp(rate * age)` since `onset`; the recent part multiplied by `burst` below `burstAge`. The
/// specific rate falls monotonically with `rate`, so bisection finds it.
struct SpecificRateSolver {
    let table: PopulationTable
    let metallicity: Double
    /// Years since the first stars formed.
    let onset: Double
    /// Bins younger than this many years are multiplied by `burst`.
    let burstAge: Double
    let burst: Double

    /// The history whose SFR (100 Myr) per surviving mass is `specificRate` (1/yr), or the nearest there is,
    /// per solar mass formed.
    func history(specificRate target: Double) -> StarFormationHistory {
        var low = -12 / onset
        var high = 25 / onset
        for _ in 0..<22 {
            let middle = (low + high) / 2
            if history(rate: middle).specificRate(table: table, metallicity: metallicity) > target {
                low = middle
            } else {
                high = middle
            }
        }
        return history(rate: (low + high) / 2)
    }

    private func history(rate: Double) -> StarFormationHistory {
        let base = StarFormationHistory.exponential(onset: onset, rate: rate, bins: table.bins)
        guard burst != 1 else { return base }
        let changed = base.modulated(below: burstAge, factor: burst, bins: table.bins)
        return changed.scaled(by: 1 / changed.totalMass)
    }
}
