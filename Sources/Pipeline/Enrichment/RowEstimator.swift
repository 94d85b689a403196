internal import Astronomy
internal import Computing
internal import Discovery
internal import FITS
internal import GalaxyModels
internal import Photometry

/// Everything that is known of one row of an enriched catalogue.
struct RowEstimate: Sendable {
    /// Catalogue quantities; `nil` for an unreadable cutout and for a baseline, which knows none.
    var properties: GalaxyProperties?
    /// Standardised latents; NaN for an unreadable cutout.
    var latents: [Float]
    /// Class and probabilities; `nil` without a classifier or a usable cutout.
    var prediction: ClassifierModel.Prediction?
    /// Neighbours in the reference set; empty without one.
    var neighbors: [Neighbor]
    /// What was measured on the pixels; `nil` without photometry.
    var measurement: SourceMeasurement?
    /// E(B-V) that was used; NaN when none was given.
    var reddening: Double
    /// Where the target lies.
    var position: SkyPosition?
    /// Quality bits.
    var flags: QualityFlags
    /// Why the cutout could not be used.
    var fault: String?
}

/// Memory of one thread that estimates rows.
struct RowWorkspace {
    fileprivate var reader = CutoutReader()
    fileprivate var model: GalaxyModel.Workspace
    fileprivate let photometry = MeasurementWorkspace()
    fileprivate var predictions = PredictionBlock()
    fileprivate var neighbors = NeighborBlock()
}

/// From cutouts to rows: grid, photometry, model, classes, neighbours. A few galaxies at a time, any thread; what
/// a row gets does not depend on its company.
struct RowEstimator: Sendable {
    /// What rows get.
    struct Extent: Sendable {
        /// How fluxes and shapes are measured.
        var photometry: PhotometryMethod
        /// Neighbours a row; 0 for none.
        var neighbourCount: Int
        /// Whether rows get classes.
        var hasClasses = true

        /// Latents alone.
        static let latents = Extent(photometry: .none, neighbourCount: 0, hasClasses: false)
    }

    private let folder: ModelFolder
    private let grid: ModelGrid
    private let measurer: (any SourceMeasuring)?
    /// The measurer if it takes pixels as they are stored; `nil` for one that wants an image.
    private let storedMeasurer: FastPhotometry?
    private let search: NeighborSearch?
    private let classifier: ClassifierModel?
    private let neighbourCount: Int

    /// An estimator of rows; for neighbours the folder must have been opened with its search.
    init(_ folder: ModelFolder, _ extent: Extent) {
        precondition(
            extent.neighbourCount == 0 || folder.reference == nil || folder.search != nil,
            "RowEstimator: neighbours without a search")
        self.folder = folder
        grid = ModelGrid(folder.description.configuration)
        measurer = extent.photometry.measurer()
        storedMeasurer = measurer as? FastPhotometry
        search = extent.neighbourCount > 0 ? folder.search : nil
        classifier = extent.hasClasses ? folder.classifier : nil
        neighbourCount = min(extent.neighbourCount, folder.reference?.count ?? 0)
    }

    /// Memory of one thread.
    func workspace() -> RowWorkspace { RowWorkspace(model: GalaxyModel.Workspace(for: folder.model)) }

    /// Consecutive rows.
    ///
    /// - Parameters:
    ///   - range: Which rows.
    ///   - rows: All rows.
    ///   - collection: Their cutouts.
    ///   - workspace: Memory of this thread.
    func estimates(
        _ range: Range<Int>, of rows: EnrichmentRows, in collection: CutoutCollection,
        workspace: inout RowWorkspace
    ) throws -> [RowEstimate] {
        var result: [RowEstimate] = []
        result.reserveCapacity(range.count)
        for start in stride(from: range.lowerBound, to: range.upperBound, by: GalaxyModel.batch) {
            let batch = start..<min(range.upperBound, start + GalaxyModel.batch)
            estimate(batch: batch, rows, collection, &workspace, into: &result)
        }
        try addClassesAndNeighbours(&result, &workspace)
        return result
    }

    /// Appends at most `GalaxyModel.batch` rows, as far as the network goes.
    private func estimate(
        batch: Range<Int>, _ rows: EnrichmentRows, _ collection: CutoutCollection,
        _ workspace: inout RowWorkspace, into result: inout [RowEstimate]
    ) {
        var loaded: [(place: Int, cutout: PreparedInput)] = []
        collection.expect(batch.lazy.compactMap { rows.cutout($0) })
        for row in batch {
            var cutout: PreparedInput?
            var estimate = load(row, rows, collection, slot: loaded.count, &workspace, cutout: &cutout)
            if rows.refused.contains(row) { estimate.flags.insert(.refusedInput) }
            if let cutout { loaded.append((result.count, cutout)) }
            result.append(estimate)
        }
        guard !loaded.isEmpty else { return }
        let latents = folder.model.estimates(loaded.map(\.cutout), workspace: &workspace.model)
        for (row, latents) in zip(loaded, latents) { finish(&result[row.place], latents) }
    }

    /// Reads and places a cutout, measures it, and passes it through the convolutions.
    ///
    /// - Parameter cutout: Set where the row's latents are to come.
    private func load(
        _ row: Int, _ rows: EnrichmentRows, _ collection: CutoutCollection, slot: Int,
        _ workspace: inout RowWorkspace, cutout: inout PreparedInput?
    ) -> RowEstimate {
        let given = rows.reddening(row)
        let stored: StoredCutout
        // Only our own photometry reads stored bytes.
        switch measurer == nil || storedMeasurer != nil
            ? rows.cutout(row, of: collection, on: grid, reader: &workspace.reader)
            : .read(rows.reading(row, of: collection))
        {
        case .stored(let cutout): stored = cutout
        case .read(let reading):
            return load(
                reading, position: rows.position(row) ?? reading.position,
                reddening: given ?? reading.reddening, slot: slot, &workspace, cutout: &cutout)
        }
        let position = rows.position(row) ?? stored.position
        let reddening = given ?? stored.reddening
        do throws(FITSError) {
            let found = try stored.withPixels { pixels in
                // Photometry first: passing the model brings the next cutout into the cache, and this one out of it.
                let measurement = storedMeasurer?.measure(
                    bigEndian: pixels, geometry: stored.geometry, workspace: workspace.photometry)
                let input = folder.model.load(
                    bigEndian: pixels, reddening: reddening, slot: slot, isFollowed: stored.isFollowed,
                    workspace: &workspace.model)
                return (input: input, measurement: measurement)
            }
            cutout = found.input
            return started(
                flags: grid.flags(of: stored), position: position, reddening: reddening,
                measurement: found.measurement)
        } catch {
            return nothing(nil, position: position, reddening: reddening, fault: error.description)
        }
    }

    /// Places an image, measures it, and passes it through the convolutions.
    private func load(
        _ reading: CutoutReading, position: SkyPosition?, reddening: Double?, slot: Int,
        _ workspace: inout RowWorkspace, cutout: inout PreparedInput?
    ) -> RowEstimate {
        switch grid.place(reading, around: position) {
        case .success(let placement):
            cutout = folder.model.load(
                placement.image.pixels, sky: placement.sky, reddening: reddening, slot: slot,
                workspace: &workspace.model)
            return started(
                flags: placement.flags, position: position, reddening: reddening,
                measurement: measurer?.measure(placement.image, workspace: workspace.photometry))
        case .failure(let fault):
            return nothing(reading, position: position, reddening: reddening, fault: fault.reason)
        }
    }

    /// A row whose latents are still to come.
    private func started(
        flags: QualityFlags, position: SkyPosition?, reddening: Double?, measurement: SourceMeasurement?
    ) -> RowEstimate {
        var flags = flags
        if reddening == nil { flags.insert(.extinctionMissing) }
        flags.formUnion(measurement?.flags.intersection([.noCentralSource, .refusedInput]) ?? [])
        return RowEstimate(
            properties: nil, latents: [], prediction: nil, neighbors: [], measurement: measurement,
            reddening: reddening ?? .nan, position: position, flags: flags)
    }

    /// Puts what the network says into a row.
    private func finish(_ row: inout RowEstimate, _ estimate: GalaxyModel.Estimate) {
        // The zeros in place of a missing band are no empty band; those of the file were found in reading it.
        let isMissing = row.flags.contains(.bandMissing) && !row.flags.contains(.bandAllZero)
        row.flags.formUnion(estimate.cutout.flags)
        if isMissing { row.flags.remove(.bandAllZero) }
        row.latents = estimate.latents
        guard folder.description.objective != .baseline else { return }
        var properties = folder.model.properties(estimate)
        if !row.flags.isDisjoint(with: [.bandMissing, .bandAllZero])
            || estimate.cutout.hasTooManyNonFinitePixels
        {
            properties.redshift = nil
            properties.log10StellarMass = nil
            properties.log10StarFormationRate = nil
        }
        if let axis = properties.orientation, axis.positionAngle == nil { row.flags.insert(.angleUndefined) }
        row.properties = properties
    }

    /// Standardises latents and puts classes and neighbours into rows.
    private func addClassesAndNeighbours(_ rows: inout [RowEstimate], _ workspace: inout RowWorkspace) throws
    {
        let known = rows.indices.filter { rows[$0].fault == nil }
        guard !known.isEmpty else { return }
        let raw = FeatureMatrix(
            dimension: folder.description.configuration.latents.count,
            floats: known.flatMap { rows[$0].latents })
        let latents = folder.reference?.standardised(raw) ?? raw
        // Of single precision, as they stand in the catalogue.
        for (place, row) in known.enumerated() {
            for column in 0..<latents.dimension {
                rows[row].latents[column] = Float(latents.values[place * latents.dimension + column])
            }
        }
        if let classifier {
            try classifier.predict(latents, into: &workspace.predictions)
            for (place, row) in known.enumerated() {
                rows[row].prediction = workspace.predictions.prediction(place)
            }
        }
        if let search {
            try search.nearest(to: latents, k: neighbourCount, into: &workspace.neighbors)
            for (place, row) in known.enumerated() {
                rows[row].neighbors = workspace.neighbors.neighbors(of: place)
            }
        }
    }

    /// The row of a target without a usable cutout.
    private func nothing(
        _ reading: CutoutReading?, position: SkyPosition?, reddening: Double?, fault: String
    ) -> RowEstimate {
        let bands = folder.description.configuration.bands.count
        var flags = (reading?.flags ?? []).union(.unreadable)
        if reddening.map({ !$0.isFinite }) ?? true { flags.insert(.extinctionMissing) }
        return RowEstimate(
            properties: nil,
            latents: Array(repeating: .nan, count: folder.description.configuration.latents.count),
            prediction: nil, neighbors: [],
            measurement: measurer.map { _ in SourceMeasurement(nothingIn: bands, flags: []) },
            reddening: reddening ?? .nan, position: position, flags: flags, fault: fault)
    }
}
