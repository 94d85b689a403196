public import Astronomy
import FITS

/// Consecutive rows of an enriched catalogue: what is known of each galaxy, in the units of this project.
///
/// What the schema does not have may be left empty; what it has must hold a value a row, NaN where there is
/// none.
public struct EnrichedBlock: Sendable {
    /// A property's estimates.
    public struct Estimates: Sendable, Equatable {
        /// The estimates; position angles in radians.
        public var values: [Float]
        /// Standard deviations.
        public var deviations: [Float]
        /// Bounds of the credible intervals.
        public var bounds: [CatalogColumn.Bound: [Float]]

        /// Estimates of a property.
        public init(
            _ values: [Float], deviations: [Float] = [], bounds: [CatalogColumn.Bound: [Float]] = [:]
        ) {
            self.values = values
            self.deviations = deviations
            self.bounds = bounds
        }
    }

    /// The identifiers.
    public var identifiers: CatalogIdentifiers
    /// Right ascensions, degrees.
    public var rightAscension: [Double] = []
    /// Declinations, degrees.
    public var declination: [Double] = []
    /// The properties' estimates.
    public var estimates: [CatalogColumn.Property: Estimates] = [:]
    /// Latent variables, shape `[row, latent]`.
    public var latents: [Float] = []
    /// The predicted class's name, empty where there is none.
    public var predictedClasses: [String] = []
    /// Probabilities, shape `[row, class]`.
    public var classProbabilities: [Float] = []
    /// Anomaly scores, shape `[row, method]`.
    public var anomalyScores: [Float] = []
    /// Their percentiles, shape `[row, method]`.
    public var anomalyPercentiles: [Float] = []
    /// Identifiers of the neighbours, shape `[row, neighbour]`.
    public var neighbourIdentifiers = CatalogIdentifiers([Int64]())
    /// Their distances, shape `[row, neighbour]`.
    public var neighbourDistances: [Float] = []
    /// Fluxes in nanomaggies, shape `[row, band]`.
    public var fluxes: [Float] = []
    /// Their standard errors, shape `[row, band]`.
    public var fluxErrors: [Float] = []
    /// Signal-to-noise ratios, shape `[row, band]`.
    public var signalToNoise: [Float] = []
    /// Half-light radii, arcsec.
    public var halfLightRadius: [Float] = []
    /// Axis ratios.
    public var axisRatio: [Float] = []
    /// Galactic reddening E(B-V), magnitudes.
    public var extinction: [Float] = []
    /// The quality flags.
    public var flags: [QualityFlags]
    /// The digest of the model.
    public var modelIdentifier: String

    /// Rows with identifiers and flags; everything else is filled in as the schema has it.
    public init(identifiers: CatalogIdentifiers, flags: [QualityFlags], modelIdentifier: String) {
        precondition(
            identifiers.count == flags.count,
            "EnrichedBlock: \(identifiers.count) identifiers, \(flags.count) flags")
        self.identifiers = identifiers
        self.flags = flags
        self.modelIdentifier = modelIdentifier
    }

    /// The number of rows.
    public var rowCount: Int { flags.count }
}
