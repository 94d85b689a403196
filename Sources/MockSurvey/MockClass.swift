/// The class of an object of the mock survey, as in its `class` column.
public enum MockClass: String, Sendable, CaseIterable {
    /// A galaxy of the general population.
    case normal
    /// A compact galaxy whose light is dominated by [O III] of a starburst (Cardamone et al. 2009).
    case greenPea = "green_pea"
    /// A face-on, disc-dominated, passive spiral (Masters et al. 2010).
    case redSpiral = "red_spiral"
    /// Two or three galaxies in collision.
    case merger
    /// A star of the Milky Way.
    case star
    /// A quasar.
    case quasar
    /// An image spoilt by the instrument, the observation or the processing.
    case artefact

    /// Whether redshift, mass and star-formation rate are defined.
    public var isGalaxy: Bool { self != .star && self != .quasar && self != .artefact }
}

/// Where a galaxy stands relative to the star-forming main sequence.
public enum StarFormationState: String, Sendable {
    /// On the main sequence.
    case starForming = "star_forming"
    /// Between the sequences.
    case greenValley = "green_valley"
    /// Without star formation to speak of.
    case quiescent
}
