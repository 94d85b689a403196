public import Astronomy
internal import Computing

/// Which rows train the model, which choose its epoch and thresholds, and which only measure it.
///
/// Rows whose cutouts share pixels (closer than 48 arcsec, or linked through others) stay together. Each
/// group goes where the HEALPix cell of its southernmost member sends it, so that a row keeps its part when
/// the catalogue grows or is sorted anew.
public struct DataSplit: Sendable, Equatable {
    /// The three parts.
    public enum Part: String, Sendable, CaseIterable {
        /// Rows that gradients, scalings and the classifier see.
        case training
        /// Rows that choose the epoch and the decision thresholds.
        case validation
        /// Rows that nothing but the model card sees.
        case test
    }

    /// The part of each row.
    public let parts: [Part]

    /// HEALPix order of the cells that are dealt out: 3.4 arcmin across.
    public static let cellOrder = 10
    /// Positions closer than this share pixels: the diagonal of two touching 128 x 0.262 arcsec cutouts.
    public static let linkingLength = Angle(arcseconds: 48)

    /// Splits rows by their positions.
    ///
    /// - Parameters:
    ///   - positions: Where each row lies; rows without a position are dealt out one by one.
    ///   - validation: Fraction of the sky for validation, 0 to 1.
    ///   - test: Fraction of the sky for testing, 0 to 1.
    ///   - seed: Seed of the deal.
    public init(positions: [SkyPosition?], validation: Double, test: Double, seed: UInt64) {
        precondition(
            validation >= 0 && test >= 0 && validation + test < 1,
            "DataSplit: fractions \(validation) and \(test) leave nothing to train on")
        let deal = CounterGenerator(seed: seed, stream: 0x5350_4C49_54)
        func part(_ key: UInt64) -> Part {
            var generator = deal.split(key)
            let draw = generator.uniform()
            if draw < test { return .test }
            return draw < test + validation ? .validation : .training
        }
        let placed = positions.indices.filter { positions[$0] != nil }
        let places = placed.compactMap { positions[$0] }
        let groups = SkyGroups(positions: places, linkingLength: Self.linkingLength)
        var southernmost: [Int: SkyPosition] = [:]
        for (group, place) in zip(groups.groupOfPosition, places) {
            if let other = southernmost[group],
                (other.declination, other.rightAscension) <= (place.declination, place.rightAscension)
            {
                continue
            }
            southernmost[group] = place
        }
        // Unplaced rows take keys beyond every cell number.
        var parts = positions.indices.map { part(UInt64.max - UInt64($0)) }
        for (row, group) in zip(placed, groups.groupOfPosition) {
            guard let place = southernmost[group] else { continue }
            parts[row] = part(UInt64(SkyCell(order: Self.cellOrder, containing: place).index))
        }
        self.parts = parts
    }

    /// The rows of a part, in order.
    public func rows(of part: Part) -> [Int] {
        parts.indices.filter { parts[$0] == part }
    }
}
