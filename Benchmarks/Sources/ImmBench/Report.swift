import Foundation

/// Prints one line a target, and keeps whether all were met.
final class Report {
    private(set) var isMet = true

    /// `measured` and `target` have the unit; the target is an upper bound.
    func line(_ name: String, _ measured: Double, atMost target: Double, _ unit: String, all: [Double] = []) {
        let met = measured <= target
        if !met { isMet = false }
        let each = all.isEmpty ? "" : "  (each: \(all.map(Report.figure).joined(separator: " ")))"
        print(
            "\(name): measured \(Report.figure(measured))\(unit) target <= \(Report.figure(target))\(unit) "
                + "verdict \(met ? "ok" : "MISSED")\(each)")
        fflush(nil)
    }

    /// A line that explains, without a verdict.
    func note(_ text: String) {
        print("  \(text)")
        fflush(nil)
    }

    static func figure(_ value: Double) -> String {
        String(format: abs(value) >= 100 ? "%.0f" : abs(value) >= 10 ? "%.1f" : "%.3g", value)
    }
}
