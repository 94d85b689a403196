internal import Foundation

/// A colour picture of three bands whose colours do not depend on brightness (Lupton et al. 2004).
///
/// Each band becomes `v = scale (f - minimum)`; with `I = (v_R + v_G + v_B) / 3` the picture's channels are
/// `v F(I) / I`, `F(I) = asinh(Q I / stretch) * 0.1 / asinh(0.1 Q)` (PASP 116, 133, section 2; the factor
/// keeps the slope near `stretch` when Q changes). `F(1) = 1` would be white. Where `I <= 0` the picture is
/// black; where a band is not finite it is the dark grey of `Colour.missing`.
public struct ColorComposite: Sendable, Equatable {
    /// What one channel of the picture shows.
    public struct Channel: Sendable, Equatable {
        /// Name of the band.
        public var band: String
        /// Factor applied to the band's values, per unit of surface brightness.
        public var scale: Double
        /// Value of the band that is shown black, in its own unit.
        public var minimum: Double

        /// A channel that shows `scale * (value - minimum)` of a band.
        public init(band: String, scale: Double = 1, minimum: Double = 0) {
            self.band = band
            self.scale = scale
            self.minimum = minimum
        }
    }

    /// What happens to pixels brighter than white.
    public enum Saturation: Sendable {
        /// All channels are divided by the largest: the colour stays (Lupton et al. 2004, eq. 4).
        case keepsColour
        /// Each channel is cut at white by itself: bright cores turn white, as in survey viewers.
        case cutsChannels
    }

    /// The channel shown red, the reddest band.
    public var red: Channel
    /// The channel shown green.
    public var green: Channel
    /// The channel shown blue, the bluest band.
    public var blue: Channel
    /// Softening: how fast the stretch turns from linear to logarithmic; 0 is linear.
    public var softening: Double
    /// Intensity, in scaled units, that a linear picture (softening 0) shows white.
    public var stretch: Double
    /// What happens to pixels brighter than white.
    public var saturation: Saturation

    /// A composite; `softening` is the Q of Lupton et al. and not negative, `stretch` is above 0.
    public init(
        red: Channel, green: Channel, blue: Channel, softening: Double = 8, stretch: Double = 1,
        saturation: Saturation = .keepsColour
    ) {
        precondition(softening >= 0, "ColorComposite: softening must not be negative, got \(softening)")
        precondition(stretch > 0, "ColorComposite: stretch must be above 0, got \(stretch)")
        self.red = red
        self.green = green
        self.blue = blue
        self.softening = softening
        self.stretch = stretch
        self.saturation = saturation
    }

    /// The look of the Legacy Surveys' viewer for g, r, z in nanomaggies per native pixel.
    ///
    /// The viewer multiplies g, r, z by 6.0, 3.4 and 2.2, lifts all by 0.03 and maps the mean I to
    /// `asinh(20 I) / sqrt(20)`. The same curve here: `0.1 / asinh(0.1 Q) = 1 / sqrt(20)` and
    /// `Q / stretch = 20`, so `Q = 10 sinh(0.1 sqrt(20))`.
    public static let legacySurvey: ColorComposite = {
        let softening = 10 * sinh(0.1 * 20.0.squareRoot())
        func channel(_ band: String, _ scale: Double) -> Channel {
            Channel(band: band, scale: scale, minimum: -0.03 / scale)
        }
        return ColorComposite(
            red: channel("z", 2.2), green: channel("r", 3.4), blue: channel("g", 6.0),
            softening: softening, stretch: softening / 20, saturation: .cutsChannels)
    }()
}
