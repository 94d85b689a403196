public import Computing

/// What to simulate.
public struct MockSurveyConfiguration: Sendable {
    /// A share of the galaxies with its limiting magnitude.
    public struct Selection: Sendable, Equatable {
        /// The faintest observed magnitude in the middle band (r).
        public var limit: Double
        /// The share of galaxies with this limit.
        public var share: Double

        /// A share of the galaxies with its limiting magnitude.
        public init(limit: Double, share: Double) {
            self.limit = limit
            self.share = share
        }
    }

    /// Number of objects.
    public var count: Int
    /// Seed: every object is a function of it and of the object's index.
    public var seed: UInt64
    /// The limits; shares sum to 1. Red Spirals and Green Peas keep magnitude ranges of their own.
    public var selection: [Selection]
    /// Share of each class but `normal`, which takes the rest.
    public var classFractions: [MockClass: Double]
    /// Bands in wavelength order, as images and fluxes are ordered.
    public var bands: [SurveyBand]
    /// Side of the images in pixels.
    public var imageSide: Int
    /// Arcsec per pixel.
    public var pixelScale: Double
    /// Share of neighbouring indices whose objects stand next to each other on the sky and share pixels.
    public var pairFraction: Double
    /// The instruction-set level of the kernels; bits are reproduced within one level.
    public var instructionSet: InstructionSet

    /// Magnitude limits that can be simulated.
    public static let limitRange = 16.0...23.0
    /// The default limits: r < 20.5 for 70 %, r < 22 for 30 % of the galaxies.
    public static let defaultSelection = [
        Selection(limit: 20.5, share: 0.7), Selection(limit: 22, share: 0.3),
    ]
    /// The default share of each class but `normal`.
    public static let defaultClassFraction = 0.03

    /// A survey of `count` objects.
    ///
    /// - Parameters:
    ///   - limit: One limit for all galaxies, within `limitRange`; the default mixture when `nil`.
    ///   - classFractions: Share of classes that differ from the default of 3 % each; `normal` takes the
    ///     rest.
    public init(
        count: Int, seed: UInt64, limit: Double? = nil, classFractions: [MockClass: Double] = [:],
        instructionSet: InstructionSet = .detected
    ) {
        self.count = count
        self.seed = seed
        selection = limit.map { [Selection(limit: $0, share: 1)] } ?? Self.defaultSelection
        var fractions: [MockClass: Double] = [:]
        for name in MockClass.allCases where name != .normal {
            fractions[name] = classFractions[name] ?? Self.defaultClassFraction
        }
        self.classFractions = fractions
        bands = SurveyBand.decals
        imageSide = 128
        pixelScale = 0.262
        pairFraction = 0.01
        self.instructionSet = instructionSet
    }

    /// What is wrong with the configuration, in a line for a user; `nil` when it can be simulated.
    public var fault: String? {
        if count < 0 { return "the count must not be negative, got \(count)" }
        for part in selection where !Self.limitRange.contains(part.limit) {
            let range = Self.limitRange
            return
                "the magnitude limit must lie within \(range.lowerBound) to \(range.upperBound), got \(part.limit)"
        }
        if let part = selection.first(where: { !(0...1).contains($0.share) }) {
            return "the share of the limit \(part.limit) must lie within 0 to 1, got \(part.share)"
        }
        if selection.isEmpty || abs(selection.reduce(0) { $0 + $1.share } - 1) > 1e-6 {
            return "the shares of the magnitude limits must sum to 1"
        }
        for (name, fraction) in classFractions where !(0...1).contains(fraction) {
            return "the fraction of class \(name.rawValue) must lie within 0 to 1, got \(fraction)"
        }
        let others = classFractions.reduce(0) { $1.key == .normal ? $0 : $0 + $1.value }
        if others > 1 + 1e-9 { return "the class fractions sum to \(others), more than 1" }
        if !(16...1024).contains(imageSide) { return "the image side must lie within 16 to 1024 pixels" }
        if !(pixelScale > 0.05 && pixelScale < 2) {
            return "the pixel scale must lie within 0.05 to 2 arcsec"
        }
        if bands.count < 2 { return "at least two bands are needed" }
        return nil
    }

    /// The band of the magnitude limits: the middle one.
    var selectionBand: Int { bands.count / 2 }
}
