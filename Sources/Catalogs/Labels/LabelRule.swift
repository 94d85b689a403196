import Astronomy
import Foundation

/// How the numbers of one label become values in the units of this project, and which are possible.
struct LabelRule {
    let label: LabelColumn
    /// Numbers that stand for "missing".
    let missingValues: [Double]
    /// Whether -99 and -9.9 are marks if no other value is negative.
    let marksNegativeAngles: Bool
    private let isLinear: Bool
    private let isPerGigayear: Bool
    private let isInRadians: Bool

    /// The rule of a label, from its configuration and the unit that stands in the file.
    init(_ label: LabelColumn, unit: String?, configuration: LabelCatalogConfiguration) {
        self.label = label
        missingValues = configuration.missingValues(of: label)
        marksNegativeAngles = label == .positionAngle && configuration.missingValues[label] == nil
        let word = unit?.lowercased() ?? ""
        isLinear =
            switch label {
            case .stellarMass, .stellarMassSigma: configuration.stellarMassScale == .linear
            case .starFormationRate, .starFormationRateSigma: configuration.starFormationRateScale == .linear
            default: false
            }
        isPerGigayear =
            label == .starFormationRate
            && (configuration.starFormationRateTime ?? (word.contains("gyr") ? .gigayear : .year))
                == .gigayear
        isInRadians =
            (label == .positionAngle || label == .positionAngleSigma)
            && (configuration.positionAngleUnit ?? (word.hasPrefix("rad") ? .radians : .degrees)) == .radians
    }

    /// The rule by which raw coordinates are read: only what is missing; `CoordinateRule` does the rest.
    static func coordinate(_ label: LabelColumn, _ configuration: LabelCatalogConfiguration) -> LabelRule {
        LabelRule(label, unit: nil, configuration: configuration)
    }

    /// How the values are understood, for the report.
    var understoodAs: String {
        switch label {
        case .stellarMass: isLinear ? "Msun" : "log10 Msun"
        case .starFormationRate: (isLinear ? "Msun per " : "log10 Msun per ") + (isPerGigayear ? "Gyr" : "yr")
        case .positionAngle: isInRadians ? "rad" : "deg"
        default: ""
        }
    }

    /// The bounds of possible converted values.
    var bounds: ClosedRange<Double> {
        switch label {
        case .redshift: -0.01...10
        case .stellarMass: 4...14
        case .starFormationRate: -8...5
        case .positionAngle: -2 * .pi - 1e-3...2 * .pi + 1e-3
        case .extinction: 0...20
        default: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
        }
    }

    /// Why a value outside the bounds is refused.
    var boundsText: String {
        switch label {
        case .redshift: "is outside -0.01 to 10"
        case .stellarMass: "is no mass of a galaxy (10^4 to 10^14 Msun)"
        case .starFormationRate: "is no star-formation rate of a galaxy (10^-8 to 10^5 Msun/yr)"
        case .positionAngle: isInRadians ? "is beyond a full turn (rad)" : "is beyond a full turn (deg)"
        case .extinction: "is outside 0 to 20 mag"
        default: "is not finite"
        }
    }

    /// A number of the column in the units of this project.
    func converted(_ number: Double) -> Double {
        switch label {
        case .stellarMass: return isLinear ? log10(number) : number
        case .starFormationRate: return (isLinear ? log10(number) : number) - (isPerGigayear ? 9 : 0)
        case .positionAngle: return isInRadians ? number : Angle(degrees: number).radians
        default: return number
        }
    }

    /// A converted value in its fundamental range: position angles in `[0, pi)`.
    func folded(_ value: Double) -> Double {
        guard label == .positionAngle else { return value }
        let folded = Angle(radians: value).foldedAxis.radians
        return Float(folded) < Float.pi ? folded : 0
    }

    /// A standard error in the units of the converted values: `sigma / (x ln 10)` for logarithms.
    func convertedSigma(_ error: Double, of value: Double) -> Double {
        if isLinear { return value > 0 ? error / (value * M_LN10) : .nan }
        return isInRadians || label != .positionAngle ? error : Angle(degrees: error).radians
    }

    // MARK: Whole columns

    /// Why a column with these values (none missing) cannot be what it is said to be; `nil` when it can.
    func suspicion(_ raw: [Double]) -> String? {
        guard !raw.isEmpty else { return nil }
        let outside = raw.count { !bounds.contains(converted($0)) }
        let middle = Self.median(raw)
        switch label {
        case .positionAngle: return angleSuspicion(raw, outside)
        case .starFormationRate where !isLinear && !isPerGigayear:
            if let reason = linearSuspicion(raw, middle) { return reason }
        default: break
        }
        guard outside * 2 > raw.count else { return nil }
        return "has \(outside) of \(raw.count) values that cannot be (median \(middle)): \(guess(middle))"
    }

    /// What the column may be instead.
    private func guess(_ middle: Double) -> String {
        switch label {
        case .redshift: return "redshifts lie between -0.01 and 10"
        case .stellarMass where !isLinear && middle > 1e4:
            return "it looks linear, not log10 Msun; set its scale to linear"
        case .stellarMass where isLinear && middle > 0 && middle < 20:
            return "it looks like log10 Msun; set its scale to log"
        case .starFormationRate where !isLinear && !isPerGigayear && (5...15).contains(middle):
            return "it looks like log10 Msun/Gyr, 9 more than per yr; set its unit"
        case .starFormationRate where !isLinear && isPerGigayear && middle < 5:
            return "it looks like log10 Msun/yr, not per Gyr; set its unit"
        case .stellarMass: return "log10 of a mass in Msun lies between 4 and 14"
        case .starFormationRate: return "log10 of a rate in Msun/yr lies between -8 and 5"
        case .extinction: return "E(B-V) lies between 0 and 20 mag"
        default: return "the values are out of range"
        }
    }

    /// Rates that were not put through a logarithm: none negative, and some far beyond any log10 rate.
    private func linearSuspicion(_ raw: [Double], _ middle: Double) -> String? {
        guard raw.count >= 10, raw.allSatisfy({ $0 >= 0 }), raw.contains(where: { $0 > 5 }),
            raw.count(where: { $0 > 5 }) * 2 <= raw.count
        else { return nil }
        return
            "has no negative value and some above 5 (median \(middle)): it looks linear, not log10; set its scale"
    }

    private func angleSuspicion(_ raw: [Double], _ outside: Int) -> String? {
        let largest = raw.lazy.map(abs).max() ?? 0
        if isInRadians, outside * 10 > raw.count {
            return
                "has \(outside) of \(raw.count) angles beyond a full turn in radians: it looks like degrees"
        }
        // Twenty angles in degrees all below 6.3 have a chance of 10^-29.
        if !isInRadians, raw.count >= 20, largest <= 2 * .pi, largest > 0.5 {
            return "has no angle beyond \(largest): it looks like radians, not degrees"
        }
        guard outside * 2 > raw.count else { return nil }
        return "has \(outside) of \(raw.count) angles beyond a full turn"
    }

    /// Why a redshift column is a copy of a coordinate; `nil` when it is none.
    static func equality(_ values: [Double], _ other: [Double], name: String) -> String? {
        var (pairs, equal) = (0, 0)
        var hasValue = false
        for (value, coordinate) in zip(values, other) where !value.isNaN && !coordinate.isNaN {
            pairs += 1
            if abs(value - coordinate) <= 1e-6 * max(abs(coordinate), 1e-3) {
                equal += 1
                if value != 0 { hasValue = true }
            }
        }
        guard pairs > 0, hasValue, equal * 10 >= pairs * 9 else { return nil }
        return "equals the column '\(name)' in \(equal) of \(pairs) rows: it is no redshift"
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted[sorted.count / 2]
    }
}
