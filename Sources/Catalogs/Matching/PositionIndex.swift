public import Astronomy
import Foundation

/// Positions in bands of declination, sorted by right ascension within each: finds those near a point.
///
/// Zones algorithm (Gray et al. 2006, MSR-TR-2006-52). Right ascension may wrap, and at the poles a search
/// looks at all of a band.
public struct PositionIndex: Sendable {
    /// What a search found.
    public struct Nearest: Sendable, Equatable {
        /// The nearest object; of several at the same distance the first.
        public let index: Int
        /// Its separation.
        public let separation: Angle
        /// All objects within the radius, this one included.
        public let count: Int
    }

    /// The radius that searches may have at most.
    public let radius: Angle
    private let bandHeight: Double  // degrees
    private var bandStart: [Int32]
    private var order: [Int32]
    private var rightAscension: [Double]
    private var directions: [SIMD3<Double>]

    /// An index for searches within `radius`.
    ///
    /// - Parameters:
    ///   - indices: The objects to be found; all when `nil`. Objects without position are left out.
    public init(_ objects: SkyObjects, radius: Angle, indices: [Int]? = nil) {
        precondition(
            radius.radians > 0 && radius.degrees < 90, "PositionIndex: radius \(radius.degrees) degrees")
        precondition(objects.count < Int32.max, "PositionIndex: \(objects.count) objects")
        self.radius = radius
        bandHeight = max(radius.degrees, 180 / 1_000_000)
        let bands = Int(180 / bandHeight) + 1
        let height = bandHeight
        var chosen: [Int] = []
        // Folded into [0, 360): the objects may say -0.1 or 360.
        var folded = [Double](repeating: .nan, count: objects.count)
        for index in indices ?? Array(0..<objects.count) {
            guard let position = objects.position(index) else { continue }
            folded[index] = position.rightAscension
            chosen.append(index)
        }
        func band(_ index: Int) -> Int { min(bands - 1, Int((objects.declination[index] + 90) / height)) }
        var start = [Int32](repeating: 0, count: bands + 1)
        for index in chosen { start[band(index) + 1] += 1 }
        for number in 0..<bands { start[number + 1] += start[number] }
        var next = start
        var order = [Int32](repeating: 0, count: chosen.count)
        for index in chosen {
            let number = band(index)
            order[Int(next[number])] = Int32(index)
            next[number] += 1
        }
        for number in 0..<bands where start[number + 1] - start[number] > 1 {
            order[Int(start[number])..<Int(start[number + 1])].sort { left, right in
                (folded[Int(left)], left) < (folded[Int(right)], right)
            }
        }
        bandStart = start
        self.order = order
        rightAscension = order.map { folded[Int($0)] }
        directions = order.map { objects.position(Int($0))?.direction ?? .zero }
    }

    /// The object nearest to a position within a radius, which must not be larger than the index's.
    public func nearest(to position: SkyPosition, within radius: Angle? = nil) -> Nearest? {
        let reach = radius ?? self.radius
        precondition(
            reach <= self.radius, "PositionIndex: radius \(reach.degrees) degrees beyond the index's")
        let direction = position.direction
        let half = sin(reach.radians / 2)
        let limit = 4 * half * half
        var best = (square: Double.infinity, index: Int32.max)
        var count = 0
        forEachCandidate(near: position, reach: reach.degrees) { place in
            let chord = directions[place] - direction
            let square = (chord * chord).sum()
            guard square <= limit else { return }
            count += 1
            if (square, order[place]) < best { best = (square, order[place]) }
        }
        guard count > 0 else { return nil }
        let separation = Angle(radians: 2 * asin(min(1, best.square.squareRoot() / 2)))
        return Nearest(index: Int(best.index), separation: separation, count: count)
    }

    /// Calls `body` for every place of `order` that may lie within `reach` degrees.
    private func forEachCandidate(near position: SkyPosition, reach: Double, _ body: (Int) -> Void) {
        // Rounding must lose nobody at the rim: a little more is looked at, the chord decides.
        let margin = reach * (1 + 1e-9) + 1e-12
        let bands = bandStart.count - 1
        let low = max(0, Int((position.declination - margin + 90) / bandHeight))
        let high = min(bands - 1, Int((position.declination + margin + 90) / bandHeight))
        guard low <= high else { return }
        let width = Self.halfWidth(declination: position.declination, reach: margin)
        let center = position.rightAscension
        for band in low...high {
            let range = Int(bandStart[band])..<Int(bandStart[band + 1])
            if range.isEmpty { continue }
            if width >= 180 {
                range.forEach(body)
                continue
            }
            scan(range, center - width, center + width, body)
            if center - width < 0 { scan(range, center - width + 360, 360, body) }
            if center + width >= 360 { scan(range, 0, center + width - 360, body) }
        }
    }

    /// Calls `body` for the places of a band with right ascensions in an interval.
    private func scan(_ range: Range<Int>, _ from: Double, _ to: Double, _ body: (Int) -> Void) {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if rightAscension[middle] < from { low = middle + 1 } else { high = middle }
        }
        while low < range.upperBound, rightAscension[low] <= to {
            body(low)
            low += 1
        }
    }

    /// Half the extent in right ascension, degrees, of a circle around a point at this declination; 180 when
    /// it holds a pole.
    private static func halfWidth(declination: Double, reach: Double) -> Double {
        guard abs(declination) + reach < 90 else { return 180 }
        let delta = Angle(degrees: declination).radians
        let radius = Angle(degrees: reach).radians
        return Angle(radians: asin(min(1, sin(radius) / cos(delta)))).degrees * (1 + 1e-9) + 1e-12
    }
}
