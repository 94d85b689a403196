internal import Computing
internal import Foundation

/// Sizes, Sersic indices and axis ratios of galaxies.
public enum StructureRelations {
    /// log10 of the half-light radius in kpc at log10 mass 10.70, slope and scatter at one redshift.
    private struct SizeRelation {
        var redshift, zeroPoint, slope, scatter: Double
    }

    /// Late types (van der Wel et al. 2014, ApJ 788, 28, Table 1; from memory).
    private static let late = [
        SizeRelation(redshift: 0.25, zeroPoint: 0.86, slope: 0.25, scatter: 0.16),
        SizeRelation(redshift: 0.75, zeroPoint: 0.78, slope: 0.22, scatter: 0.16),
        SizeRelation(redshift: 1.25, zeroPoint: 0.70, slope: 0.22, scatter: 0.17),
    ]
    /// Early types above log10 mass 10.3 (the same table; z = 0.25 from memory).
    private static let early = [
        SizeRelation(redshift: 0.25, zeroPoint: 0.60, slope: 0.75, scatter: 0.10),
        SizeRelation(redshift: 0.75, zeroPoint: 0.42, slope: 0.71, scatter: 0.11),
        SizeRelation(redshift: 1.25, zeroPoint: 0.22, slope: 0.76, scatter: 0.12),
    ]
    /// Slope of the early-type relation below log10 mass 10.3 (our approximation).
    private static let flatSlope = 0.15

    private static func interpolate(_ nodes: [SizeRelation], redshift: Double) -> SizeRelation {
        let z = min(1.25, max(0.25, redshift))
        let lower = z < 0.75 ? nodes[0] : nodes[1]
        let upper = z < 0.75 ? nodes[1] : nodes[2]
        let f = (z - lower.redshift) / (upper.redshift - lower.redshift)
        return SizeRelation(
            redshift: z, zeroPoint: lower.zeroPoint + f * (upper.zeroPoint - lower.zeroPoint),
            slope: lower.slope + f * (upper.slope - lower.slope),
            scatter: lower.scatter + f * (upper.scatter - lower.scatter))
    }

    /// Median log10 of the semi-major half-light radius (kpc, rest 5000 A) and its scatter in dex.
    public static func log10HalfLightRadius(
        log10StellarMass: Double, redshift: Double, isEarlyType: Bool
    ) -> (median: Double, scatter: Double) {
        let relation = interpolate(isEarlyType ? early : late, redshift: redshift)
        let x = log10StellarMass - 10.70
        guard isEarlyType, log10StellarMass < 10.3 else {
            return (relation.zeroPoint + relation.slope * x, relation.scatter)
        }
        return (
            relation.zeroPoint - 0.4 * relation.slope + flatSlope * (log10StellarMass - 10.3),
            relation.scatter
        )
    }

    /// A Sersic index: log-normal around 4 (0.15 dex) for early types, around 1.2 rising to 2 at log10 mass
    /// 11 (0.2 dex) for late types; held within 0.5 to 6 (our approximation).
    public static func sersicIndex(
        log10StellarMass: Double, isEarlyType: Bool, using generator: inout some RandomNumberGenerator
    ) -> Double {
        let median = isEarlyType ? 4 : 1.2 + 0.8 * min(1.25, max(0, log10StellarMass - 10))
        let scatter = isEarlyType ? 0.15 : 0.2
        return min(6, max(0.5, median * pow(10, scatter * generator.normal())))
    }

    /// Apparent axis ratio of a disc: `q^2 = q0^2 + (1 - q0^2) cos^2 i`, cos i uniform, q0 from N(0.22, 0.05)
    /// (Unterborn & Ryden 2008; Padilla & Strauss 2008; coefficients from memory).
    public static func discAxisRatio(
        using generator: inout some RandomNumberGenerator
    ) -> (axisRatio: Double, cosineInclination: Double) {
        let thickness = min(0.4, max(0.1, generator.normal(mean: 0.22, sigma: 0.05)))
        let cosine = generator.uniform()
        let square = thickness * thickness
        return ((square + (1 - square) * cosine * cosine).squareRoot(), cosine)
    }

    /// Apparent axis ratio of a spheroid: N(0.72, 0.17) within 0.3 and 1 (our approximation).
    public static func spheroidAxisRatio(using generator: inout some RandomNumberGenerator) -> Double {
        min(1, max(0.3, generator.normal(mean: 0.72, sigma: 0.17)))
    }
}
