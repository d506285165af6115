import HTTPTypes
import Hummingbird

extension Response {
    /// Of one warning, and of all together, in bytes: proxies bound the headers of an answer (Kubernetes' limits).
    private static let maximumWarningBytes = 256
    private static let maximumWarningsBytes = 4096

    /// Adds `Warning` headers (RFC 7234, 5.5: code 299, a warning that lasts), which kubectl prints.
    mutating func warn(_ warnings: [String]) {
        guard let name = HTTPField.Name("Warning") else { return }
        var bytes = 0
        for warning in warnings {
            let text = Response.quoted(warning)
            bytes += text.utf8.count
            guard bytes <= Response.maximumWarningsBytes else { return }
            headers.append(HTTPField(name: name, value: "299 - \(text)"))
        }
    }

    /// A quoted-string of RFC 9110, cut when it is long. What cannot stand in a header becomes a question mark.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            guard quoted.utf8.count < maximumWarningBytes else {
                quoted += "…"
                break
            }
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: quoted += "?"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
