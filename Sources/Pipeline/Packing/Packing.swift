internal import Astronomy
public import Catalogs
internal import Computing
internal import FITS
internal import Foundation
public import Logging
internal import Photometry

/// Packs a folder of cutouts into one standard FITS file, row-matched with a catalogue.
///
/// Pixels alone are packed: inverse variances and mask bits stay in the cutouts.
public struct Packing: Sendable {
    /// The catalogue whose rows are packed, in its order.
    public var catalog: String
    /// Layout and column names of the catalogue.
    public var layout = LabelCatalogConfiguration()
    /// Folders (or packed files) of cutouts.
    public var cutouts: [String]
    /// The packed file.
    public var output: String
    /// Side of the packed cutouts, pixels.
    public var size: Int
    /// Their pixel scale, arcsec.
    public var pixelScale: Double
    /// Bands of the packed cutouts; those of the first readable cutout when `nil`.
    public var bands: [String]?
    /// Worker threads; all cores when `nil`.
    public var threads: Int?

    /// What a packing wrote.
    public struct Summary: Sendable, Equatable {
        /// Rows of the catalogue, each one cutout of the packed file.
        public var rows = 0
        /// Rows without a usable cutout: packed as NaN and flagged.
        public var unreadable = 0
        /// Rows whose cutout lacks a band: packed as 0 in that band and flagged.
        public var incomplete = 0
        /// Rows whose cutout was resampled.
        public var resampled = 0
        /// Cutouts without a row.
        public var unmatched = 0
    }

    /// A packing of the cutouts of a catalogue's rows.
    public init(
        catalog: String, cutouts: [String], output: String, size: Int = 128, pixelScale: Double = 0.262,
        bands: [String]? = nil, threads: Int? = nil
    ) {
        self.catalog = catalog
        self.cutouts = cutouts
        self.output = output
        self.size = size
        self.pixelScale = pixelScale
        self.bands = bands
        self.threads = threads
    }

    /// Most cutouts that are resampled together and then written in order.
    static let largestBlock = 128
    /// Most pixel values of a block: large cutouts come in smaller blocks.
    static let largestBlockValues = 1 << 26

    /// Resamples and writes every row's cutout; nothing is dropped.
    ///
    /// - Throws: `PipelineError`; `CancellationError` when the task is cancelled, with nothing left behind.
    public func run(logger: Logger, progress: @escaping ProgressHandler = { _ in }) async throws -> Summary {
        try await BackgroundWork.run { flag in try pack(logger: logger, flag: flag, progress: progress) }
    }

    private func pack(logger: Logger, flag: CancellationFlag, progress: ProgressHandler) throws -> Summary {
        try InputProtection.check(outputs: [output], inputs: cutouts + [catalog])
        var collection = try CutoutCollection(paths: cutouts, isLocated: false)
        let labels = try LabelCatalog(path: catalog, configuration: layout.objectsOnly)
        try collection.locate(
            for: labels.objects, loop: ParallelLoop(threads: threads), isCancelled: { flag.isRaised })
        let rows = try EnrichmentRows(labels, cutouts: collection, threads: threads)
        for line in rows.reportLines { logger.info("\(line)") }
        collection.report(faultsOf: rows.unmatchedCutouts, logger: logger)
        if !collection.otherFiles.isEmpty {
            logger.warning(
                "\(collection.otherFiles.count) files are no cutouts, e.g. \(collection.otherFiles[0])")
        }
        let bands = try packedBands(rows, collection)
        let writer = try PackedCutoutsWriter(
            path: output, bands: bands, width: size, height: size, pixelScale: pixelScale,
            cards: [
                HeaderCard("ORIGIN", .string("galatea pack")),
                HeaderCard("GALVERS", .string(Version.number), comment: "version of galatea"),
            ])
        do {
            let summary = try write(rows, collection, bands, writer, logger, flag, progress)
            try writer.finish()
            return summary
        } catch {
            writer.discard()
            throw error
        }
    }

    private func write(
        _ rows: EnrichmentRows, _ collection: CutoutCollection, _ bands: [String],
        _ writer: PackedCutoutsWriter,
        _ logger: Logger, _ flag: CancellationFlag, _ progress: ProgressHandler
    ) throws -> Summary {
        var summary = Summary(rows: rows.count, unmatched: rows.unmatchedCutouts.count)
        var weighted = 0
        let resampler = CutoutResampler(size: ImageSize(side: size), pixelScale: pixelScale)
        let blockSize = min(
            Self.largestBlock, max(1, Self.largestBlockValues / (bands.count * size * size)))
        for start in stride(from: 0, to: rows.count, by: blockSize) {
            let block = start..<min(rows.count, start + blockSize)
            let packed = try ParallelLoop(threads: threads).mapChunks(
                count: block.count, chunk: 4, isCancelled: { flag.isRaised }
            ) { range, _ in
                range.map { PackedRow(start + $0, rows, collection, bands: bands, resampler: resampler) }
            }.flatMap { $0 }
            for row in packed {
                try writer.append(row.object, pixels: row.pixels)
                if let fault = row.fault {
                    summary.unreadable += 1
                    if summary.unreadable <= Enrichment.namedFaults { logger.warning("\(fault)") }
                }
                if row.fault == nil, row.object.flags.contains(.bandMissing) { summary.incomplete += 1 }
                if row.object.flags.contains(.resampled) { summary.resampled += 1 }
                if row.hasInverseVariance { weighted += 1 }
            }
            progress(
                WorkProgress(
                    activity: "packing", completed: block.upperBound, total: rows.count, unit: "cutouts"))
        }
        if weighted > 0 {
            logger.warning("\(weighted) cutouts have inverse variances, which are not packed")
        }
        return summary
    }

    /// The bands that were asked for, or those of the first cutout that can be read.
    private func packedBands(_ rows: EnrichmentRows, _ collection: CutoutCollection) throws -> [String] {
        var found: [String]?
        for case let cutout? in (0..<rows.count).lazy.map(rows.cutout) where found == nil {
            found = collection.read(cutout).image?.bands
        }
        guard let bands else {
            guard let found else {
                throw PipelineError(
                    .input,
                    "no cutout of '\(cutouts.joined(separator: "', '"))' belongs to a row and can be read")
            }
            return found
        }
        guard !bands.isEmpty, !bands.contains(""), Set(bands).count == bands.count else {
            throw PipelineError(.usage, "bands \(bands.joined(separator: ",")): expected names, each once")
        }
        // A misspelt name would give a file of zeros.
        if let found, Set(found).isDisjoint(with: bands) {
            throw PipelineError(
                .input,
                "the cutouts have no band \(bands.joined(separator: ",")): the first has \(found.joined(separator: ","))"
            )
        }
        return bands
    }
}
