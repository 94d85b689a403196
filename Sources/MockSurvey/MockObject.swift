public import Astronomy

/// One row of the mock catalogue: what a survey reports of an object, and the truth.
///
/// Labels and truth are NaN for stars, quasars and artefacts. Angles follow the sky: north through east.
public struct MockObject: Sendable {
    /// Identifier, unique among surveys of different seeds.
    public var id: Int64
    /// Position of the image's centre.
    public var position: SkyPosition
    /// Class.
    public var objectClass: MockClass
    /// Reported labels.
    public var labels: SurveyLabels
    /// E(B-V) of the Milky Way (Schlegel, Finkbeiner & Davis 1998), magnitudes.
    public var galacticReddening: Double
    /// True redshift.
    public var trueRedshift = Double.nan
    /// True log10 of the surviving stellar mass, solar masses, Chabrier; of all galaxies of a merger.
    public var trueLog10StellarMass = Double.nan
    /// True log10 of the star-formation rate over the last 100 Myr, Msun/yr; of all galaxies of a merger.
    public var trueLog10StarFormationRate = Double.nan
    /// True position angle of the major axis, degrees in [0, 180); of a merger's light as a whole.
    public var truePositionAngle = Double.nan
    /// Total flux in nanomaggies, one a band, Galactic extinction included as in the image.
    public var trueFluxes: [Double]
    /// Semi-major half-light radius at rest 5000 A, arcsec; of a merger the major axis of its second moments.
    public var trueHalfLightRadius = Double.nan
    /// Apparent axis ratio of the dominant component.
    public var trueAxisRatio = Double.nan
    /// Sersic index of the galaxy as a whole.
    public var trueSersicIndex = Double.nan
    /// Share of the bulge in the light of the selection band.
    public var trueBulgeFraction = Double.nan
    /// E(B-V) of the galaxy's own starlight, magnitudes.
    public var trueDustReddening = Double.nan
    /// Mass fraction of metals in the stars.
    public var trueMetallicity = Double.nan
    /// Whether the galaxy forms stars, has ceased to, or stands between; `nil` for what is no galaxy.
    public var state: StarFormationState?
    /// Number of exposures averaged.
    public var passes: Int
    /// Full width at half maximum of the point spread, arcsec, one a band.
    public var seeing: [Double]
}
