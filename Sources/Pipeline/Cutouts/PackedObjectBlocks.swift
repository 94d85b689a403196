internal import FITS
internal import Synchronization

/// What packed files say of their objects, read a block at a time when somebody asks, and kept for a while: all
/// rows of a survey at once would take more memory than everything else.
final class PackedObjectBlocks: Sendable {
    /// Objects of a block.
    private static let size = 512
    /// Blocks that are kept: more than threads that walk through files side by side need.
    private static let kept = 64

    private struct Place: Hashable, Sendable {
        /// Number of the file.
        var file: Int
        var block: Int
    }

    private struct Blocks: Sendable {
        var objects: [Place: [PackedObject]] = [:]
        /// Those that are kept, the one read longest ago first.
        var order: [Place] = []
    }

    private let blocks = Mutex(Blocks())

    /// The ranges of objects that are read together.
    static func ranges(of file: PackedCutouts) -> [Range<Int>] {
        stride(from: 0, to: file.count, by: size).map { $0..<min(file.count, $0 + size) }
    }

    /// The object of a row.
    ///
    /// - Parameter number: Of the file, among those that share this memory.
    func object(_ row: Int, of file: PackedCutouts, number: Int) throws(FITSError) -> PackedObject {
        let block = row / Self.size
        let place = Place(file: number, block: block)
        if let object = blocks.withLock({ $0.objects[place]?[row - block * Self.size] }) { return object }
        let start = block * Self.size
        let objects = try file.objects(in: start..<min(file.count, start + Self.size))
        blocks.withLock { blocks in
            guard blocks.objects.updateValue(objects, forKey: place) == nil else { return }
            blocks.order.append(place)
            if blocks.order.count > Self.kept {
                blocks.objects.removeValue(forKey: blocks.order.removeFirst())
            }
        }
        return objects[row - start]
    }
}
