import JSON
import Testing

/// Seeded properties over random trees and random damage to their texts.
@Suite struct FuzzTests {
    @Test(arguments: 0..<8 as Range<UInt64>)
    func `what is written reads back as the same value`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<400 {
            let value = randomValue(depth: 4, using: &random)
            let text = value.encoded()
            #expect(try JSONValue(parsing: text) == value, "seed \(seed)")
            #expect(try JSONValue(parsing: text).encoded() == text, "seed \(seed)")
            #expect(try JSONValue(parsing: value.canonicalBytes()) == value, "seed \(seed)")
            #expect(try JSONValue(parsing: value.prettyString()) == value, "seed \(seed)")
            #expect(try JSONValue(parsing: text).canonicalBytes() == value.canonicalBytes(), "seed \(seed)")
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `a damaged text is refused at a place inside it, or is another valid text`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed &+ 1000)
        var refused = 0
        for _ in 0..<2500 {
            var text = randomValue(depth: 3, using: &random).encoded()
            for _ in 0..<Int.random(in: 1...3, using: &random) { damage(&text, using: &random) }
            do throws(JSONError) {
                let value = try JSONValue(parsing: text)
                #expect(try JSONValue(parsing: value.encoded()) == value, "seed \(seed)")
            } catch {
                refused += 1
                #expect((0...text.count).contains(error.offset), "seed \(seed)")
                #expect(error.line >= 1 && error.column >= 1 && !error.message.isEmpty, "seed \(seed)")
            }
        }
        #expect(refused > 500, "seed \(seed)")
    }

    private func damage(_ text: inout [UInt8], using random: inout SplitMix64) {
        let interesting = Array("{}[]\":,\\u0-+.eE \n\u{0}tfn".utf8) + [0x80, 0xBF, 0xC3, 0xED, 0xF4, 0xFF]
        let index = Int.random(in: 0...text.count, using: &random)
        let byte = interesting.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<5, using: &random) {
        case 0: text.insert(byte, at: index)
        case 1 where index < text.count: text.remove(at: index)
        case 2 where index < text.count: text[index] = byte
        case 3: text.removeSubrange(index...)
        default: text.insert(contentsOf: text[index...].prefix(9), at: index)
        }
    }

    private func randomValue(depth: Int, using random: inout SplitMix64) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
        case 0: return [.null, true, false].randomElement(using: &random) ?? .null
        case 1: return .int(Int64(bitPattern: random.next()) >> Int64.random(in: 0..<64, using: &random))
        case 2:
            let double = Double(bitPattern: random.next())
            return .double(double.isFinite ? double : 0.5)
        case 3: return .double(Double(Int.random(in: -1_000_000...1_000_000, using: &random)) / 1000)
        case 4, 5: return .string(randomString(using: &random))
        case 6:
            return .array(
                (0..<Int.random(in: 0..<6, using: &random)).map { _ in randomValue(depth: depth - 1, using: &random) })
        default:
            let count = Int.random(in: 0..<10, using: &random) == 0 ? 60 : Int.random(in: 0..<8, using: &random)
            return .object(
                JSONObject(
                    (0..<count).map { _ in
                        (randomString(using: &random), randomValue(depth: min(depth - 1, 1), using: &random))
                    }))
        }
    }

    private func randomString(using random: inout SplitMix64) -> String {
        let characters: [Character] = [
            "a", "b", "Z", "0", " ", "\"", "\\", "/", "\n", "\u{0}", "\u{1f}", "é", "€", "😀", "\u{fb33}", "\u{301}",
        ]
        let isPlain = Bool.random(using: &random)
        return String(
            (0..<Int.random(in: 0..<24, using: &random)).map { _ in
                characters[Int.random(in: 0..<(isPlain ? 4 : characters.count), using: &random)]
            })
    }
}
