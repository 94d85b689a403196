/// The content of a safetensors file: named tensors as bytes, and a map of texts.
///
/// The file is the header's length (unsigned 64-bit, little-endian), the header (JSON, padded with spaces
/// so that the data starts at a multiple of 8) and the data, which the tensors tile without hole or overlap.
/// The reader checks all of that before it takes memory for a tensor, and bounds what a hostile header can
/// cost. It does not look at the values: `requireFinite` does.
public struct SafetensorsFile: Sendable {
    /// Where the content came from, or a name for messages.
    public var path: String
    /// The `__metadata__` map; written in the order of its keys.
    public var metadata: [String: String]
    /// The tensors in the order of their data; names must differ.
    public var tensors: [SafetensorsTensor]

    /// Content made in memory.
    ///
    /// - Parameter path: Name for messages until it is written.
    public init(metadata: [String: String] = [:], tensors: [SafetensorsTensor], path: String = "memory") {
        self.path = path
        self.metadata = metadata
        self.tensors = tensors
    }

    /// Decodes a file that is in memory.
    ///
    /// - Parameter path: Name for messages.
    /// - Throws: `SafetensorsError` for anything the format does not allow.
    public init(decoding bytes: [UInt8], path: String = "memory") throws(SafetensorsError) {
        let length = try SafetensorsHeader.length(
            prefix: Array(bytes.prefix(8)), fileLength: bytes.count, path: path)
        let start = 8 + length
        let header = try SafetensorsHeader(
            text: bytes[8..<start], dataLength: bytes.count - start, path: path)
        self.init(
            metadata: header.metadata,
            tensors: header.entries.map { entry in
                SafetensorsTensor(
                    name: entry.name, type: entry.type, shape: entry.shape,
                    bytes: Array(
                        bytes[start + entry.range.lowerBound..<start + entry.range.upperBound]))
            }, path: path)
    }

    /// The file's bytes: tensors in the order of `tensors`, metadata in the order of its keys.
    ///
    /// - Throws: `SafetensorsError.headerTooLong` beyond the format's limit.
    /// - Precondition: No two tensors share a name.
    public func encoded() throws(SafetensorsError) -> [UInt8] {
        var bytes = try encodedHeader()
        bytes.reserveCapacity(bytes.count + tensors.reduce(0) { $0 + $1.bytes.count })
        for tensor in tensors { bytes += tensor.bytes }
        return bytes
    }

    /// The header's length, text and padding.
    func encodedHeader() throws(SafetensorsError) -> [UInt8] {
        precondition(
            Set(tensors.map(\.name)).count == tensors.count, "SafetensorsFile: two tensors share a name")
        var fields: [String] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key < $1.key }.map {
                JSONText.quoted($0.key) + ":" + JSONText.quoted($0.value)
            }
            fields.append("\"__metadata__\":{" + texts.joined(separator: ",") + "}")
        }
        var offset = 0
        for tensor in tensors {
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            let end = offset + tensor.bytes.count
            fields.append(
                JSONText.quoted(tensor.name) + ":{\"dtype\":\"\(tensor.type.rawValue)\","
                    + "\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var text = Array(("{" + fields.joined(separator: ",") + "}").utf8)
        text += Array(repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
        guard text.count <= SafetensorsHeader.lengthLimit else {
            throw .headerTooLong(
                path: path, length: UInt64(text.count), limit: SafetensorsHeader.lengthLimit)
        }
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
    }
}
