import Astronomy
import FITS
import Foundation

/// How right ascension and declination become degrees, and which are possible.
struct CoordinateRule {
    /// The unit of right ascension.
    let unit: LabelCatalogConfiguration.AngleUnit
    /// The unit of declination: degrees beside hours.
    var declinationUnit: LabelCatalogConfiguration.AngleUnit { unit == .hours ? .degrees : unit }
    private let isGiven: Bool

    /// The rule for two columns: the configured unit, else that of the file, else degrees.
    init(configuration: LabelCatalogConfiguration, columns: (TableColumn, TableColumn)) {
        isGiven = configuration.coordinateUnit != nil || columns.0.unit != nil
        if let given = configuration.coordinateUnit {
            unit = given
        } else {
            let word = columns.0.unit?.lowercased() ?? ""
            unit = word.hasPrefix("rad") ? .radians : word.hasPrefix("h") ? .hours : .degrees
        }
    }

    /// Converts both columns to degrees; a position with a value out of range becomes NaN in both.
    func apply(
        _ alpha: inout [Double], _ delta: inout [Double], _ ra: inout LabelColumnReport,
        _ dec: inout LabelColumnReport, _ flags: inout [QualityFlags]
    ) {
        var (badAlpha, badDelta) = (0, 0)
        for row in alpha.indices {
            let (rawAlpha, rawDelta) = (alpha[row], delta[row])
            let isMark = rawAlpha == rawDelta && [-99, 99, -9.9, -9].contains(rawAlpha)
            let degrees = (Self.degrees(rawAlpha, unit), Self.degrees(rawDelta, declinationUnit))
            (alpha[row], delta[row]) = (.nan, .nan)
            if rawAlpha.isNaN || rawDelta.isNaN || isMark {
                if isMark {
                    ra.missing += 1
                    dec.missing += 1
                }
                if !rawAlpha.isNaN, !isMark { ra.values += 1 }
                if !rawDelta.isNaN, !isMark { dec.values += 1 }
                continue
            }
            // Folding is for 360 and -0.1, not for numbers that are no angles at all.
            let goodAlpha = (-360...720).contains(degrees.0)
            let position =
                goodAlpha ? SkyPosition(rightAscension: degrees.0, declination: degrees.1) : nil
            if let position {
                (alpha[row], delta[row]) = (position.rightAscension, position.declination)
                ra.values += 1
                dec.values += 1
                continue
            }
            flags[row].insert(.refusedInput)
            if goodAlpha {
                badDelta += 1
                dec.refuse(row: row, value: "\(rawDelta)", reason: "is beyond a pole")
            } else {
                badAlpha += 1
                ra.refuse(row: row, value: "\(rawAlpha)", reason: "is no right ascension")
            }
        }
        if badAlpha * 2 > alpha.count {
            ra.state = .refused(
                reason: "has \(badAlpha) of \(alpha.count) values that are no right ascension")
        }
        if badDelta * 2 > delta.count {
            dec.state = .refused(reason: "has \(badDelta) of \(delta.count) values beyond a pole")
        }
    }

    /// A warning when coordinates taken for degrees look like radians.
    func note(_ alpha: [Double], _ delta: [Double]) -> String? {
        guard unit == .degrees, !isGiven, alpha.count >= 20 else { return nil }
        var (largest, farthest, span) = (0.0, 0.0, 0.0)
        for row in alpha.indices where !alpha[row].isNaN {
            largest = max(largest, alpha[row])
            farthest = max(farthest, abs(delta[row]))
            span = max(span, abs(alpha[row] - largest))
        }
        guard largest <= 2 * .pi, farthest <= .pi / 2, span > 1 else { return nil }
        return "no right ascension is beyond 2 pi and no declination beyond pi/2: are they radians?"
    }

    private static func degrees(_ number: Double, _ unit: LabelCatalogConfiguration.AngleUnit) -> Double {
        switch unit {
        case .degrees: number
        case .radians: Angle(radians: number).degrees
        case .hours: number * 15
        }
    }
}
