import Foundation

/// JSON as Foundation reads and writes it: good enough outside of what is measured.
package enum JSONText {
    package static func write(_ object: [String: Any]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), as: UTF8.self)
    }

    package static func object(_ body: [UInt8]) -> [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
    }

    package static func list(_ body: [UInt8]) -> [[String: Any]] {
        (try? JSONSerialization.jsonObject(with: Data(body))) as? [[String: Any]] ?? []
    }

    package static func query(_ object: [String: Any]) throws -> String {
        try write(object).addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}
