internal import Astronomy
internal import Computing
internal import Foundation

/// Draws two or three galaxies in collision, with tidal tails and raised star formation (our approximation).
struct MergerDrawer {
    let drawer: GalaxyDrawer
    let shapes: ShapeDrawer

    /// One galaxy of the system: its state, its shape and where it stands, arcsec (east, north).
    struct Member {
        var galaxy: Galaxy
        var shape: GalaxyShape
        var offset: SIMD2<Double>
    }

    /// The members of a system of the mass, redshift and state of `primary` that is brighter than `limit` in
    /// the middle band; offsets refer to the light's centre.
    func members(
        primary: Galaxy, limit: Double, using generator: inout some RandomNumberGenerator
    ) -> [Member] {
        let band = shapes.pivots.count / 2
        var members: [Member] = []
        repeat {
            members = self.members(primary: primary, using: &generator)
        } while Galaxy.magnitude(flux: members.reduce(0) { $0 + $1.galaxy.fluxes[band] }) >= limit
        return members
    }

    private func members(primary: Galaxy, using generator: inout some RandomNumberGenerator) -> [Member] {
        let count = generator.uniform() < 0.2 ? 3 : 2
        var members: [Member] = []
        for index in 0..<count {
            let mass =
                index == 0
                ? primary.log10StellarMass : primary.log10StellarMass + generator.uniform(-0.6...0)
            let galaxy = member(mass: mass, of: primary, using: &generator)
            var shape = shapes.shape(of: galaxy, using: &generator)
            var offset = SIMD2<Double>.zero
            if index > 0 {
                // Projected separations from within the light to a few radii, both within the image.
                let reach = members[0].shape.halfLightRadius + shape.halfLightRadius
                let distance = min(10, reach * generator.uniform(0.5...1.6))
                let angle = generator.uniform() * 2 * .pi
                offset = SIMD2(distance * sin(angle), distance * cos(angle))
            }
            addTail(to: &shape, away: index == 0 ? nil : offset, using: &generator)
            members.append(Member(galaxy: galaxy, shape: shape, offset: offset))
        }
        return centred(members)
    }

    private func member(
        mass: Double, of primary: Galaxy, using generator: inout some RandomNumberGenerator
    ) -> Galaxy {
        let state = primary.state == .greenValley ? .starForming : primary.state
        guard state == .starForming else {
            return drawer.galaxy(
                log10StellarMass: mass, redshift: primary.redshift, state: state, using: &generator)
        }
        let sequence = MainSequence.log10StarFormationRate(
            log10StellarMass: mass, redshift: primary.redshift, cosmology: drawer.grid.cosmology)
        return drawer.galaxy(
            log10StellarMass: mass, redshift: primary.redshift, state: state,
            log10SpecificRate: sequence - mass + 0.3 + MainSequence.scatter * generator.normal(),
            using: &generator)
    }

    /// Moves 5 to 20 per cent of a galaxy's light into a curved tail that points away from its partner.
    private func addTail(
        to shape: inout GalaxyShape, away partner: SIMD2<Double>?,
        using generator: inout some RandomNumberGenerator
    ) {
        let share = generator.uniform(0.05...0.2)
        for index in shape.components.indices {
            shape.components[index].share = shape.components[index].share.map { $0 * (1 - share) }
        }
        for index in shape.spots.indices {
            shape.spots[index].share = shape.spots[index].share.map { $0 * (1 - share) }
        }
        let bands = shapes.pivots.count
        let start = partner.map { atan2($0.x, $0.y) } ?? generator.uniform() * 2 * .pi
        let curl = generator.uniform(0.6...2.2) * (generator.uniform() < 0.5 ? -1 : 1)
        let length = generator.uniform(2.5...5)
        let count = 18
        let weights = (0..<count).map { exp(-1.5 * Double($0) / Double(count)) }
        let total = weights.reduce(0, +)
        for (step, weight) in weights.enumerated() {
            let along = (Double(step) + 0.5) / Double(count)
            let radius = shape.halfLightRadius * (0.8 + length * along)
            let angle = start + curl * along
            shape.spots.append(
                GalaxyShape.Spot(
                    offset: SIMD2(radius * sin(angle), radius * cos(angle)),
                    sigma: shape.halfLightRadius * (0.22 + 0.2 * along),
                    share: [Double](repeating: share * weight / total, count: bands)))
        }
    }

    /// Offsets from the centre of the light.
    private func centred(_ members: [Member]) -> [Member] {
        let band = shapes.pivots.count / 2
        let total = members.reduce(0) { $0 + $1.galaxy.fluxes[band] }
        let centre = members.reduce(SIMD2<Double>.zero) {
            $0 + $1.offset * ($1.galaxy.fluxes[band] / total)
        }
        return members.map { Member(galaxy: $0.galaxy, shape: $0.shape, offset: $0.offset - centre) }
    }

    /// Second moments of the system's light in a band: semi-major size, axis ratio and position angle.
    func systemShape(
        _ members: [Member]
    ) -> (radius: Double, axisRatio: Double, positionAngle: Double) {
        let band = shapes.pivots.count / 2
        let total = members.reduce(0) { $0 + $1.galaxy.fluxes[band] }
        var (xx, xy, yy) = (0.0, 0.0, 0.0)
        for member in members {
            let weight = member.galaxy.fluxes[band] / total
            let square = member.shape.halfLightRadius * member.shape.halfLightRadius
            let ellipse = SkyEllipse(
                positionAngle: member.shape.positionAngle, axisRatio: member.shape.axisRatio)
            xx += weight * (square * ellipse.eastEast + member.offset.x * member.offset.x)
            yy += weight * (square * ellipse.northNorth + member.offset.y * member.offset.y)
            xy += weight * (square * ellipse.eastNorth + member.offset.x * member.offset.y)
        }
        let mean = (xx + yy) / 2
        let half = ((xx - yy) * (xx - yy) / 4 + xy * xy).squareRoot()
        let angle = 0.5 * atan2(2 * xy, yy - xx)
        return (
            (mean + half).squareRoot(), ((mean - half) / (mean + half)).squareRoot(),
            Angle(radians: angle).foldedAxis.radians
        )
    }
}
