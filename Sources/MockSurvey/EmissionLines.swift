internal import Foundation

/// Luminosities of nebular emission lines from ionising photons and gas metallicity.
public struct EmissionLines: Sendable {
    /// One line: rest wavelength in A (air), luminosity in Lsun before dust.
    public struct Line: Sendable {
        /// Rest wavelength in A.
        public let wavelength: Double
        /// Luminosity in Lsun.
        public var luminosity: Double
    }

    /// Draws that scatter the metal lines of one galaxy around the mean relations, dex.
    public struct Scatter: Sendable {
        /// Of [O III]/H-beta.
        public var oxygen3 = 0.0
        /// Of [O II]/H-beta.
        public var oxygen2 = 0.0
        /// Of [N II]/H-alpha.
        public var nitrogen = 0.0

        /// No scatter.
        public init() {}
    }

    /// H-alpha per H-beta, case B at 10^4 K (Osterbrock & Ferland 2006; the coefficient from memory).
    public static let balmerRatio = 2.86
    /// [O III] 5007 per 4959 (Storey & Zeippen 2000; the coefficient from memory).
    public static let oxygenDoublet = 2.98

    /// 12 + log10(O/H) of star-forming gas (Curti et al. 2020, MNRAS 491, 944; coefficients from memory);
    /// scatter 0.07.
    public static func oxygenAbundance(log10StellarMass: Double) -> Double {
        8.793 - 0.28 / 1.2 * log10(1 + pow(10, -1.2 * (log10StellarMass - 10.02)))
    }

    /// log10 [O III] 5007 / H-beta (Curti et al. 2017, MNRAS 465, 1384; 2020), within 12 + log(O/H) of 7.8 to
    /// 8.9.
    public static func oxygen3Ratio(abundance: Double) -> Double {
        let x = min(8.9, max(7.8, abundance)) - 8.69
        return -0.277 + x * (-3.549 + x * (-3.593 - 0.981 * x))
    }

    /// log10 [O II] 3727 / H-beta (Curti et al. 2017, 2020), within 12 + log(O/H) of 7.8 to 8.9.
    public static func oxygen2Ratio(abundance: Double) -> Double {
        let x = min(8.9, max(7.8, abundance)) - 8.69
        return 0.435 + x * (-1.362 + x * (-5.655 + x * (-4.851 + x * (-0.478 + 0.736 * x))))
    }

    /// log10 [N II] 6584 / H-alpha: 0.05 at 12 + log(O/H) = 8.5, 0.4 at 8.76 (our approximation).
    public static func nitrogenRatio(abundance: Double) -> Double {
        min(-0.3, max(-2, -1.3 + 0.9 / 0.26 * (abundance - 8.5)))
    }

    /// The lines of gas that absorbs `ionisingPhotons` per second.
    ///
    /// Hydrogen and helium in case B; [O II], [O III] and [N II] from the relations above; [S II] 0.3 H-alpha
    /// in all, [Ne III] 0.08 [O III], [S III] 9069 and 9532 0.2 and 0.5 H-beta (our approximations).
    ///
    /// - Parameters:
    ///   - hydrogenBeta: H-beta luminosity in Lsun per ionising photon per second.
    ///   - abundance: 12 + log10(O/H) of the gas.
    public static func lines(
        ionisingPhotons: Double, hydrogenBeta: Double, abundance: Double, scatter: Scatter = Scatter()
    ) -> [Line] {
        let beta = ionisingPhotons * hydrogenBeta
        let alpha = balmerRatio * beta
        let oxygen3 = beta * pow(10, oxygen3Ratio(abundance: abundance) + scatter.oxygen3)
        let oxygen2 = beta * pow(10, oxygen2Ratio(abundance: abundance) + scatter.oxygen2)
        let nitrogen = alpha * pow(10, nitrogenRatio(abundance: abundance) + scatter.nitrogen)
        return [
            Line(wavelength: 3727, luminosity: oxygen2),
            Line(wavelength: 3869, luminosity: 0.08 * oxygen3),
            Line(wavelength: 3889, luminosity: 0.105 * beta),
            Line(wavelength: 3970, luminosity: 0.159 * beta),
            Line(wavelength: 4102, luminosity: 0.259 * beta),
            Line(wavelength: 4340, luminosity: 0.461 * beta),
            Line(wavelength: 4861, luminosity: beta),
            Line(wavelength: 4959, luminosity: oxygen3 / oxygenDoublet),
            Line(wavelength: 5007, luminosity: oxygen3),
            Line(wavelength: 5876, luminosity: 0.142 * beta),
            Line(wavelength: 6300, luminosity: 0.03 * alpha),
            Line(wavelength: 6548, luminosity: nitrogen / 3),
            Line(wavelength: 6563, luminosity: alpha),
            Line(wavelength: 6584, luminosity: nitrogen),
            Line(wavelength: 6716, luminosity: 0.17 * alpha),
            Line(wavelength: 6731, luminosity: 0.13 * alpha),
            Line(wavelength: 7135, luminosity: 0.10 * beta),
            Line(wavelength: 9069, luminosity: 0.20 * beta),
            Line(wavelength: 9532, luminosity: 0.50 * beta),
        ]
    }
}
