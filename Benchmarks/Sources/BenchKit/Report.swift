import Foundation

/// Prints one line a target, and keeps whether all were met.
package final class Report {
    package private(set) var isMet = true

    package init() {}

    /// `measured` and `target` have the unit; the target is an upper bound.
    package func line(_ name: String, _ measured: Double, atMost target: Double, _ unit: String, all: [Double] = []) {
        line(name, measured, "<=", target, met: measured <= target, unit, all)
    }

    /// `measured` and `target` have the unit; the target is a lower bound.
    package func line(_ name: String, _ measured: Double, atLeast target: Double, _ unit: String, all: [Double] = []) {
        line(name, measured, ">=", target, met: measured >= target, unit, all)
    }

    private func line(
        _ name: String, _ measured: Double, _ relation: String, _ target: Double, met: Bool, _ unit: String,
        _ all: [Double]
    ) {
        if !met { isMet = false }
        let each = all.isEmpty ? "" : "  (each: \(all.map(Report.figure).joined(separator: " ")))"
        print(
            "\(name): measured \(Report.figure(measured))\(unit) target \(relation) \(Report.figure(target))\(unit) "
                + "verdict \(met ? "ok" : "MISSED")\(each)")
        fflush(nil)
    }

    /// A line that explains, without a verdict.
    package func note(_ text: String) {
        print("  \(text)")
        fflush(nil)
    }

    package static func figure(_ value: Double) -> String {
        String(format: abs(value) >= 100 ? "%.0f" : abs(value) >= 10 ? "%.1f" : "%.3g", value)
    }
}
