internal import FITS
internal import Synchronization

/// What packed files say of their objects, read a block at a time when somebody asks, and kept for a while: all
/// rows of a survey at once would take more memory than everything else.
final class PackedObjectBlocks: Sendable {
    /// Objects of a block: few, because rows of a catalogue in another order than the cutouts each need one.
    private static let size = 64
    /// Blocks that are kept: more than threads that walk through files side by side need.
    private static let kept = 512

    private struct Place: Hashable, Sendable {
        /// Number of the file.
        var file: Int
        var block: Int
    }

    private struct Blocks: Sendable {
        var objects: [Place: [PackedObject]] = [:]
        /// Those that are kept, the one read longest ago first.
        var order: [Place] = []

        mutating func keep(_ block: [PackedObject], at place: Place) {
            if objects.updateValue(block, forKey: place) == nil { order.append(place) }
        }
    }

    private let blocks = Mutex(Blocks())

    /// All objects of a file, block by block; the first blocks are kept, because most runs begin with them.
    func forEach(
        of file: PackedCutouts, number: Int, _ body: (PackedObject) -> Void
    ) throws(FITSError) {
        for start in stride(from: 0, to: file.count, by: Self.size) {
            let objects = try file.objects(in: start..<min(file.count, start + Self.size))
            objects.forEach(body)
            blocks.withLock { blocks in
                if blocks.order.count < Self.kept {
                    blocks.keep(objects, at: Place(file: number, block: start / Self.size))
                }
            }
        }
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
            blocks.keep(objects, at: place)
            if blocks.order.count > Self.kept {
                blocks.objects.removeValue(forKey: blocks.order.removeFirst())
            }
        }
        return objects[row - start]
    }
}
