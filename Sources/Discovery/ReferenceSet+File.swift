internal import Safetensors

extension ReferenceSet {
    /// The format that this program writes.
    static let format = 1
    /// What the metadata calls this kind of file.
    static let kind = "galatea-reference"
    /// Name of the order of rows in a search tree; sets of earlier versions come without.
    private static let searchOrder = "search_order"

    /// Writes the set to `path` in safetensors; atomic.
    ///
    /// - Throws: `SafetensorsError`.
    public func write(to path: String) throws {
        var tensors = [
            SafetensorsTensor(name: "scaler.mean", shape: [scaler.dimension], doubles: scaler.mean),
            SafetensorsTensor(name: "scaler.deviation", shape: [scaler.dimension], doubles: scaler.deviation),
            SafetensorsTensor(
                name: "latents", shape: [count, scaler.dimension], floats: latents.values.map { Float($0) }),
            SafetensorsTensor(name: Self.searchOrder, shape: [count], int32s: searchOrder),
        ]
        switch identifiers {
        case .numbers(let numbers):
            tensors.append(SafetensorsTensor(name: "ids", shape: [count], int64s: numbers))
        case .texts(let texts):
            var bytes: [UInt8] = []
            var ends: [Int64] = [0]
            for text in texts {
                bytes += text.utf8
                ends.append(Int64(bytes.count))
            }
            tensors.append(SafetensorsTensor(name: "id_bounds", shape: [count + 1], int64s: ends))
            tensors.append(SafetensorsTensor(name: "id_bytes", shape: [bytes.count], uint8s: bytes))
        }
        try SafetensorsFile(
            metadata: ["kind": Self.kind, "format": String(Self.format)], tensors: tensors
        ).write(to: path)
    }

    /// Reads a set; everything is checked first.
    ///
    /// - Throws: `SafetensorsError`, `DiscoveryError.invalidModel` or `.newerFormat`.
    public init(contentsOf path: String) throws {
        let file = try SafetensorsFile(contentsOf: path)
        try ModelFile.check(file, kind: Self.kind, format: Self.format)
        try file.requireFinite()
        let mean = try file.doubles("scaler.mean")
        try ModelFile.require(!mean.isEmpty, "scaler.mean is empty", path)
        let deviation = try file.doubles("scaler.deviation", shape: [mean.count])
        try ModelFile.require(deviation.allSatisfy { $0 > 0 }, "a deviation is not above 0", path)
        let shape = try file.tensor("latents").shape
        try ModelFile.require(
            shape.count == 2 && shape[1] == mean.count,
            "latents have shape \(shape), expected rows of \(mean.count)", path)
        let order = try file.hasTensor(Self.searchOrder) ? file.int32s(Self.searchOrder) : nil
        try ModelFile.require(
            order.map { PointTree.isOrder($0, of: shape[0]) } ?? true,
            "\(Self.searchOrder) does not name each of the \(shape[0]) rows once", path)
        self.init(
            identifiers: try Self.identifiers(of: file, count: shape[0]),
            rounded: FeatureMatrix(dimension: mean.count, floats: try file.floats("latents")),
            scaler: FeatureScaler(mean: mean, deviation: deviation), searchOrder: order)
    }

    private static func identifiers(of file: SafetensorsFile, count: Int) throws -> Identifiers {
        if file.hasTensor("ids") {
            return .numbers(try file.int64s("ids", shape: [count]))
        }
        let bytes = try file.uint8s("id_bytes")
        let bounds = try file.int64s("id_bounds", shape: [count + 1])
        try ModelFile.require(
            bounds.first == 0 && bounds.last == Int64(bytes.count)
                && zip(bounds, bounds.dropFirst()).allSatisfy(<=),
            "id_bounds do not divide the \(bytes.count) bytes of id_bytes", file.path)
        return .texts(
            try zip(bounds, bounds.dropFirst()).enumerated().map { row, bound in
                guard let text = String(validating: bytes[Int(bound.0)..<Int(bound.1)], as: UTF8.self) else {
                    throw DiscoveryError.invalidModel(
                        path: file.path, reason: "the id of row \(row) is not UTF-8")
                }
                return text
            })
    }
}
