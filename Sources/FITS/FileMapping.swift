internal import CFileMapping
internal import Foundation
internal import Synchronization

/// A file's bytes as memory, read from the page cache without a copy.
///
/// The file may shrink or fail while it is mapped: then the mapping is broken, for good, and what was read from
/// it is not to be trusted. `ByteSource.withBytes` reads again in the plain way, which says what is wrong.
final class FileMapping: Sendable {
    private nonisolated(unsafe) let start: UnsafeRawPointer
    private nonisolated(unsafe) let broken: UnsafeMutablePointer<Int32>
    private let size: Int
    private let descriptor: Int32
    private let pageSize: Int
    /// Whether the file is read in large pages by now.
    private let hasLargePages = Atomic(false)

    /// Bytes in a row that are expected of a file of which most is wanted: of one that is read here and there the
    /// system would read several times as much.
    private static let longStretch = Int(GALATEA_LARGE_PAGE_BYTES) / 4

    /// Maps a file that stays open; `nil` where the system does not.
    init?(descriptor: Int32, size: Int) {
        guard size > 0, let start = galatea_map_file(descriptor, size) else { return nil }
        self.start = start
        self.size = size
        self.descriptor = descriptor
        pageSize = galatea_mapped_page_size()
        broken = .allocate(capacity: 1)
        broken.initialize(to: 0)
    }

    deinit {
        galatea_unmap_file(start, size)
        broken.deallocate()
    }

    /// Lends bytes; `nil`, whatever `body` made of them, when the mapping is broken by then.
    func withBytes<Result>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        precondition(range.lowerBound >= 0 && range.upperBound <= size, "FileMapping: \(range) of \(size)")
        // The first byte of the page behind the range tells whether the file still reaches so far: asking the system
        // costs a microsecond, which is left to ranges on the last page.
        let page = (range.upperBound + pageSize - 1) / pageSize * pageSize
        let beyond = page < size ? page : nil
        let watched = (beyond.map { $0 + 1 } ?? range.upperBound) - range.lowerBound
        let isWatched = galatea_guard_begin(start + range.lowerBound, watched, broken) != 0
        precondition(isWatched, "FileMapping: lent ranges do not nest")
        let result = body(UnsafeRawBufferPointer(start: start + range.lowerBound, count: range.count))
        guard galatea_guard_end(beyond.map { start + $0 }) == 0, beyond != nil || reaches(range.upperBound)
        else { return nil }
        return result
    }

    /// Whether the file still has so many bytes: behind its end the last page holds zeros, without a fault.
    private func reaches(_ count: Int) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && Int(status.st_size) >= count
    }

    /// Maps the pages of a range before they are touched: a processor fetches ahead only from pages that are there.
    func expect(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= size, "FileMapping: \(range) of \(size)")
        if range.count >= Self.longStretch, !hasLargePages.exchange(true, ordering: .relaxed) {
            galatea_ask_large_pages(start, size)
        }
        galatea_expect_mapped(start + range.lowerBound, range.count, broken)
    }

    /// Gives the memory of a range back, which the system would otherwise count as the process's own.
    func release(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= size, "FileMapping: \(range) of \(size)")
        // Pages before the range came along when its first one was touched: the system maps neighbours, too. Of a large
        // page it takes all when a part is given back.
        let first = max(0, range.lowerBound - Int(GALATEA_FAULT_AROUND_BYTES))
        galatea_release_mapped(start + first, range.upperBound - first)
    }
}
