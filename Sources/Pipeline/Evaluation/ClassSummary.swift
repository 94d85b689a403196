internal import Discovery
internal import Foundation

/// How well one class was recovered, as a line for the user.
struct ClassSummary {
    let name: String
    let counts: ConfusionCounts
    /// Natural fraction of the class; `nil` leaves the precision on a real sky out.
    let prevalence: Double?

    /// Confusion counts, recall, false-positive rate and precision with Wilson's 95 % intervals.
    var line: String {
        var line =
            "\(name): \(counts.truePositives) of \(counts.members) recovered "
            + "(recall \(fraction(counts.truePositives, of: counts.members))), "
            + "\(counts.falsePositives) false of \(counts.others) others "
            + "(\(fraction(counts.falsePositives, of: counts.others, digits: 4))), "
            + "precision \(fraction(counts.truePositives, of: counts.flagged))"
        if let prevalence, prevalence > 0, counts.members > 0, counts.others > 0 {
            line += naturalPrecision(prevalence)
        }
        return line
    }

    /// The precision where the class is as rare as on the sky: its interval joins the ends of those of recall
    /// and false-positive rate, so it covers at least as often.
    private func naturalPrecision(_ prevalence: Double) -> String {
        let recall = BinomialInterval(successes: counts.truePositives, trials: counts.members)
        let rate = BinomialInterval(successes: counts.falsePositives, trials: counts.others)
        func precision(_ recall: Double, _ rate: Double) -> Double {
            let found = prevalence * recall
            return found > 0 ? found / (found + (1 - prevalence) * rate) : 0
        }
        let middle = counts.flagged > 0 ? counts.precision(atPrevalence: prevalence) : 0
        return String(
            format: "; on a sky with one in %.0f: precision %@ (%@ to %@)", (1 / prevalence).rounded(),
            Self.short(middle), Self.short(precision(recall.lower, rate.upper)),
            Self.short(precision(recall.upper, rate.lower)))
    }

    /// Two significant digits: these precisions may be 0.9 or 0.002.
    private static func short(_ value: Double) -> String { String(format: "%.2g", value) }

    private func fraction(_ part: Int, of whole: Int, digits: Int = 3) -> String {
        guard whole > 0 else { return "undefined" }
        let interval = BinomialInterval(successes: part, trials: whole)
        return String(
            format: "%.*f, %.*f to %.*f", digits, Double(part) / Double(whole), digits, interval.lower,
            digits, interval.upper)
    }
}
