internal import Astronomy
public import Catalogs
internal import Computing
internal import FITS
internal import Foundation
public import Logging
internal import Photometry

/// Packs a folder of cutouts into one standard FITS file, row-matched with a catalogue.
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

    /// Cutouts that are resampled together and then written in order.
    static let blockSize = 128

    /// Resamples and writes every row's cutout; nothing is dropped.
    ///
    /// - Throws: `PipelineError`; `CancellationError` when the task is cancelled, with nothing left behind.
    public func run(logger: Logger, progress: @escaping ProgressHandler = { _ in }) async throws -> Summary {
        try await BackgroundWork.run { flag in try pack(logger: logger, flag: flag, progress: progress) }
    }

    private func pack(logger: Logger, flag: CancellationFlag, progress: ProgressHandler) throws -> Summary {
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
        let bands = try bands ?? foundBands(rows, collection)
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
        let resampler = CutoutResampler(size: ImageSize(side: size), pixelScale: pixelScale)
        for start in stride(from: 0, to: rows.count, by: Self.blockSize) {
            let block = start..<min(rows.count, start + Self.blockSize)
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
                if row.object.flags.contains(.resampled) { summary.resampled += 1 }
            }
            progress(
                WorkProgress(
                    activity: "packing", completed: block.upperBound, total: rows.count, unit: "cutouts"))
        }
        return summary
    }

    /// The bands of the first cutout that can be read.
    private func foundBands(_ rows: EnrichmentRows, _ collection: CutoutCollection) throws -> [String] {
        for cutout in rows.cutouts.compactMap({ $0 }) {
            if let image = collection.read(cutout).image { return image.bands }
        }
        throw PipelineError(
            .input, "no cutout of '\(cutouts.joined(separator: "', '"))' belongs to a row and can be read")
    }
}

/// One row of a packed file.
private struct PackedRow: Sendable {
    var object: PackedObject
    var pixels: [Float]
    /// Why the row has no usable cutout.
    var fault: String?

    init(
        _ row: Int, _ rows: EnrichmentRows, _ collection: CutoutCollection, bands: [String],
        resampler: CutoutResampler
    ) {
        let size = resampler.size.width * resampler.size.height
        let found = rows.reading(row, of: collection)
        let reading = found.selecting(bands: bands)
        let target = rows.positions[row] ?? reading.position
        let reddening = rows.reddening[row].isFinite ? rows.reddening[row] : reading.reddening ?? .nan
        var object = PackedObject(
            id: rows.identifier(row), rightAscension: target?.rightAscension ?? .nan,
            declination: target?.declination ?? .nan, pixelScale: reading.foundPixelScale ?? .nan,
            bands: found.image?.bands ?? [], flags: reading.flags, reddening: reddening)
        pixels = Array(repeating: .nan, count: bands.count * size)
        if let image = reading.image {
            do throws(PhotometryError) {
                let placed = try resampler.resample(image, around: target)
                object.flags.formUnion(placed.flags)
                pixels = placed.pixels
            } catch {
                fault = "row \(row + 1): \(error)"
            }
        } else {
            fault = "row \(row + 1): \(reading.fault ?? "cannot be read")"
        }
        if fault != nil { object.flags.insert(.unreadable) }
        self.object = object
    }
}
