internal import Foundation

/// Friends-of-friends groups of positions: any two closer than the linking length share a group.
///
/// Cutouts that share pixels, or show the same object twice, end in one group, and a data split that keeps
/// groups whole cannot leak them.
public struct SkyGroups: Sendable, Equatable {
    /// The group of each position, numbered from 0 in order of first appearance.
    public let groupOfPosition: [Int]
    /// The number of groups.
    public let count: Int

    /// Links all positions closer than `linkingLength`, in time proportional to their number.
    ///
    /// Positions are hashed into cubes as wide as the chord of the linking length, in three dimensions, so
    /// that the poles and right ascension 0 need no care.
    public init(positions: [SkyPosition], linkingLength: Angle) {
        precondition(linkingLength.radians > 0, "SkyGroups: linking length must be positive")
        let chord = 2 * sin(min(linkingLength.radians, .pi) / 2)
        let directions = positions.map(\.direction)
        var forest = DisjointSets(count: positions.count)
        var members: [SIMD3<Int64>: [Int]] = [:]
        for (index, direction) in directions.enumerated() {
            let cube = Self.cube(of: direction, width: chord)
            for offset in Self.neighbourhood {
                for other in members[cube &+ offset] ?? [] {
                    let difference = direction - directions[other]
                    if (difference * difference).sum() < chord * chord { forest.join(index, other) }
                }
            }
            members[cube, default: []].append(index)
        }
        var numbers: [Int: Int] = [:]
        groupOfPosition = positions.indices.map { index in
            let root = forest.root(of: index)
            if let number = numbers[root] { return number }
            numbers[root] = numbers.count
            return numbers.count - 1
        }
        count = numbers.count
    }

    private static func cube(of direction: SIMD3<Double>, width: Double) -> SIMD3<Int64> {
        let scaled = (direction / width).rounded(.down)
        return SIMD3(Int64(scaled.x), Int64(scaled.y), Int64(scaled.z))
    }

    private static let neighbourhood: [SIMD3<Int64>] = (-1...1).flatMap { x in
        (-1...1).flatMap { y in (-1...1).map { z in SIMD3(Int64(x), Int64(y), Int64(z)) } }
    }
}

/// A partition of `0..<count` that is coarsened by joining parts (union by size, path halving).
private struct DisjointSets {
    private var parent: [Int]
    private var size: [Int]

    init(count: Int) {
        parent = Array(0..<count)
        size = Array(repeating: 1, count: count)
    }

    mutating func root(of element: Int) -> Int {
        var element = element
        while parent[element] != element {
            parent[element] = parent[parent[element]]
            element = parent[element]
        }
        return element
    }

    mutating func join(_ first: Int, _ second: Int) {
        var large = root(of: first)
        var small = root(of: second)
        if large == small { return }
        if size[large] < size[small] { swap(&large, &small) }
        parent[small] = large
        size[large] += size[small]
    }
}
