internal import Astronomy
internal import Computing
internal import Foundation

/// Draws galaxies of a flux-limited survey: redshift by comoving volume, mass by the mass function, then the
/// limit.
///
/// Candidates come from an envelope that contains every galaxy that can pass: at each redshift the masses
/// above which a galaxy of the highest light per mass reaches the limit. Candidates fainter than the limit
/// are drawn again, so that the sample follows the population exactly.
package struct PopulationSampler {
    let drawer: GalaxyDrawer
    /// The faintest magnitude in the selection band.
    let limit: Double
    /// The band of the limit.
    let band: Int
    /// Galaxies per steradian in the envelope.
    package let envelopeDensity: Double

    static let redshiftRange = 0.01...1.0
    static let massRange = 7.0...12.3
    private static let massStep = 0.005
    private static let cellWidth = 0.005

    /// Galaxies per Mpc^3 above each mass of the grid, z = 0.
    private let numberAbove: [Double]
    /// Running sum of the envelope over redshift cells.
    private let cumulative: [Double]
    /// The lowest mass node of each redshift cell.
    private let lowestNode: [Int]

    package init(drawer: GalaxyDrawer, limit: Double, band: Int, massFunction: MassFunction = MassFunction())
    {
        self.drawer = drawer
        self.limit = limit
        self.band = band
        let nodes = Int(((Self.massRange.upperBound - Self.massRange.lowerBound) / Self.massStep).rounded())
        var above = [Double](repeating: 0, count: nodes + 1)
        for node in stride(from: nodes - 1, through: 0, by: -1) {
            let mass = Self.massRange.lowerBound + (Double(node) + 0.5) * Self.massStep
            above[node] = above[node + 1] + Self.massStep * massFunction.perDex(log10StellarMass: mass)
        }
        numberAbove = above
        let range = Self.redshiftRange
        let cells = Int(((range.upperBound - range.lowerBound) / Self.cellWidth).rounded())
        var sums = [0.0]
        var lowest: [Int] = []
        for cell in 0..<cells {
            let low = range.lowerBound + Double(cell) * Self.cellWidth
            let middle = low + Self.cellWidth / 2
            let mass = Self.lowestMass(drawer: drawer, redshift: low, limit: limit, band: band)
            let node = min(nodes, max(0, Int((mass - Self.massRange.lowerBound) / Self.massStep)))
            lowest.append(node)
            sums.append(
                sums[cell] + Self.cellWidth * drawer.grid.cosmology.comovingVolumeElement(redshift: middle)
                    * massFunction.densityFactor(redshift: middle) * above[node])
        }
        cumulative = sums
        lowestNode = lowest
        envelopeDensity = sums[cells]
    }

    /// log10 of the mass of a dust-free galaxy at the limit that formed all stars in the last 250 Myr.
    private static func lowestMass(
        drawer: GalaxyDrawer, redshift: Double, limit: Double, band: Int
    ) -> Double {
        let young = StarFormationHistory.exponential(onset: 2.5e8, rate: 0, bins: drawer.table.bins)
        let flux = drawer.grid.fluxes(
            history: young, metallicity: 0.004, redshift: redshift, dust: Reddening(stars: 0, gas: 0),
            gas: Gas(oxygenAbundance: 8.2))[band]
        let surviving = drawer.table.survivingMass(young.massFormed, metallicity: 0.004)
        let needed = pow(10, 0.4 * (22.5 - limit))
        return log10(needed / flux * surviving)
    }

    /// Redshift and log10 mass of a candidate.
    func candidate(using generator: inout some RandomNumberGenerator) -> (redshift: Double, mass: Double) {
        let target = generator.uniform() * envelopeDensity
        let cell = Self.search(cumulative, target)
        let within = (target - cumulative[cell]) / (cumulative[cell + 1] - cumulative[cell])
        let redshift = Self.redshiftRange.lowerBound + (Double(cell) + within) * Self.cellWidth
        let number = generator.uniform() * numberAbove[lowestNode[cell]]
        // `numberAbove` falls with the node: find the node interval that holds `number`.
        var low = lowestNode[cell]
        var high = numberAbove.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if numberAbove[middle] > number { low = middle } else { high = middle }
        }
        let fraction = (numberAbove[low] - number) / (numberAbove[low] - numberAbove[low + 1])
        return (redshift, Self.massRange.lowerBound + (Double(low) + fraction) * Self.massStep)
    }

    /// The index of the cell of a running sum that contains `value`.
    private static func search(_ sums: [Double], _ value: Double) -> Int {
        var low = 0
        var high = sums.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if sums[middle] <= value { low = middle } else { high = middle }
        }
        return low
    }

    /// A galaxy of the population that passes the limit behind `extinction` magnitudes in the selection band.
    ///
    /// - Returns: The galaxy and how many candidates were drawn for it.
    package func galaxy(
        extinction: Double = 0, using generator: inout some RandomNumberGenerator
    ) -> (galaxy: Galaxy, candidates: Int) {
        var candidates = 0
        while true {
            candidates += 1
            let (redshift, mass) = candidate(using: &generator)
            let galaxy = drawer.galaxy(
                log10StellarMass: mass, redshift: redshift, using: &generator)
            if galaxy.magnitude(band: band) + extinction < limit { return (galaxy, candidates) }
        }
    }
}
