/// One thing to draw: a point or a galaxy at a place, with its fluxes.
struct SceneSource: Sendable {
    /// Offset from the field's centre in arcsec, (east, north).
    var offset: SIMD2<Double>
    /// Total fluxes in nanomaggies as observed, one a band.
    var fluxes: [Double]
    /// The shape; `nil` for a point source.
    var shape: GalaxyShape?
}
