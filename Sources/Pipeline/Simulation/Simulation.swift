internal import Astronomy
internal import Computing
internal import FITS
internal import Foundation
public import MockSurvey

/// Makes a mock survey on disk: packed cutouts and the catalogue that goes with them.
public struct Simulation: Sendable {
    /// What is simulated.
    public var survey: MockSurveyConfiguration
    /// The folder that `cutouts.fits` and `catalog.fits` go to; made when missing.
    public var output: String
    /// Where a mosaic of the first objects goes; `nil` for none.
    public var mosaic: String?
    /// Worker threads; all cores when `nil`.
    public var threads: Int?

    /// What a simulation wrote.
    public struct Summary: Sendable, Equatable {
        /// Objects of each class, in the order of `MockClass`.
        public var counts: [(name: String, count: Int)]
        /// The packed cutouts.
        public var cutouts: String
        /// The catalogue.
        public var catalog: String

        /// Whether two summaries say the same.
        public static func == (left: Summary, right: Summary) -> Bool {
            left.counts.map(\.name) == right.counts.map(\.name)
                && left.counts.map(\.count) == right.counts.map(\.count) && left.cutouts == right.cutouts
                && left.catalog == right.catalog
        }
    }

    /// A simulation of this survey into a folder.
    public init(survey: MockSurveyConfiguration, output: String, mosaic: String? = nil, threads: Int? = nil) {
        self.survey = survey
        self.output = output
        self.mosaic = mosaic
        self.threads = threads
    }

    /// Objects that are drawn together and then written in order.
    static let blockSize = 128
    /// Objects in a mosaic.
    static let mosaicCount = 100

    /// Draws, renders and writes every object; the same survey gives the same bytes.
    ///
    /// - Throws: `PipelineError`; `CancellationError` when the task is cancelled, with nothing left behind.
    public func run(progress: @escaping ProgressHandler = { _ in }) async throws -> Summary {
        if let fault = survey.fault { throw PipelineError(.usage, fault) }
        return try await BackgroundWork.run { flag in try simulate(flag: flag, progress: progress) }
    }

    private func simulate(flag: CancellationFlag, progress: ProgressHandler) throws -> Summary {
        let missing = Self.missingFolders(of: output)
        try FileManager.default.makeFolder(output)
        do {
            return try simulate(into: output, flag: flag, progress: progress)
        } catch {
            // Innermost first; one that holds something by now stays.
            for folder in missing { rmdir(folder) }
            throw error
        }
    }

    /// The folders of a path that are not there yet, innermost first.
    private static func missingFolders(of path: String) -> [String] {
        var missing: [String] = []
        var url = URL(fileURLWithPath: path).standardizedFileURL
        while url.path != "/", !FileManager.default.fileExists(atPath: url.path) {
            missing.append(url.path)
            url.deleteLastPathComponent()
        }
        return missing
    }

    private func simulate(
        into output: String, flag: CancellationFlag, progress: ProgressHandler
    ) throws -> Summary {
        let sky = MockSurvey(survey)
        let cutoutsPath = output + "/cutouts.fits"
        let catalogPath = output + "/catalog.fits"
        let cards = provenance()
        let cutouts = try PackedCutoutsWriter(
            path: cutoutsPath, bands: sky.bandNames, width: survey.imageSide, height: survey.imageSide,
            pixelScale: survey.pixelScale, cards: cards)
        let table = MockCatalogTable(bands: sky.bandNames)
        let catalog: BinaryTableWriter
        do {
            catalog = try BinaryTableWriter(
                path: catalogPath, columns: table.descriptions, name: "CATALOG", primary: cards)
        } catch {
            cutouts.discard()
            throw error
        }
        do {
            let tiles = try write(sky, table, cutouts, catalog, flag: flag, progress: progress)
            try cutouts.finish()
            try catalog.finish()
            if let mosaic { try SurveyMosaic(tiles: tiles).write(to: mosaic) }
        } catch {
            cutouts.discard()
            catalog.discard()
            throw error
        }
        let classes = (0..<sky.count).map(sky.objectClass)
        return Summary(
            counts: MockClass.allCases.map { name in (name.rawValue, classes.count { $0 == name }) },
            cutouts: cutoutsPath, catalog: catalogPath)
    }

    /// Writes all objects block by block; returns the first ones for a mosaic.
    private func write(
        _ sky: MockSurvey, _ table: MockCatalogTable, _ cutouts: PackedCutoutsWriter,
        _ catalog: BinaryTableWriter, flag: CancellationFlag, progress: ProgressHandler
    ) throws -> [SurveyMosaic.Tile] {
        let loop = ParallelLoop(threads: threads)
        var tiles: [SurveyMosaic.Tile] = []
        for start in stride(from: 0, to: sky.count, by: Self.blockSize) {
            let block = start..<min(sky.count, start + Self.blockSize)
            let exposures = try loop.mapChunks(
                count: block.count, chunk: 4, isCancelled: { flag.isRaised }
            ) { range, _ in range.map { sky.exposure(start + $0) } }.flatMap { $0 }
            for exposure in exposures {
                try cutouts.append(packed(exposure), pixels: exposure.image.pixels)
            }
            try catalog.append(table.columns(exposures.map(\.object)))
            if mosaic != nil, tiles.count < Self.mosaicCount {
                tiles += exposures.prefix(Self.mosaicCount - tiles.count).map {
                    SurveyMosaic.Tile(image: $0.image, label: "", className: $0.object.objectClass.rawValue)
                }
            }
            progress(
                WorkProgress(
                    activity: "simulating", completed: block.upperBound, total: sky.count, unit: "galaxies"))
        }
        return tiles
    }

    private func packed(_ exposure: MockExposure) -> PackedObject {
        let object = exposure.object
        return PackedObject(
            id: .integer(object.id), rightAscension: object.position.rightAscension,
            declination: object.position.declination, pixelScale: survey.pixelScale,
            bands: exposure.image.bands, reddening: object.galacticReddening)
    }

    /// What both files say of their origin.
    private func provenance() -> [HeaderCard] {
        [
            HeaderCard("ORIGIN", .string("galatea simulate"), comment: "a mock sky, no observation"),
            HeaderCard("GALVERS", .string(Version.number), comment: "version of galatea"),
            HeaderCard("SEED", .integer(Int64(bitPattern: survey.seed)), comment: "seed of the survey"),
            HeaderCard(
                "SELECT",
                .string(survey.selection.map { "\($0.share) r < \($0.limit)" }.joined(separator: ", ")),
                comment: "share of the galaxies and limit"),
        ]
            + MockSurvey.provenance.map {
                HeaderCard($0.keyword, .string($0.value), comment: $0.comment)
            }
    }
}
