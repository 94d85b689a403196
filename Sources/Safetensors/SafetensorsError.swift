/// Why a safetensors file was refused, or could not be read or written.
public enum SafetensorsError: Error, Sendable, Equatable {
    /// The file could not be opened or read; `reason` is the system's text.
    case unreadable(path: String, reason: String)
    /// The file could not be written; `reason` is the system's text.
    case unwritable(path: String, reason: String)
    /// A directory, pipe or device.
    case notARegularFile(path: String)
    /// Fewer than the 8 bytes of the header's length.
    case noHeaderLength(path: String, bytes: Int)
    /// The header is longer than the format's limit.
    case headerTooLong(path: String, length: UInt64, limit: Int)
    /// The header goes beyond the end of the file.
    case headerTruncated(path: String, promised: Int, found: Int)
    /// The header does not start with `{`.
    case headerNotAnObject(path: String)
    /// The header is not strict JSON.
    case headerNotJSON(path: String, fault: JSONError)
    /// A field of the header is missing, unknown or of the wrong kind.
    case headerField(path: String, field: String, reason: String)
    /// An element type that this reader does not know.
    case unknownType(path: String, tensor: String, type: String)
    /// The number of elements or bytes does not fit 64 bits.
    case sizeOverflow(path: String, tensor: String, shape: [Int])
    /// The offsets span another number of bytes than shape and type need.
    case sizeMismatch(path: String, tensor: String, expected: Int, found: Int)
    /// The offsets go beyond the data.
    case outOfRange(path: String, tensor: String, end: Int, data: Int)
    /// Bytes of the data belong to no tensor.
    case hole(path: String, start: Int, end: Int)
    /// The bytes of two tensors overlap.
    case overlap(path: String, first: String, second: String)
    /// The file became shorter while it was read.
    case shrunk(path: String, tensor: String)
    /// A tensor that the caller needs is not there.
    case missingTensor(path: String, tensor: String)
    /// A tensor has another shape than the caller needs.
    case wrongShape(path: String, tensor: String, expected: [Int], found: [Int])
    /// A tensor's type cannot be read exactly as the caller's.
    case wrongType(path: String, tensor: String, expected: String, found: SafetensorsType)
    /// A value is NaN or infinite where that is not allowed.
    case notFinite(path: String, tensor: String, index: Int, value: Double)
    /// A byte of a boolean tensor is neither 0 nor 1.
    case notABoolean(path: String, tensor: String, index: Int, byte: UInt8)

    /// The file's path or name.
    public var path: String {
        switch self {
        case .unreadable(let path, _), .unwritable(let path, _), .notARegularFile(let path),
            .noHeaderLength(let path, _), .headerTooLong(let path, _, _), .headerTruncated(let path, _, _),
            .headerNotAnObject(let path), .headerNotJSON(let path, _), .headerField(let path, _, _),
            .unknownType(let path, _, _), .sizeOverflow(let path, _, _), .sizeMismatch(let path, _, _, _),
            .outOfRange(let path, _, _, _), .hole(let path, _, _), .overlap(let path, _, _),
            .shrunk(let path, _), .missingTensor(let path, _), .wrongShape(let path, _, _, _),
            .wrongType(let path, _, _, _), .notFinite(let path, _, _, _), .notABoolean(let path, _, _, _):
            path
        }
    }
}

extension SafetensorsError: CustomStringConvertible {
    /// One line for a user.
    public var description: String {
        if case .unwritable(_, let reason) = self { return "cannot write \(Self.quoted(path)): \(reason)" }
        return "cannot read \(Self.quoted(path)): \(detail)"
    }

    /// `text` in quotes, on one line whatever it holds.
    private static func quoted(_ text: String) -> String {
        var line = "'"
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || scalar.value == 0x7f {
                line += scalar.escaped(asASCII: true)
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
        return line + "'"
    }

    private var detail: String {
        switch self {
        case .unreadable(_, let reason), .unwritable(_, let reason): reason
        case .notARegularFile: "not a regular file"
        case .noHeaderLength(_, let bytes):
            "not a safetensors file: the header's length takes 8 bytes, \(bytes) are there"
        case .headerTooLong(_, let length, let limit):
            "not a safetensors file: header of \(length) bytes, at most \(limit) are allowed"
        case .headerTruncated(_, let promised, let found):
            "file is truncated: \(promised) bytes of header promised, \(found) are there"
        case .headerNotAnObject: "not a safetensors file: the header does not start with '{'"
        case .headerNotJSON(_, let fault): "header is not valid JSON: \(fault)"
        case .headerField(_, let field, let reason): "header field \(JSONText.quoted(field)): \(reason)"
        default: tensorDetail
        }
    }

    private var tensorDetail: String {
        switch self {
        case .unknownType(_, let tensor, let type):
            "tensor \(JSONText.quoted(tensor)): unknown element type \(JSONText.quoted(type))"
        case .sizeOverflow(_, let tensor, let shape):
            "tensor \(JSONText.quoted(tensor)): shape \(shape) has more bytes than 64 bits can count"
        case .sizeMismatch(_, let tensor, let expected, let found):
            "tensor \(JSONText.quoted(tensor)): shape and type need \(expected) bytes, offsets span \(found)"
        case .outOfRange(_, let tensor, let end, let data):
            "tensor \(JSONText.quoted(tensor)) ends at byte \(end) of the data, \(data) are there"
        case .hole(_, let start, let end): "bytes \(start) to \(end) of the data belong to no tensor"
        case .overlap(_, let first, let second):
            "tensors \(JSONText.quoted(first)) and \(JSONText.quoted(second)) overlap"
        case .shrunk(_, let tensor): "file became shorter while reading tensor \(JSONText.quoted(tensor))"
        case .missingTensor(_, let tensor): "tensor \(JSONText.quoted(tensor)) is missing"
        case .wrongShape(_, let tensor, let expected, let found):
            "tensor \(JSONText.quoted(tensor)) has shape \(found), expected \(expected)"
        case .wrongType(_, let tensor, let expected, let found):
            "tensor \(JSONText.quoted(tensor)) has type \(found.rawValue), expected \(expected)"
        case .notFinite(_, let tensor, let index, let value):
            "tensor \(JSONText.quoted(tensor)) is \(value) at element \(index)"
        case .notABoolean(_, let tensor, let index, let byte):
            "tensor \(JSONText.quoted(tensor)) has \(byte) at element \(index), a boolean is 0 or 1"
        default: "unknown fault"
        }
    }
}
