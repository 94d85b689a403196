internal import Computing
internal import Foundation

/// Light of quasars: a power law with broad emission lines and the Lyman-alpha forest (our approximation,
/// with equivalent widths of the order of Vanden Berk et al. 2001).
struct QuasarDrawer {
    let passbands: [Passband]

    /// Rest wavelength (A), equivalent width (A) and width (sigma, A) of each line.
    private static let lines: [(wavelength: Double, equivalentWidth: Double, sigma: Double)] = [
        (1216, 90, 20), (1400, 8, 14), (1549, 24, 14), (1909, 21, 22), (2799, 32, 35), (4340, 13, 20),
        (4861, 46, 40), (5007, 13, 6), (6563, 195, 47),
    ]

    /// Redshift and fluxes in nanomaggies, without extinction, of a quasar brighter than `limit` in a band.
    func fluxes(
        limit: Double, band: Int, using generator: inout some RandomNumberGenerator
    ) -> (redshift: Double, fluxes: [Double]) {
        // Redshifts of optically selected quasars: broad, peak near 1.7.
        var redshift = 0.0
        repeat { redshift = generator.normal(mean: 1.7, sigma: 0.85) } while redshift < 0.2 || redshift > 4
        let slope = generator.normal(mean: -0.45, sigma: 0.3)
        let strength = exp(0.35 * generator.normal())
        let dust = generator.uniform() < 0.1 ? generator.uniform() * 0.15 : 0
        let relative = passbands.map {
            flux(band: $0, redshift: redshift, slope: slope, strength: strength, dust: dust)
        }
        // Counts rise by 0.45 dex a magnitude towards the limit, with a floor at r = 16.
        let magnitude = max(16, limit + log10(1 - generator.uniform()) / 0.45)
        let scale = pow(10, 0.4 * (22.5 - magnitude)) / relative[band]
        return (redshift, relative.map { $0 * scale })
    }

    /// Mean f_nu through a band in arbitrary units.
    private func flux(
        band: Passband, redshift: Double, slope: Double, strength: Double, dust: Double
    ) -> Double {
        let (low, high) = (band.wavelengths[0], band.wavelengths[band.wavelengths.count - 1])
        let steps = 160
        var sum = 0.0
        for step in 0..<steps {
            let observed = low + (high - low) * (Double(step) + 0.5) / Double(steps)
            let rest = observed / (1 + redshift)
            var value = pow(5000 / rest, slope)  // f_nu ~ nu^slope
            for line in Self.lines {
                let offset = (rest - line.wavelength) / line.sigma
                guard abs(offset) < 4 else { continue }
                let peak = line.equivalentWidth / (line.sigma * (2 * Double.pi).squareRoot())
                value *= 1 + strength * peak * exp(-offset * offset / 2)
            }
            if rest < 1216 { value *= exp(-0.0036 * pow(1 + redshift, 3.46) * (rest > 912 ? 1 : 30)) }
            value *= pow(10, -0.4 * dust * DustAttenuation.curve(wavelength: rest))
            sum += value * band.transmission(at: observed) / observed
        }
        return sum * (high - low) / Double(steps) / band.inverseMoment
    }
}
