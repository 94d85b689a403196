extension GalaxyImage {
    /// The image in these bands, in this order; one that is missing is 0 everywhere and flagged.
    public func selecting(bands wanted: [String]) -> GalaxyImage {
        if wanted == bands { return self }
        let plane = width * height
        let places = wanted.map { name in bands.firstIndex(of: name) }
        func select<Value>(_ values: [Value], missing: Value) -> [Value] {
            places.flatMap { place -> [Value] in
                guard let place else { return Array(repeating: missing, count: plane) }
                return Array(values[place * plane..<(place + 1) * plane])
            }
        }
        return GalaxyImage(
            bands: wanted, width: width, height: height, pixels: select(pixels, missing: 0),
            inverseVariance: inverseVariance.map { select($0, missing: 0) },
            maskBits: maskBits.map { select($0, missing: 0) }, plane: self.plane, pixelScale: pixelScale,
            flags: places.contains(nil) ? flags.union(.bandMissing) : flags)
    }
}
