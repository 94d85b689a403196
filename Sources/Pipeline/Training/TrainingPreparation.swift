internal import Astronomy
internal import Computing
internal import Foundation
internal import GalaxyModels
internal import Photometry

/// What the pixels of the training rows give: network inputs in a cache, features, orientations.
struct TrainingPreparation: Sendable {
    /// The pixels' side of one record.
    struct Record: Sendable {
        /// Photometric features as measured.
        var features: [Float]
        /// Ellipticity components `e cos 2 phi`, `e sin 2 phi` with `e = (1 - q) / (1 + q)`; NaN unmeasured.
        var orientation: SIMD2<Double>
        /// Error of either component.
        var orientationSigma: Double
        /// Asinh magnitude of each band, corrected for Galactic extinction; NaN unmeasured.
        var magnitudes: [Double]
        /// Errors of `magnitudes`.
        var magnitudeSigmas: [Double]
        /// log10 of the half-light radius, arcsec; NaN unmeasured.
        var log10HalfLightRadius: Double
        /// Whether the cutout can be used.
        var isUsable: Bool
    }

    /// One for each training row.
    var records: [Record]
    /// `m_b` of the paper's scaling, where the configuration asks for it.
    var meanMaxima: [Float]?

    /// Records that are prepared together.
    private static let blockSize = 256

    /// The name of what measures shapes and fluxes: what enriches a catalogue unless asked otherwise.
    static let photometryName = PhotometryMethod.fast.rawValue
    private static let photometry = FastPhotometry()

    /// Memory of one thread.
    private struct Workspace {
        var input: ModelInputPreparation.Workspace
        let photometry = MeasurementWorkspace()
    }

    /// Reads every cutout, measures it and writes its network input to `cachePath`.
    ///
    /// - Throws: `PipelineError`; `CancellationError`.
    init(
        _ rows: TrainingRows, cutouts: CutoutCollection, configuration: GalaxyModelConfiguration,
        cachePath: String, key: String, threads: Int?, flag: CancellationFlag, progress: ProgressHandler
    ) throws {
        let loop = ParallelLoop(threads: threads)
        let grid = ModelGrid(configuration)
        if configuration.scaling == .tanhAsinh {
            meanMaxima = try Self.meanMaxima(
                rows, cutouts: cutouts, grid: grid, bands: configuration.bands.count, loop: loop, flag: flag,
                progress: progress)
        }
        let preparation = ModelInputPreparation(configuration, meanMaxima: meanMaxima)
        let length = configuration.inputSize * configuration.inputSize * configuration.bands.count
        let writer = try InputCacheWriter(
            path: cachePath, key: key, count: rows.count, recordLength: length)
        let memory = WorkerMemory(for: loop) {
            Workspace(input: ModelInputPreparation.Workspace(for: preparation))
        }
        var records: [Record] = []
        for start in stride(from: 0, to: rows.count, by: Self.blockSize) {
            let block = start..<min(rows.count, start + Self.blockSize)
            let results = try loop.mapChunks(
                count: block.count, chunk: 8, isCancelled: { flag.isRaised }
            ) { range, worker in
                try memory.withState(of: worker) { workspace in
                    try range.map { offset in
                        let (record, image) = Self.prepare(
                            start + offset, rows, cutouts, grid, preparation, length: length, &workspace)
                        try writer.write(image, record: start + offset)
                        return record
                    }
                }
            }
            records += results.flatMap { $0 }
            progress(
                WorkProgress(
                    activity: "preparing", completed: block.upperBound, total: rows.count, unit: "galaxies"))
        }
        try writer.finish()
        self.records = records
    }

    private static func prepare(
        _ row: Int, _ rows: TrainingRows, _ cutouts: CutoutCollection, _ grid: ModelGrid,
        _ preparation: ModelInputPreparation, length: Int, _ workspace: inout Workspace
    ) -> (Record, image: [Float]) {
        let reading = cutouts.read(rows.cutouts[row])
        guard case .success(let placement) = grid.place(reading, around: reading.position) else {
            let nothing = Record(
                features: [], orientation: SIMD2(.nan, .nan), orientationSigma: .nan, magnitudes: [],
                magnitudeSigmas: [], log10HalfLightRadius: .nan, isUsable: false)
            return (nothing, Array(repeating: 0, count: length))
        }
        let given = rows.reddening[row]
        let input = preparation.prepare(
            placement.image.pixels, sky: placement.sky,
            reddening: given.isFinite ? given : reading.reddening, workspace: &workspace.input)
        let source = photometry.measure(placement.image, workspace: workspace.photometry)
        let excess = (given.isFinite ? given : reading.reddening) ?? 0
        let dereddening = rows.extinctionCoefficients.map { pow(10, 0.4 * $0 * excess) }
        let softening = ApertureFeatures.softening
        let record = Record(
            features: input.features, orientation: Self.axisRatioEllipticity(source),
            orientationSigma: source.ellipticitySigma,
            magnitudes: zip(source.fluxes, dereddening).map { asinh($0 * $1 / (2 * softening)) },
            magnitudeSigmas: zip(source.fluxSigmas, zip(source.fluxes, dereddening)).map { sigma, flux in
                let scaled = flux.0 * flux.1 / (2 * softening)
                return sigma * flux.1 / (2 * softening) / (1 + scaled * scaled).squareRoot()
            }, log10HalfLightRadius: log10(source.halfLightRadius),
            isUsable: placement.flags.isDisjoint(with: [.bandMissing, .bandAllZero])
                && !input.cutout.hasTooManyNonFinitePixels)
        return (record, input.image)
    }

    /// The measured axis as `e = (1 - q) / (1 + q)`, which stays apart for elongated galaxies.
    private static func axisRatioEllipticity(_ source: SourceMeasurement) -> SIMD2<Double> {
        let square = (source.ellipticity * source.ellipticity).sum()
        guard square.isFinite else { return SIMD2(.nan, .nan) }
        // (a^2 - b^2) / (a^2 + b^2) = 2 e / (1 + e^2), inverted.
        let root = (max(0, 1 - square)).squareRoot()
        return source.ellipticity / (1 + root)
    }

    /// The mean over training rows of each image's brightest pixel, one a band.
    private static func meanMaxima(
        _ rows: TrainingRows, cutouts: CutoutCollection, grid: ModelGrid, bands: Int, loop: ParallelLoop,
        flag: CancellationFlag, progress: ProgressHandler
    ) throws -> [Float] {
        var maxima = MeanMaxima(bands: bands)
        let training = rows.split.rows(of: .training)
        for start in stride(from: 0, to: training.count, by: blockSize) {
            let block = Array(training[start..<min(training.count, start + blockSize)])
            let images = try loop.mapChunks(count: block.count, chunk: 8, isCancelled: { flag.isRaised }) {
                range, _ in
                range.compactMap { offset -> [Float]? in
                    let reading = cutouts.read(rows.cutouts[block[offset]])
                    guard case .success(let placement) = grid.place(reading, around: reading.position) else {
                        return nil
                    }
                    return placement.image.pixels
                }
            }
            for image in images.joined() { maxima.add(image) }
            progress(
                WorkProgress(
                    activity: "measuring maxima", completed: start + block.count, total: training.count,
                    unit: "galaxies"))
        }
        return maxima.means
    }
}
