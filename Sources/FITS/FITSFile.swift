/// A FITS file whose structure has been read and checked against its length.
///
/// Local files may be compressed as a whole (gzip, found by content) or in tiles. A path is a plain name:
/// brackets, pipes and `..` in it mean nothing. Safe to use from many threads.
public struct FITSFile: Sendable {
    /// The path, or the name given for bytes in memory.
    public let path: String
    /// The header-data units, the primary one first.
    public let units: [HeaderDataUnit]
    /// The bytes, unpacked.
    package let source: ByteSource
    /// Whether cfitsio may see the content: its decoders are no match for hostile bytes.
    package let isTrusted: Bool

    /// Bounds on what a small file may unfold to.
    public struct Limits: Sendable {
        /// Bytes that a compressed file or image may unpack to.
        public var decompressedBytes: Int

        /// Limits; 1 GiB unless told.
        public init(decompressedBytes: Int = 1 << 30) { self.decompressedBytes = decompressedBytes }
    }

    /// The limits this file was opened with.
    package let limits: Limits

    /// Most units of a file.
    static let unitLimit = 10_000

    /// Opens the local file at `path`.
    ///
    /// - Parameter isTrusted: `false` for a file from a stranger (an upload kept on disk): tile-compressed
    ///   images in it are refused.
    public init(path: String, limits: Limits = Limits(), isTrusted: Bool = true) throws(FITSError) {
        try self.init(source: ByteSource(path: path), limits: limits, isTrusted: isTrusted)
    }

    /// Opens the local file at `path` and maps it, for many reads of large parts.
    package init(mapping path: String) throws(FITSError) {
        try self.init(source: ByteSource(path: path, isMapped: true), limits: Limits(), isTrusted: true)
    }

    /// Reads a local file that is open.
    ///
    /// - Parameter notesAskedCards: Whether each header notes which of its cards are asked for.
    init(source: ByteSource, notesAskedCards: Bool = false) throws(FITSError) {
        try self.init(
            source: source, limits: Limits(), isTrusted: true, notesAskedCards: notesAskedCards)
    }

    /// Reads a file that is in memory, such as an upload; `name` stands for it in messages.
    ///
    /// Tile-compressed images in it are refused.
    public init(bytes: [UInt8], name: String, limits: Limits = Limits()) throws(FITSError) {
        try self.init(source: ByteSource(bytes: bytes, name: name), limits: limits, isTrusted: false)
    }

    private init(
        source packed: ByteSource, limits: Limits, isTrusted: Bool, notesAskedCards: Bool = false
    ) throws(FITSError) {
        let source = try Gzip.unpackedIfNeeded(packed, limit: limits.decompressedBytes)
        self.source = source
        self.limits = limits
        self.isTrusted = isTrusted
        path = source.name
        try Signature.requireFITS(source)
        var units: [HeaderDataUnit] = []
        var offset = 0
        while offset < source.size {
            if !units.isEmpty, try !Signature.isExtension(source, at: offset) { break }
            guard units.count < Self.unitLimit else {
                throw .tooMany(
                    path: path, hdu: units.count, what: "header-data units", limit: Self.unitLimit)
            }
            let (header, dataOffset) = try FITSHeader.read(
                from: source, at: offset, hdu: units.count, notesAskedCards: notesAskedCards)
            if units.isEmpty, try header.logical("SIMPLE") != true {
                throw .malformedHeader(path: path, hdu: 0, keyword: "SIMPLE", reason: "is not T")
            }
            let unit = try HeaderDataUnit(header: header, dataOffset: dataOffset)
            guard unit.dataLength <= source.size - dataOffset else {
                throw .truncated(
                    path: path, hdu: unit.index, part: unit.kind.part, promised: unit.dataLength,
                    present: source.size - dataOffset)
            }
            units.append(unit)
            // The padding of the last unit may be missing: nothing is lost with it.
            offset = dataOffset + unit.paddedLength
        }
        self.units = units
    }

    /// The unit whose EXTNAME is `name` (any case).
    public func unit(named name: String) throws(FITSError) -> HeaderDataUnit {
        guard let unit = units.first(where: { $0.name?.uppercased() == name.uppercased() }) else {
            throw .missingUnit(path: path, name: name)
        }
        return unit
    }

    /// The first unit that holds an image of at least two dimensions, compressed or not.
    public var firstImage: HeaderDataUnit? {
        units.first { unit in
            switch unit.kind {
            case .image: unit.axes.count >= 2 && unit.dataLength > 0
            case .compressedImage: true
            default: false
            }
        }
    }

    /// The first binary table, or the one named `name`.
    public func table(named name: String? = nil) throws(FITSError) -> BinaryTable {
        let found = try name.map { name throws(FITSError) in try unit(named: name) }
        guard let unit = found ?? units.first(where: { $0.kind == .binaryTable }) else {
            throw .noTable(path: path)
        }
        return try BinaryTable(unit, in: self)
    }

    /// The binary table in `unit`.
    public func table(in unit: HeaderDataUnit) throws(FITSError) -> BinaryTable {
        try BinaryTable(unit, in: self)
    }
}

extension HeaderDataUnit.Kind {
    /// How messages call the data.
    var part: String {
        switch self {
        case .image, .compressedImage: "image"
        case .binaryTable: "table"
        default: "data"
        }
    }
}
