internal import Astronomy
internal import Computing
internal import Foundation

/// Draws the shape of a galaxy from its mass, redshift and state.
struct ShapeDrawer {
    let library: SersicLibrary
    /// Pivot wavelengths of the bands in A.
    let pivots: [Double]
    let cosmology: Cosmology

    /// What to draw beyond the general population.
    struct Style {
        /// Half-light radius in kpc; drawn from the mass-size relation when `nil`.
        var radius: Double?
        /// Sersic index; drawn when `nil`.
        var index: Double?
        /// Whether the disc shows arms; by chance when `nil`.
        var hasArms: Bool?
        /// Whether spots of star formation show.
        var hasSpots = true
    }

    /// Rest-frame wavelength that half-light radii refer to, A.
    private static let sizeWavelength = 5000.0

    /// The shape of a galaxy.
    func shape(
        of galaxy: Galaxy, style: Style = Style(), using generator: inout some RandomNumberGenerator
    ) -> GalaxyShape {
        let early = galaxy.state == .quiescent
        let relation = StructureRelations.log10HalfLightRadius(
            log10StellarMass: galaxy.log10StellarMass, redshift: galaxy.redshift, isEarlyType: early)
        let drawnRadius = pow(10, relation.median + relation.scatter * generator.normal())
        let drawnIndex = StructureRelations.sersicIndex(
            log10StellarMass: galaxy.log10StellarMass, isEarlyType: galaxy.isSpheroid, using: &generator)
        let kiloparsec = cosmology.kiloparsecPerArcsecond(redshift: galaxy.redshift)
        var shape = GalaxyShape(
            halfLightRadius: (style.radius ?? drawnRadius) / kiloparsec, axisRatio: galaxy.axisRatio,
            positionAngle: generator.uniform() * .pi,
            sersicIndex: SersicLibrary.rounded(style.index ?? drawnIndex), bulgeFraction: 1, components: [],
            arms: nil, discIndex: nil, spots: [])
        if galaxy.isSpheroid {
            addSpheroid(to: &shape, galaxy: galaxy)
        } else {
            addDisc(to: &shape, galaxy: galaxy, style: style, using: &generator)
        }
        setScale(of: &shape, redshift: galaxy.redshift)
        return shape
    }

    /// Wavelength of each band per rest 5000 A, to the power `-exponent`: bluer light is wider.
    private func gradient(_ exponent: Double, redshift: Double) -> [Double] {
        pivots.map { pow($0 / (Self.sizeWavelength * (1 + redshift)), -exponent) }
    }

    private func addSpheroid(to shape: inout GalaxyShape, galaxy: Galaxy) {
        shape.components = [
            GalaxyShape.Component(
                index: shape.sersicIndex, radius: gradient(0.12, redshift: galaxy.redshift),
                share: pivots.map { _ in 1 },
                ellipse: SkyEllipse(positionAngle: shape.positionAngle, axisRatio: shape.axisRatio))
        ]
    }

    /// Disc, bulge, bar, arms and spots, in units of the disc's half-light radius.
    private func addDisc(
        to shape: inout GalaxyShape, galaxy: Galaxy, style: Style,
        using generator: inout some RandomNumberGenerator
    ) {
        let bulgeShare = min(0.75, max(0, (shape.sersicIndex - 1.05) / 3.2))
        shape.bulgeFraction = bulgeShare
        // Redder bulge: its share grows with wavelength, more so while the disc forms stars.
        let tilt = galaxy.state == .starForming ? generator.uniform(0.5...1.1) : 0.25
        var bulgeShares = tilted(bulgeShare, by: tilt, atMost: 0.9)
        let barred = generator.uniform() < 0.33 && galaxy.log10StellarMass > 9.3
        var barShares = tilted(
            barred ? generator.uniform(0.06...0.16) : 0, by: 0.7 * tilt, atMost: 0.3)
        let spots = style.hasSpots && galaxy.state == .starForming ? generator.uniform(0.02...0.12) : 0
        let spotShares = pivots.map { spots * pow($0 / pivots[0], -1.2) }
        var discShares: [Double] = []
        for band in pivots.indices {
            // Bulge and bar leave the disc at least a twentieth of the light.
            let scale = min(1, (0.95 - spotShares[band]) / max(1e-9, bulgeShares[band] + barShares[band]))
            bulgeShares[band] *= scale
            barShares[band] *= scale
            discShares.append(1 - bulgeShares[band] - barShares[band] - spotShares[band])
        }
        shape.discIndex = 0
        shape.components = [
            GalaxyShape.Component(
                index: min(1, shape.sersicIndex), radius: gradient(0.2, redshift: galaxy.redshift),
                share: discShares,
                ellipse: SkyEllipse(positionAngle: shape.positionAngle, axisRatio: shape.axisRatio))
        ]
        if bulgeShare > 0.01 {
            addBulge(to: &shape, galaxy: galaxy, shares: bulgeShares, using: &generator)
        }
        let pattern = generator.uniform() * 2 * .pi
        if barred { addBar(to: &shape, shares: barShares, angle: pattern / 2, using: &generator) }
        addArms(to: &shape, galaxy: galaxy, style: style, phase: pattern, using: &generator)
        addSpots(to: &shape, shares: spotShares, using: &generator)
    }

    /// A share that grows with wavelength to a power, the given one in the middle band.
    private func tilted(_ share: Double, by power: Double, atMost limit: Double) -> [Double] {
        pivots.map { min(limit, share * pow($0 / pivots[pivots.count / 2], power)) }
    }

    /// A bulge about a quarter of the disc's size, rounder than the disc because it is thick.
    private func addBulge(
        to shape: inout GalaxyShape, galaxy: Galaxy, shares: [Double],
        using generator: inout some RandomNumberGenerator
    ) {
        let square = 0.6 * 0.6
        let cosine = galaxy.cosineInclination
        let ratio = (square + (1 - square) * cosine * cosine).squareRoot()
        let radius = 0.25 * pow(10, 0.12 * generator.normal()) * (0.7 + shape.bulgeFraction)
        shape.components.append(
            GalaxyShape.Component(
                index: SersicLibrary.rounded(generator.uniform(1.5...3.5)),
                radius: pivots.map { _ in radius }, share: shares,
                ellipse: SkyEllipse(
                    positionAngle: shape.positionAngle, axisRatio: max(ratio, shape.axisRatio))))
    }

    /// A bar in the disc's plane, half as long as 0.5 to 0.95 half-light radii, with a flat profile.
    private func addBar(
        to shape: inout GalaxyShape, shares: [Double], angle: Double,
        using generator: inout some RandomNumberGenerator
    ) {
        let radius = 0.5 * generator.uniform(0.5...0.95)
        shape.components.append(
            GalaxyShape.Component(
                index: 0.6, radius: pivots.map { _ in radius }, share: shares,
                ellipse: SkyEllipse(
                    inPlaneAngle: angle, inPlaneRatio: generator.uniform(0.22...0.4),
                    discPositionAngle: shape.positionAngle, discAxisRatio: shape.axisRatio)))
    }

    private func addArms(
        to shape: inout GalaxyShape, galaxy: Galaxy, style: Style, phase: Double,
        using generator: inout some RandomNumberGenerator
    ) {
        let forming = galaxy.state != .quiescent
        let massive = galaxy.log10StellarMass > 9.5
        let chance = forming ? (massive ? 0.8 : 0.35) : 0
        let drawn = generator.uniform() < chance
        guard style.hasArms ?? drawn else { return }
        let pitch = generator.uniform(10...30) * .pi / 180
        let amplitude = generator.uniform(0.15...0.5) * (forming ? 1 : 0.8)
        let blue = forming ? -0.8 : -0.2
        let hasRing = generator.uniform() < 0.15
        shape.arms = GalaxyShape.Arms(
            count: generator.uniform() < 0.8 ? 2 : 3,
            pitchTangent: tan(pitch) * (generator.uniform() < 0.5 ? -1 : 1), phase: phase,
            amplitude: pivots.map { amplitude * pow($0 / pivots[pivots.count / 2], blue) },
            ring: hasRing ? (generator.uniform(0.3...0.8), generator.uniform(0.7...1.2)) : (0, 1))
    }

    /// Star-forming regions over the disc, along the arms where there are any.
    private func addSpots(
        to shape: inout GalaxyShape, shares: [Double], using generator: inout some RandomNumberGenerator
    ) {
        guard (shares.max() ?? 0) > 0 else { return }
        let count = 10 + Int(generator.uniform() * 30)
        let strengths = (0..<count).map { _ in exp(0.7 * generator.normal()) }
        let total = strengths.reduce(0, +)
        for strength in strengths {
            // Radii of an exponential disc, the sum of two exponentials; scale length R_e / 1.678.
            let radius = -log((1 - generator.uniform()) * (1 - generator.uniform())) / 1.678
            var angle = generator.uniform() * 2 * .pi
            if let arms = shape.arms {
                let arm = Double(Int(generator.uniform() * Double(arms.count)))
                angle =
                    (arms.phase + 2 * .pi * arm) / Double(arms.count)
                    + log(max(radius, 0.05)) / arms.pitchTangent + 0.3 * generator.normal()
            }
            let (x, y) = (radius * cos(angle), radius * sin(angle) * shape.axisRatio)
            let (s, c) = (sin(shape.positionAngle), cos(shape.positionAngle))
            shape.spots.append(
                GalaxyShape.Spot(
                    offset: SIMD2(x * s + y * c, x * c - y * s),
                    sigma: 0.04 + 0.06 * generator.uniform(),
                    share: shares.map { $0 * strength / total }))
        }
    }

    /// Scales all radii so that half of the light at rest 5000 A lies within `halfLightRadius` of the
    /// deprojected galaxy.
    private func setScale(of shape: inout GalaxyShape, redshift: Double) {
        let wavelength = Self.sizeWavelength * (1 + redshift)
        let upper = min(pivots.count - 1, max(1, pivots.firstIndex { $0 > wavelength } ?? pivots.count - 1))
        let span = pivots[upper] - pivots[upper - 1]
        let fraction = min(1, max(0, (wavelength - pivots[upper - 1]) / span))
        func between(_ values: [Double]) -> Double {
            values[upper - 1] * (1 - fraction) + values[upper] * fraction
        }
        let smooth = shape.components.map { component in
            (
                mixture: library.mixture(index: component.index), radius: between(component.radius),
                share: between(component.share)
            )
        }
        let total = smooth.reduce(0) { $0 + $1.share }
        var low = 0.05
        var high = 3.0
        for _ in 0..<26 {
            let middle = (low + high) / 2
            let within = smooth.reduce(0) {
                $0 + $1.share * $1.mixture.fluxWithin(radius: middle / $1.radius)
            }
            if within < 0.5 * total { low = middle } else { high = middle }
        }
        let factor = shape.halfLightRadius / low
        for index in shape.components.indices {
            shape.components[index].radius = shape.components[index].radius.map { $0 * factor }
        }
        for index in shape.spots.indices {
            shape.spots[index].offset *= factor
            shape.spots[index].sigma *= factor
        }
    }
}
