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
