/// What a survey of many galaxies costs at a measured speed.
public struct SurveyCost: Sendable, Equatable {
    /// Galaxies of the survey.
    public var galaxies: Double
    /// Microseconds of processor time that one galaxy takes.
    public var microseconds: Double

    /// Galaxies that the Vera C. Rubin Observatory expects (Ivezic et al. 2019, ApJ 873, 111).
    public static let rubinGalaxies = 2e10

    /// The cost of a survey of this size.
    public init(galaxies: Double = rubinGalaxies, microseconds: Double) {
        self.galaxies = galaxies
        self.microseconds = microseconds
    }

    /// Hours of one core.
    public var coreHours: Double { galaxies * microseconds * 1e-6 / 3600 }
}
