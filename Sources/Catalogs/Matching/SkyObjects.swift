public import Astronomy

/// Objects that have identifiers, positions, or both: rows of a catalogue, or cutouts.
public struct SkyObjects: Sendable, Equatable {
    /// The identifiers; `nil` when there are none.
    public let identifiers: CatalogIdentifiers?
    /// Right ascension in degrees, NaN where unknown.
    public let rightAscension: [Double]
    /// Declination in degrees, NaN where unknown.
    public let declination: [Double]

    /// Objects; all lists must have the same length.
    public init(identifiers: CatalogIdentifiers?, rightAscension: [Double], declination: [Double]) {
        precondition(
            rightAscension.count == declination.count
                && identifiers?.count ?? rightAscension.count == rightAscension.count,
            "SkyObjects: \(identifiers?.count ?? 0) identifiers, \(rightAscension.count) and \(declination.count) coordinates"
        )
        self.identifiers = identifiers
        self.rightAscension = rightAscension
        self.declination = declination
    }

    /// The number of objects.
    public var count: Int { rightAscension.count }

    /// An object's position; `nil` when it is unknown.
    public func position(_ index: Int) -> SkyPosition? {
        SkyPosition(rightAscension: rightAscension[index], declination: declination[index])
    }

    /// An object in words: its identifier, else its position, else its number (from 1).
    public func name(_ index: Int) -> String {
        if let text = identifiers?.text(at: index) { return text }
        if let position = position(index) {
            return "(\(position.rightAscension), \(position.declination))"
        }
        return "number \(index + 1)"
    }
}
