internal import Astronomy
internal import Computing
internal import Foundation

/// Galaxies and stars that happen to lie in a field.
///
/// Galaxies: `N(< r) = 1050 * 10^(0.40 (r - 19.8))` per square degree (density of GAMA; the slope is our
/// approximation), drawn from a pool of the mock population to r < 23. Stars: `StarDrawer`.
struct Companions {
    /// Galaxies of the population brighter than `limit`.
    let pool: [Galaxy]
    let shapes: ShapeDrawer

    static let limit = 23.0
    /// Galaxies per square degree brighter than `limit`.
    static let densityPerSquareDegree = 1050 * pow(10, 0.40 * (limit - 19.8))
    private static let poolSize = 1500

    init(drawer: GalaxyDrawer, shapes: ShapeDrawer, band: Int, generator: CounterGenerator) {
        let sampler = PopulationSampler(drawer: drawer, limit: Self.limit, band: band)
        pool = (0..<Self.poolSize).map { index in
            var part = generator.split(UInt64(index))
            return sampler.galaxy(using: &part).galaxy
        }
        self.shapes = shapes
    }

    /// The companions within a rectangle of arcsec around the field's centre.
    func sources(
        halfWidth: Double, halfHeight: Double, transmission: [Double],
        using generator: inout some RandomNumberGenerator
    ) -> [SceneSource] {
        let area = 4 * halfWidth * halfHeight / (3600 * 3600)
        var sources: [SceneSource] = []
        func place(_ generator: inout some RandomNumberGenerator) -> SIMD2<Double> {
            SIMD2(
                generator.uniform(-halfWidth...halfWidth), generator.uniform(-halfHeight...halfHeight))
        }
        for _ in 0..<generator.poisson(Self.densityPerSquareDegree * area) {
            let galaxy = pool[min(pool.count - 1, Int(generator.uniform() * Double(pool.count)))]
            let offset = place(&generator)
            sources.append(
                SceneSource(
                    offset: offset, fluxes: zip(galaxy.fluxes, transmission).map { $0 * $1 },
                    shape: shapes.shape(of: galaxy, using: &generator)))
        }
        let stars = StarDrawer(pivots: shapes.pivots)
        for _ in 0..<generator.poisson(StarDrawer.densityPerSquareDegree * area) {
            let magnitude = stars.magnitude(
                from: StarDrawer.brightest, to: StarDrawer.faintest, using: &generator)
            let fluxes = stars.fluxes(magnitude: magnitude, using: &generator)
            sources.append(
                SceneSource(
                    offset: place(&generator), fluxes: zip(fluxes, transmission).map { $0 * $1 },
                    shape: nil))
        }
        return sources
    }
}
