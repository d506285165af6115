import JSON
import KubernetesProtobuf
import Testing

@Suite struct StrictnessTests {
    /// A Secret around the fields of its message.
    private func secret(_ fields: String) -> [UInt8] {
        let raw = bytes(fields)
        var length: [UInt8] = []
        var rest = raw.count
        repeat {
            length.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
            rest >>= 7
        } while rest > 0
        return bytes("6b387300 0a0c 0a02 'v1' 1206 'Secret' 12") + length + raw
    }

    @Test(arguments: [
        ("0a", "cut off"), ("0a05 0a01 'a'", "bytes where"), ("0a03 0a01 ff", "not UTF-8"),
        ("1a01 'a' 1a01 'b'", "type twice"), ("1801", "wire type 0 of type"), ("2a01 '1'", "wire type 2 of immutable"),
        ("0b", "wire type 3"), ("02", "field number 0"), ("28ffffffffffffffffff02", "more than 64 bits"),
        ("28ffffffffffffffffffff01", "more than 64 bits"), ("1203 0a01 'k' 1203 0a01 'k'", "key \"k\" of data twice"),
        ("f106 00", "cut off"), ("0a0c 420a 08ffffffffffffffff7f", "a time of"),
        ("0a08 8a0105 3a03 0a01 '{'", "FieldsV1"),
    ])
    func `what does not follow the format is refused`(_ fields: String, _ hint: String) throws {
        let error = try #require(throws: ProtobufError.self) { try ProtobufBody.decode(secret(fields)) }
        #expect(error.code == .malformed)
        #expect(error.message.contains(hint), "\(error)")
    }

    @Test func `fields that are not known are passed over, in every wire type`() throws {
        let json = try ProtobufBody.decode(
            secret("f2060161 f806ff01 c10c0102030405060708 cd0c01020304 1a01 'x'"))
        #expect(json == ["apiVersion": "v1", "kind": "Secret", "type": "x"])
    }

    @Test func `the envelope must hold a kind that is known, as it is`() throws {
        func code(_ text: String) throws -> ProtobufError.Code {
            try #require(throws: ProtobufError.self) { try ProtobufBody.decode(bytes(text)) }.code
        }
        #expect(try code("") == .malformed)
        #expect(try code("6b387301") == .malformed)
        #expect(try code("6b387300") == .unknownKind)
        #expect(try code("6b387300 0a09 0a02 'v1' 1203 'Pod'") == .unknownKind)
        #expect(try code("6b387300 0a0c 0a02 'v1' 1206 'Secret' 1a04 'gzip'") == .malformed)
        #expect(try code("6b387300 0a0c 0a02 'v1' 1206 'Secret' 2201 'x'") == .malformed)
        #expect(try code("6b387300 0a0c 0a02 'v1' 1206 'Secret' 1200 1200") == .malformed)
        let empty = try ProtobufBody.decode(bytes("6b387300 0a0c 0a02 'v1' 1206 'Secret'"))
        #expect(empty == ["apiVersion": "v1", "kind": "Secret"])
    }

    @Test func `a body that swells is refused`() throws {
        let owners = String(repeating: "6a00", count: 100_001)
        let metadata = bytes(owners)
        var length: [UInt8] = []
        var rest = metadata.count
        repeat {
            length.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
            rest >>= 7
        } while rest > 0
        let hexadecimal = length.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let error = try #require(throws: ProtobufError.self) {
            try ProtobufBody.decode(secret("0a" + hexadecimal + owners))
        }
        #expect(error.code == .tooLarge)
    }

    @Test func `no bytes at all make it crash`() {
        let seed = secret("0a0d 0a01 'a' 5a08 0a01 'x' 1203 'one' 1208 0a01 'k' 1203 00ff10 1a06 'Opaque' 2801")
        var state: UInt64 = 0x5EED
        func random() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        for _ in 0..<20_000 {
            var body = seed
            for _ in 0...(random() % 4) {
                switch random() % 3 {
                case 0: body[Int(random()) % body.count] = UInt8(truncatingIfNeeded: random())
                case 1: body.removeLast(min(body.count - 1, Int(random() % 8)))
                default: body.insert(UInt8(truncatingIfNeeded: random()), at: Int(random()) % body.count)
                }
            }
            _ = try? ProtobufBody.decode(body)
        }
    }
}
