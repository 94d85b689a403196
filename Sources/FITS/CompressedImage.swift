import CCFITSIO
import Synchronization

/// Tile-compressed images (FITS 4.0, section 10), unpacked by cfitsio.
///
/// cfitsio never sees a file name: it gets one header-data unit in memory, whose structure has been
/// checked before. It gets nothing at all of files that are not trusted.
enum CompressedImage {
    /// cfitsio's message stack is one for the process, and not every build of it is reentrant.
    private static let turn = Mutex<Void>(())

    private static let methods: Set<String> = [
        "RICE_1", "RICE_ONE", "GZIP_1", "GZIP_2", "PLIO_1", "HCOMPRESS_1", "NOCOMPRESS",
    ]

    /// The axes of the unpacked image, fastest first.
    static func axes(_ header: FITSHeader) throws(FITSError) -> [Int] {
        let count = try header.structural("ZNAXIS")
        guard (1...9).contains(count) else { throw fault(header, "ZNAXIS", "\(count) is outside 1 to 9") }
        var axes: [Int] = []
        var total = 1
        for axis in 1...Int(count) {
            let length = try header.structural("ZNAXIS\(axis)")
            let (product, overflow) = total.multipliedReportingOverflow(by: Int(length))
            guard length > 0, !overflow, product < 1 << 40 else {
                throw fault(header, "ZNAXIS\(axis)", "\(length) is no possible length")
            }
            total = product
            axes.append(Int(length))
        }
        return axes
    }

    /// Physical values of the pixels in `range`; blank ones are NaN.
    static func doubles(
        _ unit: HeaderDataUnit, _ layout: ImageLayout, in file: FITSFile, range: Range<Int>
    ) throws(FITSError) -> [Double] {
        try read(unit, layout, in: file, range: range, type: TDOUBLE, null: Double.nan, empty: 0)
    }

    /// Whole pixel values in `range`.
    static func integers(
        _ unit: HeaderDataUnit, _ layout: ImageLayout, in file: FITSFile, range: Range<Int>
    ) throws(FITSError) -> [Int64] {
        // cfitsio unpacks into long, not into long long; both have 64 bits here.
        let values: [CLong] = try read(
            unit, layout, in: file, range: range, type: TLONG, null: 0, empty: 0)
        return values.map(Int64.init)
    }

    /// Unpacks through cfitsio.
    private static func read<Value: BitwiseCopyable>(
        _ unit: HeaderDataUnit, _ layout: ImageLayout, in file: FITSFile, range: Range<Int>,
        type: Int32, null: Value, empty: Value
    ) throws(FITSError) -> [Value] {
        try check(unit, layout, in: file)
        if range.isEmpty { return [] }
        var bytes = try singleUnitFile(unit, in: file)
        var first = layout.axes.map { _ in 1 }
        var rest = range.lowerBound
        for (axis, length) in layout.axes.enumerated() {
            first[axis] = rest % length + 1
            rest /= length
        }
        var values = [Value](repeating: empty, count: range.count)
        var null = null
        let reason: String? = turn.withLock { _ in
            ffcmsg()
            var status: Int32 = 0
            bytes.withUnsafeMutableBytes { bytes in
                var start = bytes.baseAddress
                var size = bytes.count
                var handle: UnsafeMutablePointer<fitsfile>?
                ffomem(&handle, "memory", READONLY, &start, &size, 0, nil, &status)
                var kind: Int32 = 0
                ffmahd(handle, 2, &kind, &status)
                var anyNull: Int32 = 0
                ffgpxv(
                    handle, type, &first, LONGLONG(range.count), &null, &values, &anyNull, &status)
                var closing: Int32 = 0
                if handle != nil { ffclos(handle, &closing) }
            }
            return status == 0 ? nil : message(status)
        }
        if let reason { throw .libraryFailed(path: file.path, hdu: unit.index, reason: reason) }
        return values
    }

    /// An empty primary unit followed by `unit` alone.
    private static func singleUnitFile(
        _ unit: HeaderDataUnit, in file: FITSFile
    ) throws(FITSError) -> [UInt8] {
        let primary: [HeaderCard] = [
            HeaderCard("SIMPLE", true), HeaderCard("BITPIX", 8), HeaderCard("NAXIS", 0),
            HeaderCard("EXTEND", true),
        ]
        var bytes = FITSHeader.encoded(primary)
        bytes += FITSHeader.encoded(raw: unit.header)
        bytes += try file.source.bytes(at: unit.dataOffset, count: unit.dataLength)
        let padding = (FITSHeader.blockLength - bytes.count % FITSHeader.blockLength) % FITSHeader.blockLength
        bytes += [UInt8](repeating: 0, count: padding)
        return bytes
    }

    /// Throws unless the unit's structure is sound and small enough to unpack.
    private static func check(
        _ unit: HeaderDataUnit, _ layout: ImageLayout, in file: FITSFile
    ) throws(FITSError) {
        let header = unit.header
        guard file.isTrusted else {
            throw .unsupported(
                path: file.path, hdu: unit.index,
                feature: "tile-compressed images are read from local files only")
        }
        let method = try header.string("ZCMPTYPE") ?? ""
        guard methods.contains(method) else {
            throw fault(header, "ZCMPTYPE", "\(FITSError.quoted(method)) is no known compression")
        }
        guard [8, 16, 32, 64, -32, -64].contains(layout.bitsPerPixel) else {
            throw fault(header, "ZBITPIX", "\(layout.bitsPerPixel) is none of 8, 16, 32, 64, -32, -64")
        }
        guard layout.count <= file.limits.decompressedBytes / 8 else {
            throw .decompressedTooLarge(path: file.path, limit: file.limits.decompressedBytes)
        }
        var tiles = 1
        for (axis, length) in layout.axes.enumerated() {
            let absent = axis == 0 ? length : 1
            let tile = try header.integer("ZTILE\(axis + 1)").map { Int($0) } ?? absent
            guard tile > 0 else { throw fault(header, "ZTILE\(axis + 1)", "\(tile) is no length") }
            tiles *= (length - 1) / tile + 1
        }
        let table = try BinaryTable(unit, in: file)
        guard table.rowCount == tiles else {
            throw fault(header, "NAXIS2", "\(table.rowCount) tiles, \(tiles) needed")
        }
        for (index, column) in table.columns.enumerated() where column.isVariableLength {
            try table.checkDescriptors(at: index)
        }
    }

    /// cfitsio's own words for a status.
    private static func message(_ status: Int32) -> String {
        var text = [CChar](repeating: 0, count: 81)
        func line() -> String {
            String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        ffgerr(status, &text)
        var lines = [line()]
        while lines.count < 5 {
            guard ffgmsg(&text) != 0 else { break }
            lines.append(line())
        }
        return "cfitsio: " + lines.joined(separator: "; ")
    }

    private static func fault(_ header: FITSHeader, _ keyword: String, _ reason: String) -> FITSError {
        .malformedHeader(path: header.path, hdu: header.hdu, keyword: keyword, reason: reason)
    }
}
