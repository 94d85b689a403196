/// One header-data unit of a file: its header, and where its data lie.
public struct HeaderDataUnit: Sendable {
    /// What the data are.
    public enum Kind: Sendable, Hashable {
        /// No data at all.
        case empty
        /// An array of pixels.
        case image
        /// A binary table.
        case binaryTable
        /// An image compressed in tiles, kept in a binary table.
        case compressedImage
        /// Something this reader only steps over; the name is that of its XTENSION.
        case other(String)
    }

    /// The unit's number, 0 for the primary one.
    public let index: Int
    /// The header.
    public let header: FITSHeader
    /// What the data are.
    public let kind: Kind
    /// EXTNAME, if any.
    public let name: String?
    /// Bits per value as BITPIX says: 8, 16, 32, 64, -32 or -64.
    public let bitsPerPixel: Int
    /// NAXIS1, NAXIS2, ... of the stored array.
    public let axes: [Int]
    /// Where the data begin in the file.
    package let dataOffset: Int
    /// Bytes of data, padding not counted.
    package let dataLength: Int
    /// Bytes of data and padding; that of the last unit may be missing.
    var paddedLength: Int {
        (dataLength + FITSHeader.blockLength - 1) / FITSHeader.blockLength * FITSHeader.blockLength
    }
    /// Where the header begins in the file.
    var headerOffset: Int {
        dataOffset
            - (header.cardCount * FITSHeader.cardLength / FITSHeader.blockLength + 1) * FITSHeader.blockLength
    }

    /// Reads the unit's structure (FITS 4.0, section 4.4.1, eq. 2): sizes are checked for overflow.
    init(header: FITSHeader, dataOffset: Int) throws(FITSError) {
        self.header = header
        self.dataOffset = dataOffset
        index = header.hdu
        name = header.text("EXTNAME")
        let bits = try header.structural("BITPIX")
        switch bits {
        case 8, 16, 32, 64, -32, -64: break
        default: throw Self.fault(header, "BITPIX", "\(bits) is none of 8, 16, 32, 64, -32, -64")
        }
        bitsPerPixel = Int(bits)
        let naxis = try header.structural("NAXIS")
        guard (0...999).contains(naxis) else {
            throw Self.fault(header, "NAXIS", "\(naxis) is outside 0 to 999")
        }
        var axes: [Int] = []
        axes.reserveCapacity(Int(naxis))
        for axis in 0..<Int(naxis) {
            let keyword = "NAXIS" + String(axis + 1)
            let length = try header.structural(keyword)
            guard length >= 0 else { throw Self.fault(header, keyword, "\(length) is negative") }
            axes.append(Int(length))
        }
        self.axes = axes
        dataLength = try Self.length(header, axes: axes, bytesPerPixel: abs(Int(bits)) / 8)
        kind = try Self.kind(header, isEmpty: dataLength == 0 && axes.isEmpty)
    }

    /// Bytes of data that the header promises.
    private static func length(
        _ header: FITSHeader, axes: [Int], bytesPerPixel: Int
    ) throws(FITSError) -> Int {
        if axes.first == 0, try header.logical("GROUPS") == true {
            throw .unsupported(path: header.path, hdu: header.hdu, feature: "random groups")
        }
        let parameters = try count(header, "PCOUNT", absent: 0)
        let groups = try count(header, "GCOUNT", absent: 1)
        var total = axes.isEmpty ? 0 : 1
        var overflow = false
        for length in axes { multiply(&total, length, &overflow) }
        // A zero among the axes makes the product zero even when it overflowed before.
        if axes.contains(0) { (total, overflow) = (0, false) }
        let (sum, carried) = total.addingReportingOverflow(parameters)
        total = sum
        overflow = overflow || carried
        multiply(&total, groups, &overflow)
        multiply(&total, bytesPerPixel, &overflow)
        guard !overflow else { throw fault(header, "NAXIS", "the size of the data overflows 64 bits") }
        return total
    }

    private static func multiply(_ total: inout Int, _ factor: Int, _ overflow: inout Bool) {
        let (product, isTooLarge) = total.multipliedReportingOverflow(by: factor)
        total = product
        overflow = overflow || isTooLarge
    }

    private static func count(_ header: FITSHeader, _ keyword: String, absent: Int) throws(FITSError) -> Int {
        try header.rejectContradiction(keyword)
        let count = try header.integer(keyword).map { Int($0) } ?? absent
        guard count >= 0 else { throw fault(header, keyword, "\(count) is negative") }
        return count
    }

    private static func kind(_ header: FITSHeader, isEmpty: Bool) throws(FITSError) -> Kind {
        guard header.hdu > 0 else { return isEmpty ? .empty : .image }
        switch try header.string("XTENSION") {
        case "IMAGE", "IUEIMAGE": return isEmpty ? .empty : .image
        case "BINTABLE", "A3DTABLE":
            return try header.logical("ZIMAGE") == true ? .compressedImage : .binaryTable
        case let other: return .other(other ?? "")
        }
    }

    /// An error about a keyword of this header.
    private static func fault(_ header: FITSHeader, _ keyword: String, _ reason: String) -> FITSError {
        .malformedHeader(path: header.path, hdu: header.hdu, keyword: keyword, reason: reason)
    }
}
