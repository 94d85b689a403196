/// An object that is near to several members of a set.
public struct SharedNeighbor: Sendable, Equatable {
    /// Row of the object.
    public var row: Int
    /// Rows of the members whose `k` nearest it is among, in the order of the set.
    public var members: [Int]
    /// Distance to the nearest of these members.
    public var distance: Double

    /// Number of members it is near to.
    public var hits: Int { members.count }

    /// An object near these members.
    public init(row: Int, members: [Int], distance: Double) {
        self.row = row
        self.members = members
        self.distance = distance
    }
}
