extension TangentPlane {
    /// The position at the middle of an image of this size, where a cutout has its target.
    public func centre(width: Int, height: Int) -> SkyPosition {
        position(at: SIMD2(Double(width - 1), Double(height - 1)) / 2)
    }
}

extension GalaxyImage {
    /// The position at the image's middle; `nil` without a plane.
    public var centre: SkyPosition? { plane?.centre(width: width, height: height) }
}
