/// The training objects that neighbours refer to: ids and standardised latents.
///
/// Latents are kept in single precision, as the file stores them, so that a search before saving and one
/// after loading give the same distances.
public struct ReferenceSet: Sendable, Equatable {
    /// Names of objects, as their catalogue has them.
    public enum Identifiers: Sendable, Equatable {
        /// Integers.
        case numbers([Int64])
        /// Texts.
        case texts([String])

        /// How many there are.
        public var count: Int {
            switch self {
            case .numbers(let numbers): numbers.count
            case .texts(let texts): texts.count
            }
        }

        /// Place of each object in the order of ids (numbers by value, texts by their UTF-8 bytes, equal
        /// ones by row), which settles equal distances.
        public var ranks: [Int] {
            let order: [Int]
            switch self {
            case .numbers(let numbers):
                order = numbers.indices.sorted {
                    numbers[$0] != numbers[$1] ? numbers[$0] < numbers[$1] : $0 < $1
                }
            case .texts(let texts):
                let bytes = texts.map { Array($0.utf8) }
                order = bytes.indices.sorted {
                    bytes[$0] != bytes[$1] ? bytes[$0].lexicographicallyPrecedes(bytes[$1]) : $0 < $1
                }
            }
            var ranks = [Int](repeating: 0, count: order.count)
            for (rank, row) in order.enumerated() { ranks[row] = rank }
            return ranks
        }
    }

    /// Ids of the objects.
    public let identifiers: Identifiers
    /// Mean and deviation by which latents are standardised.
    public let scaler: FeatureScaler
    /// Standardised latents, shape `[N, dimension]`, of single precision.
    public let latents: FeatureMatrix

    /// The rows in the order of a search tree's leaves, each once, where the file has it: finding it takes most of a
    /// search's start.
    private let storedOrder: [Int32]?

    /// Number of objects.
    public var count: Int { latents.count }

    /// A set of objects.
    ///
    /// - Parameter latents: As the model gives them, not standardised.
    /// - Throws: `DiscoveryError.notFinite` for a latent that is not.
    public init(identifiers: Identifiers, latents: FeatureMatrix, scaler: FeatureScaler) throws {
        try self.init(identifiers: identifiers, standardised: scaler.scaled(latents), scaler: scaler)
    }

    init(identifiers: Identifiers, standardised: FeatureMatrix, scaler: FeatureScaler) throws {
        precondition(
            identifiers.count == standardised.count && scaler.dimension == standardised.dimension,
            "ReferenceSet: \(identifiers.count) ids, \(standardised.count) rows of \(standardised.dimension)")
        let rounded = FeatureMatrix(
            dimension: standardised.dimension, floats: standardised.values.map { Float($0) })
        try rounded.requireFinite()
        self.init(identifiers: identifiers, rounded: rounded, scaler: scaler)
    }

    /// A set of finite latents, standardised and of single precision.
    ///
    /// - Parameter searchOrder: The rows in the order of a search tree's leaves, each once, where it is known.
    init(
        identifiers: Identifiers, rounded: FeatureMatrix, scaler: FeatureScaler, searchOrder: [Int32]? = nil
    ) {
        self.identifiers = identifiers
        self.scaler = scaler
        self.latents = rounded
        storedOrder = searchOrder
    }

    /// The rows in the order of a search tree's leaves, each once.
    var searchOrder: [Int32] { storedOrder ?? PointTree.order(of: latents) }

    /// Whether two sets hold the same objects, standardised alike, in the same rows.
    public static func == (left: ReferenceSet, right: ReferenceSet) -> Bool {
        left.identifiers == right.identifiers && left.scaler == right.scaler && left.latents == right.latents
    }

    /// Latents of other objects, standardised as those of the set and rounded alike.
    public func standardised(_ latents: FeatureMatrix) -> FeatureMatrix {
        FeatureMatrix(
            dimension: scaler.dimension, floats: scaler.scaled(latents).values.map { Float($0) })
    }

    /// A search among the objects; equal distances are ordered by id.
    public func search(metric: Minkowski = .euclidean) throws -> NeighborSearch {
        try NeighborSearch(latents, metric: metric, ranks: identifiers.ranks, order: searchOrder)
    }
}
