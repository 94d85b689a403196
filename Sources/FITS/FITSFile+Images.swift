extension FITSFile {
    /// How the pixels of an image unit are stored.
    public func layout(of unit: HeaderDataUnit) throws(FITSError) -> ImageLayout {
        guard unit.kind == .image || unit.kind == .compressedImage else {
            throw .unsupported(path: path, hdu: unit.index, feature: "holds no image")
        }
        return try ImageLayout(unit)
    }

    /// Physical pixel values as 32-bit floats, fastest axis first; blank pixels are NaN.
    ///
    /// - Parameters:
    ///   - unit: An image of this file, plain or tile-compressed.
    ///   - range: Which pixels, counted along the stored array; all when `nil`.
    public func floats(of unit: HeaderDataUnit, in range: Range<Int>? = nil) throws(FITSError) -> [Float] {
        let layout = try layout(of: unit)
        if unit.kind == .image, layout.bitsPerPixel == -32, layout.isUnscaled {
            return try storedFloats(of: unit, in: checked(range, layout, unit))
        }
        return try map(unit, layout, range, Float.init(_:), Float.init(_:))
    }

    /// Physical pixel values as 64-bit floats, fastest axis first; blank pixels are NaN.
    public func doubles(of unit: HeaderDataUnit, in range: Range<Int>? = nil) throws(FITSError) -> [Double] {
        try map(unit, layout(of: unit), range, Double.init(_:), { $0 })
    }

    /// Physical pixel values of an integer image without fractions, such as a mask.
    ///
    /// - Throws: `unsupported` when the pixels are floats or scaled by a fraction, or beyond 64 bits.
    public func integers(of unit: HeaderDataUnit, in range: Range<Int>? = nil) throws(FITSError) -> [Int64] {
        let layout = try layout(of: unit)
        guard layout.bitsPerPixel > 0, layout.scale == 1, let offset = Int64(exactly: layout.zero) else {
            throw .unsupported(path: path, hdu: unit.index, feature: "its pixels are not whole numbers")
        }
        if unit.kind == .compressedImage {
            return try CompressedImage.integers(unit, layout, in: self, range: checked(range, layout, unit))
        }
        let range = try checked(range, layout, unit)
        var values: [Int64] = []
        values.reserveCapacity(range.count)
        try forEachPiece(of: unit, layout, range) { bytes in
            switch layout.bitsPerPixel {
            case 8: for value in bytes { values.append(Int64(value) &+ offset) }
            case 16: for value: Int16 in BigEndian.integers(bytes) { values.append(Int64(value) &+ offset) }
            case 32: for value: Int32 in BigEndian.integers(bytes) { values.append(Int64(value) &+ offset) }
            default: for value: Int64 in BigEndian.integers(bytes) { values.append(value &+ offset) }
            }
        }
        return values
    }

    /// Big-endian float pixels straight into an array, swapped in place.
    private func storedFloats(of unit: HeaderDataUnit, in range: Range<Int>) throws(FITSError) -> [Float] {
        var failure: FITSError?
        let values = [Float](unsafeUninitializedCapacity: range.count) { buffer, filled in
            let bytes = UnsafeMutableRawBufferPointer(
                rebasing: UnsafeMutableRawBufferPointer(buffer)[..<(4 * range.count)])
            do throws(FITSError) {
                try source.read(at: unit.dataOffset + 4 * range.lowerBound, into: bytes)
                BigEndian.swapInPlace(bytes.bindMemory(to: UInt32.self))
                _ = bytes.bindMemory(to: Float.self)
                filled = range.count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return values
    }

    /// Physical values of any stored type.
    private func map<Value>(
        _ unit: HeaderDataUnit, _ layout: ImageLayout, _ range: Range<Int>?,
        _ fromFloat: (Float) -> Value, _ fromDouble: (Double) -> Value
    ) throws(FITSError) -> [Value] {
        let range = try checked(range, layout, unit)
        if unit.kind == .compressedImage {
            return try CompressedImage.doubles(unit, layout, in: self, range: range).map(fromDouble)
        }
        var values: [Value] = []
        values.reserveCapacity(range.count)
        let (scale, zero) = (layout.scale, layout.zero)
        func append<Stored: FixedWidthInteger>(_ stored: [Stored]) {
            let blank = layout.blank.flatMap { Stored(exactly: $0) }
            for value in stored {
                values.append(fromDouble(value == blank ? .nan : zero + scale * Double(value)))
            }
        }
        try forEachPiece(of: unit, layout, range) { bytes in
            switch layout.bitsPerPixel {
            case 64 where layout.isUnsigned64:
                // 2^63 + stored loses the last digits in floating point.
                for value: Int64 in BigEndian.integers(bytes) {
                    let physical = Double(UInt64(bitPattern: value) ^ 1 << 63)
                    values.append(fromDouble(value == layout.blank ? .nan : physical))
                }
            case 8: append(Array(bytes))
            case 16: append(BigEndian.integers(bytes) as [Int16])
            case 32: append(BigEndian.integers(bytes) as [Int32])
            case 64: append(BigEndian.integers(bytes) as [Int64])
            case -32 where layout.isUnscaled:
                for value in BigEndian.floats(bytes) { values.append(fromFloat(value)) }
            case -32:
                for value in BigEndian.floats(bytes) {
                    values.append(fromDouble(zero + scale * Double(value)))
                }
            default: for value in BigEndian.doubles(bytes) { values.append(fromDouble(zero + scale * value)) }
            }
        }
        return values
    }

    /// Calls `body` with the stored bytes of consecutive pixels, a megabyte at a time.
    private func forEachPiece(
        of unit: HeaderDataUnit, _ layout: ImageLayout, _ range: Range<Int>,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(FITSError) {
        let size = abs(layout.bitsPerPixel) / 8
        var next = range.lowerBound
        while next < range.upperBound {
            let count = min(range.upperBound - next, (1 << 20) / size)
            let bytes = try source.bytes(at: unit.dataOffset + next * size, count: count * size)
            bytes.withUnsafeBytes(body)
            next += count
        }
    }

    /// The pixels to read, inside the image.
    private func checked(
        _ range: Range<Int>?, _ layout: ImageLayout, _ unit: HeaderDataUnit
    ) throws(FITSError) -> Range<Int> {
        guard let range else { return 0..<layout.count }
        precondition(
            range.lowerBound >= 0 && range.upperBound <= layout.count,
            "FITSFile: pixels \(range) of an image with \(layout.count)")
        return range
    }
}
