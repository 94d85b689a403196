internal import CKernels
internal import Computing

extension InputPreparation {
    /// The sky of a cutout from its border; pixels that are not finite or exactly 0 (no coverage) are left out.
    ///
    /// A border with fewer than 64 usable pixels gives way to the whole image.
    func measureSky(
        _ pixels: UnsafeRawBufferPointer, isBigEndian: Bool, workspace: inout Workspace
    ) -> SkyStatistics {
        var sky = SkyStatistics.unknown(bands: bandCount)
        let size = resize.input
        let plane = size.count
        let level = instructionSet
        workspace.border.withUnsafeMutableBufferPointer { values in
            for band in 0..<bandCount {
                let image = UnsafeRawBufferPointer(
                    rebasing: pixels[4 * band * plane..<4 * (band + 1) * plane])
                var count = Self.gather(
                    image, isBigEndian, size, SkyStatistics.borderWidth(of: size), level, into: values)
                if count < 64 {
                    count = Self.gather(
                        image, isBigEndian, size, max(size.width, size.height), level, into: values)
                }
                let found = SkyStatistics.clipped(
                    finite: UnsafeBufferPointer(rebasing: values[..<count]), instructionSet: level)
                sky.levels[band] = found.level
                sky.sigmas[band] = found.sigma
            }
        }
        return sky
    }

    /// Collects the usable pixels within `border` pixels of the edge; returns their number.
    private static func gather(
        _ image: UnsafeRawBufferPointer, _ isBigEndian: Bool, _ size: ImageSize, _ border: Int,
        _ level: InstructionSet, into values: UnsafeMutableBufferPointer<Float>
    ) -> Int {
        guard let start = image.baseAddress, let target = values.baseAddress else { return 0 }
        var cutout = galatea_cutout(
            pixels: start, big_endian: isBigEndian ? 1 : 0, bands: 1, width: Int32(size.width),
            height: Int32(size.height), row_stride: size.width, band_stride: size.count)
        var skipsZeros: Int32 = 0
        let found = galatea_border_values(
            galatea_level(UInt32(level.rawValue)), &cutout, 0, Int32(border), target, &skipsZeros)
        // Zeros that are most of a border were kept; here none is.
        if skipsZeros != 0 { return found }
        var census = galatea_pixel_census()
        var count = 0
        func take(_ first: Int, _ number: Int) {
            // Decoding turns what is not finite into 0, so that one test drops both.
            let row = target + count
            galatea_scale_row(
                galatea_level(UInt32(level.rawValue)), start + 4 * first, number, isBigEndian ? 1 : 0, 0, 1,
                GALATEA_SCALE_LINEAR, row, &census)
            var kept = 0
            for index in 0..<number {
                row[kept] = row[index]
                kept += row[index] != 0 ? 1 : 0
            }
            count += kept
        }
        let side = min(border, size.width)
        for y in 0..<size.height {
            if y < border || y >= size.height - border || 2 * side >= size.width {
                take(y * size.width, size.width)
            } else {
                take(y * size.width, side)
                take((y + 1) * size.width - side, side)
            }
        }
        return count
    }
}

extension SkyStatistics {
    /// Takes the values of `other` where own ones are NaN.
    mutating func fillGaps(with other: SkyStatistics) {
        for band in levels.indices {
            if levels[band].isNaN { levels[band] = other.levels[band] }
            if sigmas[band].isNaN { sigmas[band] = other.sigmas[band] }
        }
    }
}
