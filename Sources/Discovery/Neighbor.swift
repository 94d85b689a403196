/// An object near a queried point.
public struct Neighbor: Sendable, Equatable {
    /// Row of the object among the points searched.
    public var row: Int
    /// Distance to the queried point, in the metric of the search.
    public var distance: Double

    /// An object at this row and distance.
    public init(row: Int, distance: Double) {
        self.row = row
        self.distance = distance
    }
}

/// The nearest objects found so far: a heap whose top is the farthest of them.
struct NearestFew {
    /// One candidate: distance, then rank among equal distances.
    private struct Entry {
        var distance: Double
        var rank: Int
        var row: Int

        func isBefore(_ other: Entry) -> Bool {
            distance < other.distance || (distance == other.distance && rank < other.rank)
        }
    }

    private let capacity: Int
    private var heap: [Entry] = []

    /// Keeps at most `capacity` objects.
    init(capacity: Int) {
        self.capacity = capacity
        heap.reserveCapacity(min(capacity, 4096))
    }

    /// Distance beyond which nothing can enter any more.
    var bound: Double { heap.count < capacity ? .infinity : (heap.first?.distance ?? -.infinity) }

    /// Offers an object.
    mutating func offer(row: Int, distance: Double, rank: Int) {
        let entry = Entry(distance: distance, rank: rank, row: row)
        if heap.count < capacity {
            heap.append(entry)
            var child = heap.count - 1
            while child > 0, heap[(child - 1) / 2].isBefore(heap[child]) {
                heap.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        } else if let top = heap.first, entry.isBefore(top) {
            heap[0] = entry
            var parent = 0
            while true {
                var largest = parent
                for child in [2 * parent + 1, 2 * parent + 2]
                where child < heap.count && heap[largest].isBefore(heap[child]) {
                    largest = child
                }
                if largest == parent { return }
                heap.swapAt(parent, largest)
                parent = largest
            }
        }
    }

    /// The objects kept, nearest first, equal distances by rank.
    var sorted: [Neighbor] {
        heap.sorted { $0.isBefore($1) }.map { Neighbor(row: $0.row, distance: $0.distance) }
    }
}
