public import Astronomy

extension PackedCutouts {
    /// Bytes of one object in each layer.
    public var bytesPerObject: Int { 4 * bands.count * height * width }

    /// Fills `buffer` with the stored (big-endian) bytes of consecutive objects.
    ///
    /// - Parameters:
    ///   - layer: Which array, one of `layers`.
    ///   - objects: Which objects.
    ///   - buffer: `objects.count * bytesPerObject` bytes.
    public func read(
        _ layer: PackedLayer = .pixels, of objects: Range<Int>, into buffer: inout MutableRawSpan
    ) throws(FITSError) {
        let expected = objects.count * bytesPerObject
        precondition(
            buffer.byteCount == expected,
            "PackedCutouts: a buffer of \(buffer.byteCount) bytes, \(expected) needed")
        let offset = offset(of: layer, objects)
        try buffer.withUnsafeMutableBytes { raw throws(FITSError) in try source.read(at: offset, into: raw) }
    }

    /// The stored (big-endian) bytes of consecutive objects.
    public func bytes(_ layer: PackedLayer = .pixels, of objects: Range<Int>) throws(FITSError) -> [UInt8] {
        try source.bytes(at: offset(of: layer, objects), count: objects.count * bytesPerObject)
    }

    /// Lends the stored pixels of an object, big-endian float32 `[band, y, x]`, where possible without a copy.
    ///
    /// - Parameter body: What to do with them. It is called a second time when the file shrank under the first
    ///   call, whose result is lost; it must not read from a packed file itself.
    public func withStoredPixels<Result>(
        of index: Int, _ body: (RawSpan) -> Result
    ) throws(FITSError) -> Result {
        try source.withBytes(at: offset(of: .pixels, index..<index + 1), count: bytesPerObject) {
            body($0.bytes)
        }
    }

    /// Says that the pixels of these objects are about to be read, in one go or nearly so.
    public func expect(_ objects: Range<Int>) {
        source.expect(at: offset(of: .pixels, objects), count: objects.count * bytesPerObject)
    }

    /// Says that the pixels of these objects are not needed again soon: they stop counting as resident memory.
    public func release(_ objects: Range<Int>) {
        source.release(at: offset(of: .pixels, objects), count: objects.count * bytesPerObject)
    }

    /// The pixels of consecutive objects, shape `[object, band, y, x]`.
    public func pixels(of objects: Range<Int>) throws(FITSError) -> [Float] {
        try bytes(.pixels, of: objects).withUnsafeBytes(BigEndian.floats)
    }

    /// The inverse variances of consecutive objects, shape as `pixels`; `nil` when the file has none.
    public func inverseVariance(of objects: Range<Int>) throws(FITSError) -> [Float]? {
        guard layers.contains(.inverseVariance) else { return nil }
        return try bytes(.inverseVariance, of: objects).withUnsafeBytes(BigEndian.floats)
    }

    /// The mask bits of consecutive objects, shape as `pixels`; `nil` when the file has none.
    public func maskBits(of objects: Range<Int>) throws(FITSError) -> [Int32]? {
        guard layers.contains(.maskBits) else { return nil }
        return try bytes(.maskBits, of: objects).withUnsafeBytes { BigEndian.integers($0) }
    }

    /// One object's cutout with its plane on the sky and its flags.
    public func image(at index: Int) throws(FITSError) -> GalaxyImage {
        let object = try objects(in: index..<index + 1)[0]
        let pixels = try pixels(of: index..<index + 1)
        // The zeros that were packed in place of a missing band are no empty band.
        let isMissing = bands.map { object.flags.contains(.bandMissing) && !object.bands.contains($0) }
        let faults = BandFaults(pixels, bands: bands.count) { !isMissing[$0] }
        return GalaxyImage(
            bands: bands, width: width, height: height, pixels: pixels,
            inverseVariance: try inverseVariance(of: index..<index + 1),
            maskBits: try maskBits(of: index..<index + 1),
            plane: object.position.map {
                TangentPlane(northUpAt: $0, width: width, height: height, pixelScale: pixelScale)
            },
            pixelScale: pixelScale,
            flags: object.flags.union(faults.flags))
    }

    /// What OBJECTS says of a range of rows; without a column `pixscale`, `bands`, `flag` or `ebv` the
    /// file's own scale and bands, no flags and NaN.
    public func objects(in rows: Range<Int>) throws(FITSError) -> [PackedObject] {
        let names = ["id", "ra", "dec"] + ["pixscale", "bands", "flag", "ebv"].filter(objectTable.contains)
        let columns = try objectTable.columns(names, rows: rows)
        func column(_ name: String) -> ColumnValues? {
            names.firstIndex(of: name).map { columns[$0].values }
        }
        let (id, texts) = (columns[0].values.integers, columns[0].values.texts)
        guard id != nil || texts != nil else { throw wrongType("id") }
        guard let ra = columns[1].values.doubles, let dec = columns[2].values.doubles else {
            throw wrongType("ra")
        }
        let scales = column("pixscale")?.doubles
        let bandTexts = column("bands")?.texts
        let flags = column("flag")?.integers
        // Nearly all objects have the file's bands: they share one array.
        let usual = BandNames.text(bands)
        let reddenings = column("ebv")?.doubles
        guard columns.allSatisfy({ $0.width == 1 }) else { throw wrongType("id") }
        return (0..<rows.count).map { row in
            PackedObject(
                id: id.map { .integer($0[row]) } ?? .text(texts?[row] ?? ""), rightAscension: ra[row],
                declination: dec[row], pixelScale: scales?[row] ?? pixelScale,
                bands: bandTexts.flatMap { $0[row] == usual ? nil : BandNames.parse($0[row]) } ?? bands,
                flags: QualityFlags(rawValue: Int32(truncatingIfNeeded: flags?[row] ?? 0)),
                reddening: reddenings?[row] ?? .nan)
        }
    }

    private func wrongType(_ column: String) -> FITSError {
        .malformedColumn(
            path: path, hdu: objectTable.header.hdu, column: column,
            reason: "has another type than packed files have")
    }

    /// Where the objects' bytes begin.
    private func offset(of layer: PackedLayer, _ objects: Range<Int>) -> Int {
        precondition(
            objects.lowerBound >= 0 && objects.upperBound <= count,
            "PackedCutouts: objects \(objects) of \(count)")
        guard let start = layerOffset(layer) else {
            preconditionFailure("PackedCutouts: the file has no \(layer.rawValue)")
        }
        return start + objects.lowerBound * bytesPerObject
    }
}
