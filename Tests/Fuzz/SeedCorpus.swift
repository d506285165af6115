import Foundation

/// Seeds in the repository are text: binary ones are spelled as pairs of hexadecimal digits, and ASCII between single quotes.
enum SeedCorpus {
    static func copy(from source: String, to target: String) {
        do {
            try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
            for name in try FileManager.default.contentsOfDirectory(atPath: source) {
                let data = try Data(contentsOf: URL(fileURLWithPath: "\(source)/\(name)"))
                let seed = name.hasSuffix(".hex") ? Data(bytes(Array(data))) : data
                try seed.write(to: URL(fileURLWithPath: "\(target)/\(name)"))
            }
        } catch { fail("the seeds in \(source) cannot be copied to \(target): \(error)") }
    }

    private static func bytes(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var digits: [UInt8] = []
        var isQuoted = false
        for byte in text {
            if byte == UInt8(ascii: "'") {
                isQuoted.toggle()
            } else if isQuoted {
                result.append(byte)
            } else if byte != UInt8(ascii: " "), byte != UInt8(ascii: "\n") {
                digits.append(byte)
                guard digits.count == 2 else { continue }
                guard let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else {
                    fail("\"\(String(decoding: digits, as: UTF8.self))\" is no hexadecimal byte")
                }
                result.append(value)
                digits = []
            }
        }
        return result
    }
}
