import ArgumentParser

/// A duration as Go and kubectl write it: `30s`, `5m`, `1h30m`, `500ms`; a bare number is seconds.
struct DurationArgument: ExpressibleByArgument, Sendable, Hashable {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        if let seconds = Int(argument), seconds >= 0, seconds < 1 << 32 {
            duration = .seconds(seconds)
            return
        }
        var rest = argument[...]
        var total = Duration.zero
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            // 2^32 of any unit stays far inside a Duration.
            guard let count = Int(digits), count < 1 << 32, let length = DurationArgument.length(of: unit) else {
                return nil
            }
            total += length * count
        }
        duration = total
    }

    var defaultValueDescription: String {
        let seconds = duration.components.seconds
        return seconds % 60 == 0 && seconds > 0 ? "\(seconds / 60)m" : "\(seconds)s"
    }

    /// Whole seconds, rounded up.
    var seconds: Int {
        let (seconds, attoseconds) = duration.components
        return Int(seconds) + (attoseconds > 0 ? 1 : 0)
    }

    private static func length(of unit: Substring) -> Duration? {
        switch unit {
        case "ms": .milliseconds(1)
        case "s": .seconds(1)
        case "m": .seconds(60)
        case "h": .seconds(3600)
        default: nil
        }
    }
}
