/// Why a classifier could not be fitted or read, or a search not be made.
public enum DiscoveryError: Error, Sendable, Equatable {
    /// A feature is NaN or infinite where every value is needed.
    case notFinite(row: Int, column: Int, value: Double)
    /// Nothing to work on.
    case noRows(purpose: String)
    /// All rows belong to one class: there is nothing to tell apart.
    case oneClassOnly(name: String, rows: Int)
    /// A class has too few members to be learnt or judged.
    case tooFewMembers(name: String, count: Int, needed: Int, purpose: String)
    /// A class lies in so few groups that some fold would train without it.
    case tooFewGroups(name: String, groups: Int, needed: Int)
    /// A class of the validation rows that the classifier does not know.
    case unknownClass(name: String, known: [String])
    /// libsvm refuses the parameters; the text is the library's.
    case refusedByLibrary(reason: String)
    /// A query has another number of features than what is searched.
    case wrongDimension(expected: Int, found: Int)
    /// A model file whose parts contradict each other.
    case invalidModel(path: String, reason: String)
    /// A model file of a later format than this program knows.
    case newerFormat(path: String, format: String, known: Int)
}

extension DiscoveryError: CustomStringConvertible {
    /// One line for a user.
    public var description: String {
        switch self {
        case .notFinite(let row, let column, let value):
            "row \(row): feature \(column) is \(value); only finite features can be used"
        case .noRows(let purpose): "no rows for \(purpose)"
        case .oneClassOnly(let name, let rows):
            "all \(rows) training rows are of class '\(name)': a classifier needs at least two classes"
        case .tooFewMembers(let name, let count, let needed, let purpose):
            "class '\(name)' has \(count) members, \(purpose) needs at least \(needed)"
        case .tooFewGroups(let name, let groups, let needed):
            """
            the members of class '\(name)' lie in \(groups) groups, cross-validation needs at least \
            \(needed)
            """
        case .unknownClass(let name, let known):
            "class '\(name)' is not among the classifier's: \(known.joined(separator: ", "))"
        case .refusedByLibrary(let reason): "libsvm refuses the parameters: \(reason)"
        case .wrongDimension(let expected, let found):
            "\(found) features, expected \(expected)"
        case .invalidModel(let path, let reason): "cannot read '\(path)': \(reason)"
        case .newerFormat(let path, let format, let known):
            """
            cannot read '\(path)': written in format \(format), this program knows up to format \(known)
            """
        }
    }
}
