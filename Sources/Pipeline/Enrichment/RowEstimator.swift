internal import Astronomy
internal import Computing
internal import Discovery
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

/// From a cutout to a row: grid, photometry, model, classes, neighbours. One galaxy at a time, any thread.
struct RowEstimator: Sendable {
    private let folder: ModelFolder
    private let grid: ModelGrid
    private let measurer: (any SourceMeasuring)?
    private let search: NeighborSearch?
    private let neighbourCount: Int

    /// An estimator of rows.
    init(_ folder: ModelFolder, photometry: PhotometryMethod, neighbourCount: Int) throws {
        self.folder = folder
        grid = ModelGrid(folder.description.configuration)
        measurer = photometry.measurer()
        search = try folder.reference?.search()
        self.neighbourCount = min(neighbourCount, folder.reference?.count ?? 0)
    }

    /// Memory of one thread.
    func workspace() -> Workspace { Workspace(model: GalaxyModel.Workspace(for: folder.model)) }

    /// Memory of one thread.
    struct Workspace {
        var model: GalaxyModel.Workspace
        let photometry = MeasurementWorkspace()
    }

    /// The row of a target.
    ///
    /// - Parameters:
    ///   - reading: Its cutout.
    ///   - position: Its position, from the catalogue; the cutout's where `nil`.
    ///   - reddening: Its E(B-V), from the catalogue; the cutout's where `nil`.
    ///   - workspace: Memory of this thread.
    func estimate(
        _ reading: CutoutReading, position: SkyPosition?, reddening: Double?,
        workspace: inout Workspace
    ) throws -> RowEstimate {
        let target = position ?? reading.position
        let excess = reddening.flatMap { $0.isFinite ? $0 : nil } ?? reading.reddening
        let placement: ModelGrid.Placement
        switch grid.place(reading, around: target) {
        case .success(let placed): placement = placed
        case .failure(let fault):
            return nothing(reading, position: target, reddening: excess, fault: fault.reason)
        }
        let estimate = folder.model.estimate(
            placement.image.pixels, sky: placement.sky, reddening: excess, workspace: &workspace.model)
        var flags = placement.flags.union(estimate.cutout.flags)
        // The zeros in place of a missing band are no empty band; those of the file were found in reading it.
        if flags.contains(.bandMissing), !placement.flags.contains(.bandAllZero) {
            flags.remove(.bandAllZero)
        }
        if excess == nil { flags.insert(.extinctionMissing) }
        var properties =
            folder.description.objective == .baseline ? nil : folder.model.properties(estimate)
        if !flags.isDisjoint(with: [.bandMissing, .bandAllZero]) || estimate.cutout.hasTooManyNonFinitePixels
        {
            properties?.redshift = nil
            properties?.log10StellarMass = nil
            properties?.log10StarFormationRate = nil
        }
        if let axis = properties?.orientation, axis.positionAngle == nil { flags.insert(.angleUndefined) }
        let measurement = measurer?.measure(placement.image, workspace: workspace.photometry)
        flags.formUnion(measurement?.flags.intersection([.noCentralSource, .refusedInput]) ?? [])
        let standardised = standardised(estimate.latents)
        let features = FeatureMatrix(dimension: standardised.count, floats: standardised)
        return RowEstimate(
            properties: properties, latents: standardised,
            prediction: try folder.classifier?.predictions(for: features, loop: ParallelLoop(threads: 1))
                .first,
            neighbors: try search?.neighbors(of: features.values, k: neighbourCount) ?? [],
            measurement: measurement, reddening: excess ?? .nan, position: target, flags: flags)
    }

    /// The row of a target without a usable cutout.
    func nothing(
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

    private func standardised(_ latents: [Float]) -> [Float] {
        guard let reference = folder.reference else { return latents }
        return reference.standardised(FeatureMatrix(dimension: latents.count, floats: latents)).values.map {
            Float($0)
        }
    }
}
