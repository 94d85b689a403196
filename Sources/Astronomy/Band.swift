/// A photometric band: its name in catalogues and what the pipeline needs to know of it.
public struct Band: Sendable, Hashable {
    /// The name, as in column names (`flux_g`) and BANDS keywords.
    public let name: String
    /// Galactic extinction in magnitudes per unit E(B-V) of Schlegel, Finkbeiner & Davis (1998).
    public let extinctionCoefficient: Double

    /// A band of this name; `extinctionCoefficient` in mag per E(B-V).
    public init(name: String, extinctionCoefficient: Double) {
        self.name = name
        self.extinctionCoefficient = extinctionCoefficient
    }

    /// DECam g.
    public static let decamG = Band(name: "g", extinctionCoefficient: 3.214)
    /// DECam r.
    public static let decamR = Band(name: "r", extinctionCoefficient: 2.165)
    /// DECam z.
    public static let decamZ = Band(name: "z", extinctionCoefficient: 1.211)
    /// The three bands of the Legacy Surveys, in wavelength order.
    public static let legacy: [Band] = [.decamG, .decamR, .decamZ]
}
