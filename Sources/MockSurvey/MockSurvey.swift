public import Astronomy
internal import CKernels
internal import Computing
internal import Foundation

/// A physical mock sky with known truth: rows of a catalogue and images of galaxies, stars, quasars and
/// artefacts.
///
/// Each object is a function of the configuration and its index alone, so that any number of threads in any
/// order makes the same survey; pixels are the same bits for one instruction-set level.
public struct MockSurvey: Sendable {
    /// What is simulated.
    public let configuration: MockSurveyConfiguration
    let targets: TargetDrawer
    let companions: Companions
    let renderer: ProfileRenderer
    let noise: NoiseModel
    private let root: CounterGenerator

    /// Prepares the tables of a survey: some tenths of a second.
    ///
    /// `configuration.fault` must be `nil`.
    public init(_ configuration: MockSurveyConfiguration) {
        if let fault = configuration.fault { preconditionFailure("MockSurvey: \(fault)") }
        self.configuration = configuration
        root = CounterGenerator(seed: configuration.seed, stream: 0x4D6F_636B)
        let passbands = configuration.bands.map { $0.passband }
        let drawer = GalaxyDrawer(grid: PhotometryGrid(passbands: passbands))
        let library = SersicLibrary()
        let shapes = ShapeDrawer(
            library: library, pivots: passbands.map { $0.pivotWavelength }, cosmology: .standard)
        let band = configuration.selectionBand
        targets = TargetDrawer(
            configuration: configuration, drawer: drawer, shapes: shapes,
            samplers: configuration.selection.map {
                PopulationSampler(drawer: drawer, limit: $0.limit, band: band)
            }, greenPeas: GreenPeaSelection(table: drawer.table))
        companions = Companions(
            drawer: drawer, shapes: shapes, band: band, generator: root.split(0))
        renderer = ProfileRenderer(
            library: library, level: configuration.instructionSet, width: configuration.imageSide,
            height: configuration.imageSide, pixelScale: configuration.pixelScale)
        noise = NoiseModel(
            width: configuration.imageSide, height: configuration.imageSide,
            level: configuration.instructionSet)
    }

    /// Number of objects.
    public var count: Int { configuration.count }

    /// Names of the bands in the order of fluxes and pixels.
    public var bandNames: [String] { configuration.bands.map { $0.band.name } }

    /// The catalogue row of an object.
    public func object(_ index: Int) -> MockObject { scene(index).object }

    /// The catalogue row and the image of an object.
    public func exposure(_ index: Int) -> MockExposure {
        let scene = scene(index)
        let side = configuration.imageSide
        var pixels = [Float](repeating: 0, count: configuration.bands.count * side * side)
        pixels.withUnsafeMutableBufferPointer { render(scene, index: index, into: $0) }
        let plane = TangentPlane(
            northUpAt: scene.object.position, width: side, height: side,
            pixelScale: configuration.pixelScale)
        return MockExposure(
            object: scene.object,
            image: GalaxyImage(
                bands: bandNames, width: side, height: side, pixels: pixels, plane: plane,
                pixelScale: configuration.pixelScale))
    }

    /// Draws an object's image into `pixels`, shape `[band, y, x]`, and returns its catalogue row.
    ///
    /// - Parameter pixels: Nanomaggies per pixel, north up, east left; must hold `bands * side * side`
    ///   values.
    public func render(_ index: Int, into pixels: inout MutableSpan<Float>) -> MockObject {
        let scene = scene(index)
        pixels.withUnsafeMutableBufferPointer { buffer in
            let expected = configuration.bands.count * configuration.imageSide * configuration.imageSide
            precondition(
                buffer.count == expected,
                "MockSurvey.render: room for \(buffer.count) pixels, expected \(expected)")
            buffer.update(repeating: 0)
            render(scene, index: index, into: buffer)
        }
        return scene.object
    }

    /// The class of an object: a golden-ratio sequence keeps every fraction exact to one object in any
    /// prefix.
    public func objectClass(_ index: Int) -> MockClass {
        var generator = root.split(1)
        let start = generator.uniform()
        var place = (start + Double(index) * 0.618_033_988_749_894_8).truncatingRemainder(dividingBy: 1)
        for name in MockClass.allCases where name != .normal {
            place -= configuration.classFractions[name] ?? 0
            if place < 0 { return name }
        }
        return .normal
    }

    /// The partner that shares the field of an object, if it has one.
    private func partner(of index: Int) -> Int? {
        let other = index ^ 1
        guard other < count, objectClass(index) == .normal, objectClass(other) == .normal else { return nil }
        var generator = root.split(2).split(UInt64(index / 2))
        return generator.uniform() < configuration.pairFraction ? other : nil
    }

    /// Everything about an object.
    func scene(_ index: Int) -> MockScene {
        precondition((0..<count).contains(index), "MockSurvey: object \(index) of \(count)")
        let partner = partner(of: index)
        let first = min(index, partner ?? index)
        var field = root.split(3).split(UInt64(first))
        let conditions = ObservingConditions(
            bands: configuration.bands, pixelScale: configuration.pixelScale, using: &field)
        let position = MockField.position(using: &field)
        let distance = field.uniform(8...25)
        let angle = field.uniform() * 2 * .pi
        let half = Double(configuration.imageSide) * configuration.pixelScale / 2
        // Objects of a pair stand on either side of the field's centre.
        let step = partner == nil ? SIMD2<Double>.zero : SIMD2(sin(angle), cos(angle)) * (distance / 2)
        let others = companions.sources(
            halfWidth: half + abs(step.x), halfHeight: half + abs(step.y),
            transmission: targets.transmission(reddening: conditions.galacticReddening), using: &field)
        let centre = index == first ? step : -step
        let target = target(index, conditions: conditions)
        var sources = target.sources.map { moved($0, by: centre) }
        if let partner {
            sources += self.target(partner, conditions: conditions).sources.map { moved($0, by: -centre) }
        }
        var object = target.object
        object.position = MockField.position(position, offset: centre)
        return MockScene(
            object: object, sources: sources + others, centre: centre, conditions: conditions,
            artefact: target.artefact)
    }

    private func moved(_ source: SceneSource, by offset: SIMD2<Double>) -> SceneSource {
        SceneSource(offset: source.offset + offset, fluxes: source.fluxes, shape: source.shape)
    }

    private func target(_ index: Int, conditions: ObservingConditions) -> MockTarget {
        var generator = root.split(4).split(UInt64(index))
        return targets.target(
            index: index, objectClass: objectClass(index), conditions: conditions, using: &generator)
    }

    /// Light, artefacts, noise, calibration and sky of every band.
    private func render(_ scene: MockScene, index: Int, into pixels: UnsafeMutableBufferPointer<Float>) {
        let side = configuration.imageSide
        let plane = side * side
        let noiseRoot = root.split(5).split(UInt64(index))
        for band in configuration.bands.indices {
            let image = UnsafeMutableBufferPointer(rebasing: pixels[band * plane..<(band + 1) * plane])
            renderer.add(
                scene.sources, band: band, centre: scene.centre,
                pointSpread: scene.conditions.pointSpreads[band], to: image)
            scene.artefact?.addLight(to: image, band: band, width: side, height: side)
            noise.add(
                to: image, sigma: scene.conditions.skyNoise[band], passes: scene.conditions.passes,
                electronsPerNanomaggy: configuration.bands[band].electronsPerNanomaggy,
                shift: scene.conditions.cutoutShift, generator: noiseRoot.split(UInt64(band)))
            let factor = Float(scene.conditions.zeroPointFactors[band])
            let sky = Float(scene.conditions.skyResiduals[band])
            for index in image.indices { image[index] = image[index] * factor + sky }
            scene.artefact?.spoil(
                image, band: band, width: side, height: side, pixelScale: configuration.pixelScale)
        }
    }

    /// What a header says about the survey, keyword, value and comment.
    public static let provenance: [(keyword: String, value: String, comment: String)] = [
        ("COSMO", "flat LCDM, H0 = 70, Om = 0.3", "cosmology of distances and ages"),
        ("IMF", "Chabrier", "initial mass function of masses and rates"),
        ("MASSDEF", "surviving stars and remnants", "what a stellar mass counts"),
        ("SFRDEF", "mean of the last 100 Myr", "what a star-formation rate is"),
        ("SIZEDEF", "semi-major half-light, rest 5000 A", "what a half-light radius is"),
        ("FLUXDEF", "total, Galactic extinction included", "what true_flux_<band> is"),
        ("SFRFLOOR", "log10 sSFR = -12 per yr", "lowest reported specific rate"),
        ("SPECTRA", "PEGASE.2 (Fioc & Rocca-Volmerange)", "stellar populations"),
    ]
}

/// An object's catalogue row and its image.
public struct MockExposure: Sendable {
    /// The row.
    public var object: MockObject
    /// The image: nanomaggies per pixel, north up, east left.
    public var image: GalaxyImage
}
