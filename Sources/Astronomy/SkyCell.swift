internal import Foundation

/// A cell of the HEALPix tessellation in nested numbering (Gorski et al. 2005, ApJ 622, 759, section 5).
///
/// All cells of an order have the same area, 4 pi / (12 * 4^order) steradians.
public struct SkyCell: Sendable, Hashable, Comparable {
    /// The resolution: `Nside = 2^order`, 0 to 29.
    public let order: Int
    /// The cell's nested number, `0 ..< 12 * 4^order`.
    public let index: Int64

    /// The cell of this order that contains a position.
    public init(order: Int, containing position: SkyPosition) {
        precondition((0...29).contains(order), "SkyCell: order \(order) outside 0...29")
        let sides = Double(1 << order)
        let z = sin(Angle(degrees: position.declination).radians)
        let quarter = position.rightAscension / 90  // in [0, 4)
        let face: Int
        let u: Double
        let v: Double
        if abs(z) <= 2.0 / 3 {
            // Equatorial belt: lines of constant face coordinate ascend and descend at 45 degrees.
            let ascending = sides * (0.5 + quarter - 0.75 * z)
            let descending = sides * (0.5 + quarter + 0.75 * z)
            let ascendingFace = Int((ascending / sides).rounded(.down))
            let descendingFace = Int((descending / sides).rounded(.down))
            if ascendingFace == descendingFace {
                face = (ascendingFace & 3) + 4
            } else if ascendingFace < descendingFace {
                face = ascendingFace & 3
            } else {
                face = (descendingFace & 3) + 8
            }
            u = descending.truncatingRemainder(dividingBy: sides)
            v = sides - ascending.truncatingRemainder(dividingBy: sides)
        } else {
            let column = min(3, Int(quarter))
            let fraction = quarter - Double(column)
            let radius = sides * (3 * (1 - abs(z))).squareRoot()
            let left = radius * fraction
            let right = radius * (1 - fraction)
            if z > 0 {
                face = column
                u = sides - right
                v = sides - left
            } else {
                face = column + 8
                u = left
                v = right
            }
        }
        let limit = (1 << order) - 1
        let x = min(limit, max(0, Int(u.rounded(.down))))
        let y = min(limit, max(0, Int(v.rounded(.down))))
        self.order = order
        index = Int64(face) << (2 * Int64(order)) | Self.interleave(x, y)
    }

    /// Cells of lower numbers come first; cells are compared within one order.
    public static func < (left: SkyCell, right: SkyCell) -> Bool {
        (left.order, left.index) < (right.order, right.index)
    }

    /// The bits of `x` at even places, those of `y` at odd ones.
    private static func interleave(_ x: Int, _ y: Int) -> Int64 {
        var result: Int64 = 0
        for bit in 0..<30 {
            result |=
                Int64((x >> bit) & 1) << (2 * Int64(bit)) | Int64((y >> bit) & 1) << (2 * Int64(bit) + 1)
        }
        return result
    }
}
