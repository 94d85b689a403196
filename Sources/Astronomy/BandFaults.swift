/// What is wrong with the pixels of an image of several bands.
package struct BandFaults: Sendable {
    /// NaN and infinite pixels of each band.
    package private(set) var nonFinitePixels: [Int] = []
    /// `bandAllZero` and `nonFinitePixels`, as found.
    package private(set) var flags: QualityFlags = []

    /// The flags that tell of pixels.
    package static let possibleFlags: QualityFlags = [.bandAllZero, .nonFinitePixels]

    /// Looks at planes of equal size.
    ///
    /// - Parameters:
    ///   - pixels: Shape `[band, y, x]`.
    ///   - bands: Number of planes.
    ///   - isLookedAt: Which planes count; the others have no pixel counted and set no flag.
    package init(_ pixels: [Float], bands: Int, where isLookedAt: (Int) -> Bool = { _ in true }) {
        let plane = pixels.count / max(1, bands)
        for band in 0..<bands {
            guard isLookedAt(band) else {
                nonFinitePixels.append(0)
                continue
            }
            var nonFinite: Int32 = 0
            var nonZero: UInt32 = 0
            // On the bits and on raw memory the loop becomes vector code, 20 times as fast.
            pixels.withUnsafeBufferPointer { pixels in
                for index in band * plane..<(band + 1) * plane {
                    let magnitude = pixels[index].bitPattern & 0x7fff_ffff
                    nonFinite &+= magnitude >= 0x7f80_0000 ? 1 : 0
                    nonZero |= magnitude
                }
            }
            nonFinitePixels.append(Int(nonFinite))
            if nonFinite > 0 { flags.insert(.nonFinitePixels) }
            if nonZero == 0 { flags.insert(.bandAllZero) }
        }
    }
}
