internal import Foundation

extension UnsafeMutableRawPointer {
    /// Bytes of a large page.
    private static let largePage = 1 << 21

    /// Memory of the system's, to be deallocated as usual; large blocks in large pages where the system has them.
    ///
    /// A pass over many megabytes spends a third of its time on the tables of small pages, and a search that touches
    /// points here and there more than that.
    public static func allocateInLargePages(byteCount: Int, alignment: Int) -> UnsafeMutableRawPointer {
        guard byteCount >= 2 * largePage else { return .allocate(byteCount: byteCount, alignment: alignment) }
        let block = UnsafeMutableRawPointer.allocate(
            byteCount: byteCount, alignment: max(alignment, largePage))
        #if os(Linux)
            // A wish: where it is refused, pages are small.
            _ = madvise(block, byteCount / largePage * largePage, MADV_HUGEPAGE)
        #endif
        return block
    }
}
