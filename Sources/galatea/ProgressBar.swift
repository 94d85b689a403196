import Foundation
import Pipeline
import Synchronization

/// WorkProgress on one terminal line: share done, count, rate and time left.
final class ProgressBar: Sendable {
    private struct State {
        var activity = ""
        var start = ContinuousClock.now
        var firstCompleted = 0
        var lastDrawn: ContinuousClock.Instant?
    }

    private let state = Mutex(State())

    /// Redraws the line, at most ten times a second; the last report of an activity ends the line.
    func show(_ progress: WorkProgress) {
        let line = state.withLock { state -> String? in
            let now = ContinuousClock.now
            if state.activity != progress.activity {
                state = State(activity: progress.activity, start: now, firstCompleted: progress.completed)
            }
            let isLast = progress.completed == progress.total
            if !isLast, let last = state.lastDrawn, now - last < .milliseconds(100) { return nil }
            state.lastDrawn = now
            let seconds = max(1e-3, (now - state.start) / .seconds(1))
            let rate = Double(progress.completed - state.firstCompleted) / seconds
            return Self.line(progress, rate: rate, seconds: seconds) + (isLast ? "\n" : "")
        }
        if let line { StandardError.write("\r\u{1B}[K" + line) }
    }

    /// The text of the line.
    static func line(_ progress: WorkProgress, rate: Double, seconds: Double) -> String {
        var parts = [progress.activity]
        if let total = progress.total, total > 0 {
            let filled = progress.completed * 24 / total
            let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
            parts.append("\(bar) \(progress.completed * 100 / total) %")
            parts.append("\(progress.completed)/\(total) \(progress.unit)")
        } else {
            parts.append("\(progress.completed) \(progress.unit)")
        }
        if rate > 0 {
            parts.append("\(rate >= 100 ? String(Int(rate)) : String(format: "%.1f", rate))/s")
            if let total = progress.total {
                let left = Double(total - progress.completed) / rate
                parts.append(progress.completed == total ? clock(seconds) : "\(clock(left)) left")
            }
        }
        if !progress.detail.isEmpty { parts.append(progress.detail) }
        return parts.joined(separator: "  ")
    }

    private static func clock(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        let minutes = String(format: "%02d:%02d", whole / 60 % 60, whole % 60)
        return whole >= 3600 ? "\(whole / 3600):\(minutes)" : minutes
    }
}
