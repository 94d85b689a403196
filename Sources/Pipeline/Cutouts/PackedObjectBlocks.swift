internal import FITS
internal import Synchronization

/// What a packed file says of its objects, read a block at a time when somebody asks, and kept for a while: all
/// rows of a large file at once would take more memory than everything else.
final class PackedObjectBlocks: Sendable {
    /// Objects of a block.
    private static let size = 512
    /// Blocks that are kept: more than threads that walk through a file side by side need.
    private static let kept = 64

    private struct Blocks: Sendable {
        var objects: [Int: [PackedObject]] = [:]
        /// Their numbers, the one read longest ago first.
        var order: [Int] = []
    }

    private let file: PackedCutouts
    private let blocks = Mutex(Blocks())

    /// The objects of a file.
    init(of file: PackedCutouts) {
        self.file = file
    }

    /// The ranges of objects that are read together.
    var ranges: [Range<Int>] {
        stride(from: 0, to: file.count, by: Self.size).map { $0..<min(file.count, $0 + Self.size) }
    }

    /// The object of a row.
    subscript(row: Int) -> PackedObject {
        get throws(FITSError) {
            let number = row / Self.size
            let place = row - number * Self.size
            if let object = blocks.withLock({ $0.objects[number]?[place] }) { return object }
            let start = number * Self.size
            let objects = try file.objects(in: start..<min(file.count, start + Self.size))
            blocks.withLock { blocks in
                guard blocks.objects.updateValue(objects, forKey: number) == nil else { return }
                blocks.order.append(number)
                if blocks.order.count > Self.kept {
                    blocks.objects.removeValue(forKey: blocks.order.removeFirst())
                }
            }
            return objects[place]
        }
    }
}
