internal import Astronomy
internal import Computing
internal import Foundation

/// Draws the object in the middle of an image, of any class.
struct TargetDrawer {
    let configuration: MockSurveyConfiguration
    let drawer: GalaxyDrawer
    let shapes: ShapeDrawer
    /// One sampler for each part of the selection.
    let samplers: [PopulationSampler]
    let greenPeas: GreenPeaSelection

    private var band: Int { configuration.selectionBand }

    /// The target of an index and class under given conditions.
    func target(
        index: Int, objectClass: MockClass, conditions: ObservingConditions,
        using generator: inout some RandomNumberGenerator
    ) -> MockTarget {
        let transmission = transmission(reddening: conditions.galacticReddening)
        let empty = MockObject(
            id: Int64(configuration.seed % 1_000_000) * 1_000_000_000 + Int64(index) + 1,
            position: MockField.pole, objectClass: objectClass, labels: .missing,
            galacticReddening: conditions.galacticReddening,
            trueFluxes: [Double](repeating: .nan, count: configuration.bands.count),
            passes: conditions.passes, seeing: conditions.pointSpreads.map { $0.fwhm })
        let part = selectionPart(using: &generator)
        let extinction = -2.5 * log10(transmission[band])
        switch objectClass {
        case .normal:
            let galaxy = samplers[part].galaxy(extinction: extinction, using: &generator).galaxy
            let shape = shapes.shape(of: galaxy, using: &generator)
            return single(galaxy, shape: shape, transmission, empty, using: &generator)
        case .greenPea:
            let peas = GreenPeaDrawer(drawer: drawer, selection: greenPeas, band: band)
            let galaxy = peas.galaxy(limit: 20.6, using: &generator)
            let style = ShapeDrawer.Style(
                radius: GreenPeaDrawer.radius(using: &generator), index: 1, hasArms: false, hasSpots: false)
            let shape = shapes.shape(of: galaxy, style: style, using: &generator)
            return single(galaxy, shape: shape, transmission, empty, using: &generator)
        case .redSpiral:
            let (galaxy, radius) = RedSpiralDrawer(drawer: drawer).galaxy(using: &generator)
            let style = ShapeDrawer.Style(
                radius: radius, index: generator.uniform(1.0...1.8), hasArms: true, hasSpots: false)
            let shape = shapes.shape(of: galaxy, style: style, using: &generator)
            return single(galaxy, shape: shape, transmission, empty, using: &generator)
        case .merger:
            return merger(part: part, extinction: extinction, transmission, empty, using: &generator)
        case .star, .quasar:
            return point(part: part, extinction: extinction, transmission, empty, using: &generator)
        case .artefact:
            return artefact(
                part: part, extinction: extinction, transmission, empty, conditions: conditions,
                using: &generator)
        }
    }

    /// Galactic transmission of each band at a reddening.
    func transmission(reddening: Double) -> [Double] {
        configuration.bands.map { pow(10, -0.4 * $0.band.extinctionCoefficient * reddening) }
    }

    /// Which limit applies.
    private func selectionPart(using generator: inout some RandomNumberGenerator) -> Int {
        var rest = generator.uniform()
        for (index, part) in configuration.selection.enumerated() {
            rest -= part.share
            if rest < 0 { return index }
        }
        return configuration.selection.count - 1
    }

    private func single(
        _ galaxy: Galaxy, shape: GalaxyShape, _ transmission: [Double], _ empty: MockObject,
        using generator: inout some RandomNumberGenerator
    ) -> MockTarget {
        var object = empty
        let fluxes = zip(galaxy.fluxes, transmission).map { $0 * $1 }
        object.trueFluxes = fluxes
        object.trueRedshift = galaxy.redshift
        object.trueLog10StellarMass = galaxy.log10StellarMass
        object.trueLog10StarFormationRate = galaxy.log10StarFormationRate
        object.truePositionAngle = Angle(radians: shape.positionAngle).degrees
        object.trueHalfLightRadius = shape.halfLightRadius
        object.trueAxisRatio = shape.axisRatio
        object.trueSersicIndex = shape.sersicIndex
        object.trueBulgeFraction = shape.bulgeFraction
        object.trueDustReddening = galaxy.dust.stars
        object.trueMetallicity = galaxy.metallicity
        object.state = galaxy.state
        object.labels = SurveyLabels(
            redshift: galaxy.redshift, log10StellarMass: galaxy.log10StellarMass,
            log10StarFormationRate: galaxy.log10StarFormationRate, using: &generator)
        return MockTarget(
            object: object, sources: [SceneSource(offset: .zero, fluxes: fluxes, shape: shape)])
    }

    private func merger(
        part: Int, extinction: Double, _ transmission: [Double], _ empty: MockObject,
        using generator: inout some RandomNumberGenerator
    ) -> MockTarget {
        let primary = samplers[part].galaxy(extinction: extinction, using: &generator).galaxy
        let mergers = MergerDrawer(drawer: drawer, shapes: shapes)
        let members = mergers.members(
            primary: primary, limit: configuration.selection[part].limit - extinction, using: &generator)
        let sources = members.map { member in
            SceneSource(
                offset: member.offset, fluxes: zip(member.galaxy.fluxes, transmission).map { $0 * $1 },
                shape: member.shape)
        }
        func sum(_ value: (Galaxy) -> Double) -> Double {
            log10(members.reduce(0) { $0 + pow(10, value($1.galaxy)) })
        }
        var object = empty
        let first = members[0].galaxy
        let shape = mergers.systemShape(members)
        object.trueFluxes = transmission.indices.map { band in sources.reduce(0) { $0 + $1.fluxes[band] } }
        object.trueRedshift = first.redshift
        object.trueLog10StellarMass = sum { $0.log10StellarMass }
        object.trueLog10StarFormationRate = sum { $0.log10StarFormationRate }
        object.truePositionAngle = Angle(radians: shape.positionAngle).degrees
        object.trueHalfLightRadius = shape.radius
        object.trueAxisRatio = shape.axisRatio
        object.trueDustReddening = first.dust.stars
        object.trueMetallicity = first.metallicity
        object.state = first.state
        object.labels = SurveyLabels(
            redshift: object.trueRedshift, log10StellarMass: object.trueLog10StellarMass,
            log10StarFormationRate: object.trueLog10StarFormationRate, using: &generator)
        return MockTarget(object: object, sources: sources)
    }

    private func point(
        part: Int, extinction: Double, _ transmission: [Double], _ empty: MockObject,
        using generator: inout some RandomNumberGenerator
    ) -> MockTarget {
        let limit = configuration.selection[part].limit - extinction
        let fluxes: [Double]
        if empty.objectClass == .star {
            let stars = StarDrawer(pivots: shapes.pivots)
            let magnitude = stars.magnitude(from: 15, to: limit, using: &generator)
            fluxes = stars.fluxes(magnitude: magnitude, using: &generator)
        } else {
            let quasars = QuasarDrawer(passbands: configuration.bands.map { $0.passband })
            fluxes = quasars.fluxes(limit: limit, band: band, using: &generator).fluxes
        }
        let observed = zip(fluxes, transmission).map { $0 * $1 }
        return MockTarget(
            object: empty, sources: [SceneSource(offset: .zero, fluxes: observed, shape: nil)])
    }

    private func artefact(
        part: Int, extinction: Double, _ transmission: [Double], _ empty: MockObject,
        conditions: ObservingConditions, using generator: inout some RandomNumberGenerator
    ) -> MockTarget {
        let artefact = Artefact(
            bandCount: configuration.bands.count, side: configuration.imageSide,
            skyNoise: conditions.skyNoise, using: &generator)
        let galaxy = samplers[part].galaxy(extinction: extinction, using: &generator).galaxy
        let shape = shapes.shape(of: galaxy, using: &generator)
        var sources = [
            SceneSource(
                offset: .zero, fluxes: zip(galaxy.fluxes, transmission).map { $0 * $1 }, shape: shape)
        ]
        if case .bleed(let offset, let magnitude, _, _, _, _) = artefact {
            let fluxes = StarDrawer(pivots: shapes.pivots).fluxes(magnitude: magnitude, using: &generator)
            sources.append(
                SceneSource(offset: offset, fluxes: zip(fluxes, transmission).map { $0 * $1 }, shape: nil))
        }
        return MockTarget(object: empty, sources: sources, artefact: artefact)
    }
}
