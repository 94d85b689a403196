/// The header of a safetensors file, checked: every tensor in range, none overlapping, no byte unclaimed.
struct SafetensorsHeader {
    /// One tensor's entry.
    struct Entry {
        var name: String
        var type: SafetensorsType
        var shape: [Int]
        /// Its bytes, counted from the start of the data.
        var range: Range<Int>
    }

    /// The format's limit on the header's length, bytes.
    static let lengthLimit = 100_000_000

    var metadata: [String: String] = [:]
    /// The tensors in the order of their data.
    var entries: [Entry] = []

    /// The header's length from the first 8 bytes of a file of `fileLength` bytes.
    static func length(prefix: [UInt8], fileLength: Int, path: String) throws(SafetensorsError) -> Int {
        guard prefix.count >= 8 else { throw .noHeaderLength(path: path, bytes: prefix.count) }
        let length = prefix.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= lengthLimit else {
            throw .headerTooLong(path: path, length: length, limit: lengthLimit)
        }
        guard Int(length) <= fileLength - 8 else {
            throw .headerTruncated(path: path, promised: Int(length), found: fileLength - 8)
        }
        return Int(length)
    }

    /// Reads and checks the header's text for a file with `dataLength` bytes behind it.
    init(text: some Collection<UInt8>, dataLength: Int, path: String) throws(SafetensorsError) {
        guard text.first == UInt8(ascii: "{") else { throw .headerNotAnObject(path: path) }
        let root: JSONValue
        do throws(JSONError) {
            root = try StrictJSON.parse(text, limits: .init(depth: 4, values: 2_000_000))
        } catch {
            throw .headerNotJSON(path: path, fault: error)
        }
        for member in root.object?.members ?? [] {
            if member.key == "__metadata__" {
                metadata = try Self.metadata(member.value, path)
            } else {
                entries.append(try Self.entry(member.key, member.value, dataLength, path))
            }
        }
        try sortAndCheckCover(dataLength: dataLength, path: path)
    }

    private static func metadata(
        _ value: JSONValue, _ path: String
    ) throws(SafetensorsError) -> [String: String] {
        guard let object = value.object else {
            throw .headerField(path: path, field: "__metadata__", reason: "\(value.kind), expected an object")
        }
        var metadata: [String: String] = [:]
        for member in object.members {
            guard let text = member.value.string else {
                throw .headerField(
                    path: path, field: "__metadata__." + member.key,
                    reason: "\(member.value.kind), expected a string")
            }
            metadata[member.key] = text
        }
        return metadata
    }

    private static func entry(
        _ name: String, _ value: JSONValue, _ dataLength: Int, _ path: String
    ) throws(SafetensorsError) -> Entry {
        guard let object = value.object else {
            throw .headerField(path: path, field: name, reason: "\(value.kind), expected an object")
        }
        for member in object.members where !["dtype", "shape", "data_offsets"].contains(member.key) {
            throw .headerField(path: path, field: name + "." + member.key, reason: "unknown field")
        }
        guard let typeName = object["dtype"]?.string else {
            throw .headerField(path: path, field: name + ".dtype", reason: "expected a string")
        }
        guard let type = SafetensorsType(rawValue: typeName) else {
            throw .unknownType(path: path, tensor: name, type: typeName)
        }
        let shape = try counts(object["shape"], field: name + ".shape", path)
        let offsets = try counts(object["data_offsets"], field: name + ".data_offsets", path)
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw .headerField(
                path: path, field: name + ".data_offsets", reason: "expected a start and an end not before it"
            )
        }
        guard offsets[1] <= dataLength else {
            throw .outOfRange(path: path, tensor: name, end: offsets[1], data: dataLength)
        }
        guard let needed = SafetensorsTensor.byteCount(type, shape) else {
            throw .sizeOverflow(path: path, tensor: name, shape: shape)
        }
        guard needed == offsets[1] - offsets[0] else {
            throw .sizeMismatch(
                path: path, tensor: name, expected: needed, found: offsets[1] - offsets[0])
        }
        return Entry(name: name, type: type, shape: shape, range: offsets[0]..<offsets[1])
    }

    private static func counts(
        _ value: JSONValue?, field: String, _ path: String
    ) throws(SafetensorsError) -> [Int] {
        guard let elements = value?.array else {
            throw .headerField(path: path, field: field, reason: "expected an array of counts")
        }
        var counts: [Int] = []
        for element in elements {
            guard let count = element.number?.int, count >= 0 else {
                throw .headerField(
                    path: path, field: field, reason: "expected whole numbers from 0 to 2^63 - 1")
            }
            counts.append(count)
        }
        return counts
    }

    /// Puts the tensors in the order of their data and checks that they tile it.
    private mutating func sortAndCheckCover(dataLength: Int, path: String) throws(SafetensorsError) {
        entries.sort {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        var end = 0
        var last = ""
        for entry in entries {
            if entry.range.lowerBound > end {
                throw .hole(path: path, start: end, end: entry.range.lowerBound)
            }
            if entry.range.lowerBound < end { throw .overlap(path: path, first: last, second: entry.name) }
            end = entry.range.upperBound
            last = entry.name
        }
        if end < dataLength { throw .hole(path: path, start: end, end: dataLength) }
    }
}
