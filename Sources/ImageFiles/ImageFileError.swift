/// Why a picture could not be read, written or made.
public enum ImageFileError: Error, Equatable, CustomStringConvertible {
    /// The file cannot be opened or read; `reason` is the system's text.
    case cannotRead(path: String, reason: String)
    /// The file cannot be written; `reason` is the system's text.
    case cannotWrite(path: String, reason: String)
    /// The file holds more bytes than the reader accepts.
    case fileTooLarge(path: String, bytes: Int, limit: Int)
    /// The picture has more pixels, or longer sides, than the reader accepts.
    case imageTooLarge(path: String, width: Int, height: Int, limits: ImageLimits)
    /// The bytes are no valid PNG; `reason` is the decoder's text.
    case malformed(path: String, reason: String)
    /// The encoder refused the picture.
    case cannotEncode(path: String, reason: String)
    /// A composite needs a band that the image does not have.
    case bandMissing(band: String, available: [String])

    /// One line for the user.
    public var description: String {
        switch self {
        case .cannotRead(let path, let reason): "cannot read '\(path)': \(reason)"
        case .cannotWrite(let path, let reason): "cannot write '\(path)': \(reason)"
        case .fileTooLarge(let path, let bytes, let limit):
            "cannot read '\(path)': the file has \(bytes) bytes, pictures are read up to \(limit)"
        case .imageTooLarge(let path, let width, let height, let limits):
            """
            cannot read '\(path)': the picture is \(width) x \(height), the limits are \(limits.side) \
            pixels a side and \(limits.pixels) in all
            """
        case .malformed(let path, let reason): "cannot read '\(path)': not a valid PNG file: \(reason)"
        case .cannotEncode(let path, let reason): "cannot write '\(path)': \(reason)"
        case .bandMissing(let band, let available):
            "no band '\(band)' for the colour picture; the image has \(available.joined(separator: ", "))"
        }
    }
}
