internal import Astronomy
public import Catalogs
internal import Computing
internal import Discovery
internal import FITS
internal import Foundation
internal import GalaxyModels
public import Logging
public import Photometry

/// Turns cutouts into an enriched catalogue.
public struct Enrichment: Sendable {
    /// The model folder.
    public var model: String
    /// Packed files or folders of cutouts.
    public var cutouts: [String]
    /// A catalogue whose rows are enriched; one row a cutout when `nil`.
    public var catalog: String?
    /// Layout and column names of that catalogue.
    public var layout = LabelCatalogConfiguration()
    /// The files to write; their suffix decides the format.
    public var outputs: [String]
    /// Format of all outputs, by name, whatever their suffix.
    public var format: String?
    /// How fluxes and shapes are measured.
    public var photometry = PhotometryMethod.fast
    /// Where cutouts without a row are listed.
    public var unmatched: String?
    /// Neighbours a row.
    public var neighbourCount = 10
    /// Worker threads; all cores when `nil`.
    public var threads: Int?
    /// The part of the rows to do; all when `nil`.
    public var shard: Shard?
    /// Whether to go on with the part files of a killed run.
    public var resume = false
    /// Whether hashes of the cutouts' bytes go into the provenance; every file is read once more for them.
    public var hashesInputs = false

    /// What an enrichment wrote.
    public struct Summary: Sendable, Equatable {
        /// Rows written, those of an earlier run included.
        public var rows = 0
        /// Rows that an earlier run had written; the other counts include them.
        public var resumed = 0
        /// Rows with a finite redshift; with finite latents for a model that estimates no redshift.
        public var usable = 0
        /// Rows whose flags are a fault.
        public var faulty = 0
        /// Rows of each flag that occurs, by its name.
        public var flagged: [(name: String, count: Int)] = []
        /// Rows of each class, most first; empty without a classifier.
        public var classes: [(name: String, count: Int)] = []
        /// The files.
        public var outputs: [String] = []

        /// Whether two summaries count the same.
        public static func == (left: Summary, right: Summary) -> Bool {
            left.rows == right.rows && left.resumed == right.resumed && left.usable == right.usable
                && left.faulty == right.faulty && left.outputs == right.outputs
                && left.flagged.elementsEqual(right.flagged, by: ==)
                && left.classes.elementsEqual(right.classes, by: ==)
        }

        /// What makes the run a failure although everything was written: no usable row, or a fault under
        /// `isStrict`. An empty shard is none.
        public func failure(isStrict: Bool) -> PipelineError? {
            if rows > 0, usable == 0 {
                return PipelineError(.input, "nothing usable: none of the \(rows) rows has an estimate")
            }
            if isStrict, faulty > 0 {
                return PipelineError(.input, "\(faulty) of \(rows) rows have a fault (--strict)")
            }
            return nil
        }
    }

    /// An enrichment of cutouts by a model.
    public init(model: String, cutouts: [String], catalog: String? = nil, outputs: [String]) {
        self.model = model
        self.cutouts = cutouts
        self.catalog = catalog
        self.outputs = outputs
    }

    /// Rows that are written together.
    static let blockSize = 512
    /// The same in the long run.
    private static let largeBlockSize = 2048

    /// Rows that a worker takes at a time: several batches, as giving memory back interrupts all threads, where there
    /// are many rows for each.
    private func chunkSize(rows: Int, threads: Int) -> Int {
        let most = photometry == .sep ? 1 : 4
        return GalaxyModel.batch * max(1, min(most, rows / (16 * GalaxyModel.batch * threads)))
    }

    /// Faulty cutouts that are named one by one.
    static let namedFaults = 10

    /// Estimates and writes every row; the same command gives the same bytes, whatever the thread count.
    ///
    /// That no row is usable is no error here: `Summary.failure` says it.
    ///
    /// - Throws: `PipelineError`, among others when there is neither a catalogue nor a cutout;
    ///   `CancellationError` when the task is cancelled, part files kept for `resume`.
    public func run(logger: Logger, progress: @escaping ProgressHandler = { _ in }) async throws -> Summary {
        try await BackgroundWork.run { flag in try enrich(logger: logger, flag: flag, progress: progress) }
    }

    private func enrich(
        logger: Logger, flag: CancellationFlag, progress: @escaping ProgressHandler
    ) throws -> Summary {
        try InputProtection.check(
            outputs: outputs + (unmatched.map { [$0] } ?? []), inputs: cutouts + (catalog.map { [$0] } ?? []))
        let loop = ParallelLoop(threads: threads)
        let folder = try ModelFolder(path: model, hasSearch: neighbourCount > 0, loop: loop)
        var collection = try CutoutCollection(paths: cutouts, isLocated: false)
        let rows = try self.rows(&collection, flag: flag)
        guard rows.count > 0 else { throw nothingToEnrich(collection.otherFiles) }
        for line in rows.reportLines { logger.info("\(line)") }
        report(collection.otherFiles, logger: logger)
        try list(rows.unmatchedCutouts, of: &collection, flag: flag)
        collection.report(faultsOf: rows.unmatchedCutouts, logger: logger)
        let part = shard.map { $0.rows(of: rows.count) } ?? 0..<rows.count
        let estimator = RowEstimator(
            folder, RowEstimator.Extent(photometry: photometry, neighbourCount: neighbourCount))
        let builder = EnrichedBlockBuilder(
            folder, identifiers: rows.identifiers, neighbourCount: neighbourCount,
            hasPhotometry: photometry != .none)
        let schema = builder.schema
        let passing = try PassingColumns(
            path: catalog, layout: layout, ours: schema.columns.map(\.name), shared: rows.sharedColumns)
        if !passing.leftOut.isEmpty {
            logger.warning(
                "columns whose rows hold arrays of different lengths do not go through: \(passing.leftOut.joined(separator: ", "))"
            )
        }
        let outputs = try catalogOutputs()
        let writer = try writer(
            outputs, columns: schema.columns + passing.columns,
            try provenance(folder, collection, flag: flag, progress: progress))
        var tally = EnrichmentTally(folder.description)
        let first = part.lowerBound + writer.rowCount
        guard first <= part.upperBound else {
            throw PipelineError(
                .usage, "--resume: \(writer.rowCount) rows are written, this run has \(part.count)",
                hint: "they are of another run; remove its .part files")
        }
        try tally.resume(writer)
        try passing.skip(first)
        // What takes long is written soon, and so are the first rows, for whoever watches the files grow.
        let isSlow = photometry == .sep
        let output = RowOutput(
            builder, writer: writer, passing: passing, tally: tally, first: first,
            blockSize: { row in
                isSlow || row - first < Self.largeBlockSize ? Self.blockSize : Self.largeBlockSize
            }, isOverlapped: threads != 1, logger: logger)
        /// The rows of a range that begins where this run does.
        @Sendable func rowNumbers(_ range: Range<Int>) -> Range<Int> {
            first + range.lowerBound..<first + range.upperBound
        }
        let source = collection
        let memory = WorkerMemory(for: loop) { estimator.workspace() }
        do {
            let count = part.upperBound - first
            try loop.streamChunks(
                count: count, chunk: chunkSize(rows: count, threads: loop.threads),
                isCancelled: { flag.isRaised }
            ) { range, worker in
                let chunk = rowNumbers(range)
                defer { source.release(chunk.compactMap { rows.cutout($0) }) }
                return try memory.withState(of: worker) { workspace in
                    try estimator.estimates(chunk, of: rows, in: source, workspace: &workspace)
                }
            } receive: { range, estimates in
                let chunk = rowNumbers(range)
                try output.append(estimates, of: chunk)
                progress(
                    WorkProgress(
                        activity: "enriching", completed: chunk.upperBound - part.lowerBound,
                        total: part.count, unit: "galaxies"))
            }
            tally = try output.finish()
            try ResumeRecord.remove(for: outputs)
        } catch is CancellationError {
            try output.synchronize()
            throw CancellationError()
        }
        return tally.summary(outputs: self.outputs)
    }

    private func rows(
        _ collection: inout CutoutCollection, flag: CancellationFlag
    ) throws -> EnrichmentRows {
        guard let catalog else { return EnrichmentRows(cutouts: collection) }
        let labels = try LabelCatalog(path: catalog, configuration: layout.objectsOnly)
        try collection.locate(
            for: labels.objects, loop: ParallelLoop(threads: threads), isCancelled: { flag.isRaised })
        return try EnrichmentRows(labels, cutouts: collection, threads: threads)
    }

    /// The writer of the outputs, which keep their headers when a run is gone on with.
    private func writer(
        _ outputs: [CatalogOutput], columns: [ColumnDescription],
        _ provenance: (asGiven: Provenance, absolute: Provenance)
    ) throws -> CatalogWriter {
        let own = ResumeRecord(provenance.asGiven, meaning: provenance.absolute, columns: columns)
        let earlier = resume ? try own.earlier(for: outputs) : nil
        let record = earlier ?? own
        let writer = try CatalogWriter(
            outputs: outputs, columns: columns, provenance: record.provenance, resume: resume)
        // Only who holds the part files may change it.
        if earlier == nil { try record.write(for: outputs) }
        return writer
    }

    private func catalogOutputs() throws -> [CatalogOutput] {
        let format = try self.format.map { name in
            guard let format = CatalogOutput.Format(rawValue: name) else {
                let names = CatalogOutput.Format.allCases.map(\.rawValue).joined(separator: ", ")
                throw PipelineError(.usage, "--format \(name) is none of \(names)")
            }
            return format
        }
        guard !outputs.isEmpty, Set(outputs).count == outputs.count else {
            throw PipelineError(
                .usage, outputs.isEmpty ? "no output is named" : "an output is named twice",
                hint: "give --output once for each file")
        }
        return try outputs.map { try CatalogOutput(path: $0, format: format) }
    }

    private func nothingToEnrich(_ others: [String]) -> PipelineError {
        let places = cutouts.map { "'\($0)'" }.joined(separator: ", ")
        let rest =
            others.isEmpty
            ? ""
            : "; \(others.count) other files: \(others.prefix(5).joined(separator: ", "))"
                + (others.count > 5 ? ", ..." : "")
        return PipelineError(
            .input, "nothing usable: no cutout in \(places)\(rest)",
            hint: "cutouts are files named \(CutoutFolder.suffixes.joined(separator: ", ")), also with .gz")
    }

    private func report(_ files: [String], logger: Logger) {
        guard !files.isEmpty else { return }
        let named = files.prefix(5).joined(separator: ", ")
        logger.warning("\(files.count) files are no cutouts: \(named)\(files.count > 5 ? ", ..." : "")")
    }

    /// Lists the cutouts that belong to no row.
    private func list(
        _ cutouts: [Int], of collection: inout CutoutCollection, flag: CancellationFlag
    ) throws {
        guard let unmatched else { return }
        let open = cutouts.filter { collection.objects.position($0) == nil }
        try collection.locate(
            open, loop: ParallelLoop(threads: threads), isCancelled: { flag.isRaised })
        let lines =
            ["id,ra,dec"]
            + cutouts.map { index in
                let position = collection.objects.position(index)
                return Self.quotedIfNeeded(collection.objects.name(index))
                    + ",\(position.map { "\($0.rightAscension)" } ?? ""),"
                    + (position.map { "\($0.declination)" } ?? "")
            }
        do {
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(
                to: URL(fileURLWithPath: unmatched), options: .atomic)
        } catch {
            throw PipelineError(.inputOutput, "cannot write '\(unmatched)': \(error.localizedDescription)")
        }
    }

    /// A field of a CSV line (RFC 4180): file names may hold commas, quotes and newlines.
    private static func quotedIfNeeded(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else {
            return text
        }
        return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}
