internal import Catalogs
internal import Dispatch
internal import Logging
internal import Synchronization

/// Gathers estimated rows, which come in their order, and writes them block by block, one of them while further rows
/// are being estimated.
final class RowOutput: Sendable {
    /// What one block after the other changes.
    private struct State {
        let writer: CatalogWriter
        let passing: PassingColumns
        var tally: EnrichmentTally
        var failure: (any Error)?
    }

    /// Rows on their way to a block.
    private struct Gathered {
        var estimates: [RowEstimate] = []
        /// Row of the first.
        var first: Int
    }

    private let gathered: Mutex<Gathered>
    private let blockSize: @Sendable (_ row: Int) -> Int
    private let builder: EnrichedBlockBuilder
    private let logger: Logger
    private let state: Mutex<State>
    /// Where blocks are written; `nil` for the caller's own thread.
    private let queue: DispatchQueue?
    /// Taken while a block waits or is being written.
    private let turn = DispatchSemaphore(value: 1)

    /// An output.
    ///
    /// - Parameters:
    ///   - builder: Makes columns of estimates.
    ///   - writer: Where the rows go.
    ///   - passing: Columns of the catalogue, at the first row that is to come.
    ///   - tally: What was counted so far.
    ///   - first: The first row that is to come.
    ///   - blockSize: Rows of the block that begins with a row.
    ///   - isOverlapped: Whether a thread of its own writes.
    ///   - logger: Is told of cutouts that cannot be used.
    init(
        _ builder: EnrichedBlockBuilder, writer: sending CatalogWriter, passing: sending PassingColumns,
        tally: EnrichmentTally, first: Int, blockSize: @escaping @Sendable (_ row: Int) -> Int,
        isOverlapped: Bool, logger: Logger
    ) {
        gathered = Mutex(Gathered(first: first))
        self.blockSize = blockSize
        self.builder = builder
        self.logger = logger
        state = Mutex(State(writer: writer, passing: passing, tally: tally))
        queue = isOverlapped ? DispatchQueue(label: "galatea.rows") : nil
    }

    /// Takes the rows that follow those before; where they fill a block, waits until the one before is written.
    ///
    /// - Throws: What went wrong with a block before, or without a thread for writing with this one.
    func append(_ estimates: [RowEstimate], of rows: Range<Int>) throws {
        try gathered.withLock { gathered in
            precondition(
                rows.lowerBound == gathered.first + gathered.estimates.count && rows.count == estimates.count,
                "RowOutput: rows \(rows) out of order")
            gathered.estimates += estimates
            if gathered.estimates.count >= blockSize(gathered.first) { try handOver(&gathered) }
        }
    }

    /// Makes a block of the rows that wait for one.
    private func handOver(_ gathered: inout Gathered) throws {
        let estimates = gathered.estimates
        let rows = gathered.first..<gathered.first + estimates.count
        gathered = Gathered(first: rows.upperBound)
        if !rows.isEmpty { try write(estimates, of: rows) }
    }

    private func write(_ estimates: [RowEstimate], of rows: Range<Int>) throws {
        guard let queue else {
            try state.withLock { try write(estimates, rows, &$0) }
            return
        }
        turn.wait()
        if let failure = state.withLock({ $0.failure }) {
            turn.signal()
            throw failure
        }
        queue.async { [self] in
            state.withLock { state in
                do { try write(estimates, rows, &state) } catch { state.failure = error }
            }
            turn.signal()
        }
    }

    private func write(_ estimates: [RowEstimate], _ rows: Range<Int>, _ state: inout State) throws {
        let table = builder.block(estimates, rows: rows).table(
            builder.schema, passing: try state.passing.next(rows.count))
        try state.writer.append(table)
        state.tally.add(table)
        for (row, estimate) in zip(rows, estimates) {
            guard let fault = estimate.fault, state.tally.mayNameFault() else { continue }
            logger.warning("row \(row + 1): \(fault)")
        }
    }

    /// Takes the turn when the last block is written and its thread has let go of the writer: part files are locked as
    /// long as somebody holds it, and the caller may go on with them at once.
    private func waitForLastBlock() {
        turn.wait()
        queue?.sync {}
    }

    /// Writes what is left and completes the files.
    ///
    /// - Returns: What was counted.
    func finish() throws -> EnrichmentTally {
        try gathered.withLock { try handOver(&$0) }
        waitForLastBlock()
        defer { turn.signal() }
        return try state.withLock { state in
            if let failure = state.failure { throw failure }
            try state.writer.finish()
            return state.tally
        }
    }

    /// Brings all rows to disk, so that a later run can go on from there.
    func synchronize() throws {
        try gathered.withLock { try handOver(&$0) }
        waitForLastBlock()
        defer { turn.signal() }
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            try state.writer.synchronize()
        }
    }
}
