extension GalaxyImage {
    /// The image in these bands, picked by name, in this order.
    ///
    /// A band that is missing is 0 everywhere (with an inverse variance of 0) and flagged `bandMissing`. The
    /// flags of empty bands and of broken pixels are those of the bands that were picked: what is wrong with a
    /// band that nobody asked for is no fault of the result, and the zeros in place of a missing band are no
    /// empty band.
    public func selecting(bands wanted: [String]) -> GalaxyImage {
        if wanted == bands { return self }
        let plane = width * height
        let places = wanted.map { name in bands.firstIndex(of: name) }
        func select<Value>(_ values: [Value], missing: Value) -> [Value] {
            var selected: [Value] = []
            selected.reserveCapacity(plane * wanted.count)
            for place in places {
                if let place {
                    selected += values[place * plane..<(place + 1) * plane]
                } else {
                    selected += repeatElement(missing, count: plane)
                }
            }
            return selected
        }
        let pixels = select(pixels, missing: 0)
        var flags = flags.subtracting(BandFaults.possibleFlags)
        flags.formUnion(BandFaults(pixels, bands: wanted.count) { places[$0] != nil }.flags)
        if places.contains(nil) { flags.insert(.bandMissing) }
        return GalaxyImage(
            bands: wanted, width: width, height: height, pixels: pixels,
            inverseVariance: inverseVariance.map { select($0, missing: 0) },
            maskBits: maskBits.map { select($0, missing: 0) }, plane: self.plane, pixelScale: pixelScale,
            flags: flags)
    }
}
