/// The identifier of the object that a cutout shows, kept as it was found.
public enum CutoutIdentifier: Sendable, Hashable, CustomStringConvertible {
    /// A number of 64 bits.
    case integer(Int64)
    /// Text.
    case text(String)

    /// The identifier as text.
    public var description: String {
        switch self {
        case .integer(let number): "\(number)"
        case .text(let text): text
        }
    }
}
