internal import CSPNG
internal import Foundation

/// Reads and writes PNG files.
public enum PNGFile {
    /// The picture in the file at `path`; sixteen-bit samples lose their low byte, palettes become colours.
    ///
    /// - Parameter limits: What is refused as too large before memory is taken for it.
    /// - Throws: `ImageFileError`.
    public static func read(_ path: String, limits: ImageLimits = ImageLimits()) throws -> RasterImage {
        try decode(try FileBytes.read(path, limit: limits.fileBytes), limits: limits, name: path)
    }

    /// Writes `image` to `path`: a temporary file beside it first, then renamed.
    ///
    /// - Throws: `ImageFileError`; the earlier file, if any, is then untouched.
    public static func write(_ image: RasterImage, to path: String) throws {
        try FileBytes.replace(path, with: try encode(image, name: path))
    }

    /// The bytes of a PNG file that shows `image`; the same picture gives the same bytes.
    ///
    /// - Parameter name: What an error calls the picture.
    public static func encode(_ image: RasterImage, name: String = "picture") throws -> [UInt8] {
        guard let context = spng_ctx_new(Int32(SPNG_CTX_ENCODER.rawValue)) else {
            throw ImageFileError.cannotEncode(path: name, reason: "out of memory")
        }
        defer { spng_ctx_free(context) }
        func check(_ status: Int32) throws {
            guard status == 0 else {
                throw ImageFileError.cannotEncode(path: name, reason: String(cString: spng_strerror(status)))
            }
        }
        guard let width = UInt32(exactly: image.width), let height = UInt32(exactly: image.height) else {
            throw ImageFileError.cannotEncode(path: name, reason: "more pixels a side than PNG allows")
        }
        try check(spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1))
        var header = spng_ihdr(
            width: width, height: height, bit_depth: 8, color_type: UInt8(image.layout.colourType.rawValue),
            compression_method: 0, filter_method: 0, interlace_method: 0)
        try check(spng_set_ihdr(context, &header))
        try check(
            spng_encode_image(
                context, image.samples, image.samples.count, Int32(SPNG_FMT_PNG.rawValue),
                Int32(SPNG_ENCODE_FINALIZE.rawValue)))
        var length = 0
        var status: Int32 = 0
        let buffer = spng_get_png_buffer(context, &length, &status)
        defer { free(buffer) }
        try check(status)
        return [UInt8](UnsafeRawBufferPointer(start: buffer, count: length))
    }

    /// The picture that the bytes of a PNG file show.
    ///
    /// - Parameters:
    ///   - limits: What is refused as too large before memory is taken for it.
    ///   - name: What an error calls the bytes.
    public static func decode(
        _ bytes: [UInt8], limits: ImageLimits = ImageLimits(), name: String = "picture"
    ) throws -> RasterImage {
        guard bytes.count <= limits.fileBytes else {
            throw ImageFileError.fileTooLarge(path: name, bytes: bytes.count, limit: limits.fileBytes)
        }
        guard let context = spng_ctx_new(0) else {
            throw ImageFileError.malformed(path: name, reason: "out of memory")
        }
        defer { spng_ctx_free(context) }
        func check(_ status: Int32) throws {
            guard status == 0 else {
                throw ImageFileError.malformed(path: name, reason: String(cString: spng_strerror(status)))
            }
        }
        return try bytes.withUnsafeBytes { source in
            try check(
                spng_set_crc_action(context, Int32(SPNG_CRC_ERROR.rawValue), Int32(SPNG_CRC_ERROR.rawValue)))
            try check(spng_set_chunk_limits(context, 1 << 24, 1 << 26))
            try check(spng_set_png_buffer(context, source.baseAddress, source.count))
            var header = spng_ihdr()
            try check(spng_get_ihdr(context, &header))
            let width = Int(header.width)
            let height = Int(header.height)
            guard max(width, height) <= limits.side, width <= limits.pixels / max(1, height) else {
                throw ImageFileError.imageTooLarge(path: name, width: width, height: height, limits: limits)
            }
            var transparency = spng_trns()
            let layout = RasterImage.Layout(
                header: header, isTransparent: spng_get_trns(context, &transparency) == 0)
            var samples = [UInt8](repeating: 0, count: width * height * 4)
            try check(
                spng_decode_image(
                    context, &samples, samples.count, Int32(SPNG_FMT_RGBA8.rawValue),
                    Int32(SPNG_DECODE_TRNS.rawValue)))
            try check(spng_decode_chunks(context))
            return RasterImage(
                width: width, height: height, layout: layout, samples: layout.reduced(rgba: samples))
        }
    }
}

extension RasterImage.Layout {
    /// PNG's name of the layout.
    fileprivate var colourType: spng_color_type {
        switch self {
        case .grey: SPNG_COLOR_TYPE_GRAYSCALE
        case .rgb: SPNG_COLOR_TYPE_TRUECOLOR
        case .rgba: SPNG_COLOR_TYPE_TRUECOLOR_ALPHA
        }
    }

    /// The smallest layout that holds what a PNG header announces.
    fileprivate init(header: spng_ihdr, isTransparent: Bool) {
        switch UInt32(header.color_type) {
        case SPNG_COLOR_TYPE_GRAYSCALE.rawValue where !isTransparent: self = .grey
        case SPNG_COLOR_TYPE_TRUECOLOR.rawValue where !isTransparent: self = .rgb
        case SPNG_COLOR_TYPE_INDEXED.rawValue where !isTransparent: self = .rgb
        default: self = .rgba
        }
    }

    /// The samples of this layout out of four a pixel.
    fileprivate func reduced(rgba: [UInt8]) -> [UInt8] {
        if self == .rgba { return rgba }
        var samples = [UInt8]()
        samples.reserveCapacity(rgba.count / 4 * samplesPerPixel)
        for pixel in stride(from: 0, to: rgba.count, by: 4) {
            samples += rgba[pixel..<pixel + samplesPerPixel]
        }
        return samples
    }
}
