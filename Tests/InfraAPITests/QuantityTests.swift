import InfraAPI
import JSON
import Testing

struct QuantityTests {
    @Test(arguments: [
        ("0", "0"), ("-0", "0"), ("+1", "1"), ("500m", "500m"), ("0.5", "500m"), (".5", "500m"), ("1.", "1"),
        ("1000m", "1"), ("1500m", "1500m"), ("1k", "1k"), ("1000", "1k"), ("1e3", "1k"), ("1E3", "1k"),
        ("1E", "1E"), ("1Ei", "1Ei"), ("1Gi", "1Gi"), ("1024Mi", "1Gi"), ("1073741824", "1Gi"), ("1.5Gi", "1536Mi"),
        ("1.5G", "1500M"), ("2048", "2Ki"), ("1000Ki", "1024k"), ("100e-3", "100m"), ("1n", "1n"), ("0.1n", "1n"),
        ("1u", "1u"), ("-0.5", "-500m"), ("-1.5Ki", "-1536"), ("9223372036854775807", "9223372036854775807"),
        ("0.0000000001", "1n"), ("1.0000000001", "1000000001n"), ("12e0", "12"), ("00012", "12"),
        ("1e-30", "1n"), ("0e99", "0"), ("123456789.123456789", "123456789123456789n"),
    ]) func `a quantity has one text however it was spelled`(text: String, canonical: String) throws {
        let quantity = try #require(Quantity(text))
        #expect(quantity.description == canonical)
        #expect(Quantity(canonical) == quantity)
    }

    @Test(arguments: [
        "", "-", ".", "Gi", "1gi", "1 Gi", "1GiB", "1e", "1e1.5", "0x10", "1,5", "٣", "9223372036854775808", "8Ei",
        "1e19", "1e101", "1--1", "NaN", "1Kii",
    ]) func `what is no quantity is refused`(text: String) {
        #expect(Quantity(text) == nil)
    }

    @Test func `quantities compare by value`() throws {
        #expect(try #require(Quantity("1Gi")) == Quantity(bytes: 1 << 30))
        #expect(try #require(Quantity("1G")) < Quantity(bytes: 1 << 30))
        #expect(try #require(Quantity("-1")) < Quantity(bytes: 0))
        #expect(Set([Quantity("1"), Quantity("1000m"), Quantity("1e0")]).count == 1)
    }

    @Test func `integers of a quantity round up`() throws {
        #expect(try #require(Quantity("1500m")).bytes == 2)
        #expect(try #require(Quantity("-1500m")).bytes == -1)
        #expect(try #require(Quantity("0.0001")).milli == 1)
        #expect(try #require(Quantity("250m")).milli == 250)
        #expect(try #require(Quantity("9223372036854775807")).bytes == Int.max)
        #expect(try #require(Quantity("9223372036854775807")).milli == Int.max)
    }

    @Test func `numbers of JSON are read as they are written`() {
        #expect(Quantity(json: 3) == Quantity(bytes: 3))
        #expect(Quantity(json: 0.5) == Quantity(milli: 500))
        #expect(Quantity(json: 1e-7) == Quantity("100n"))
        #expect(Quantity(json: true) == nil)
    }

    @Test func `every text is read back to the same value`() {
        var random = Seeded(seed: 1)
        for _ in 0..<5000 {
            let digits = Int.random(in: 0...8_000_000, using: &random)
            let suffix = ["n", "u", "m", "", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"].randomElement(using: &random)
            let fraction = Bool.random(using: &random) ? ".\(Int.random(in: 0...999, using: &random))" : ""
            let text = "\(digits)\(fraction)\(suffix ?? "")"
            let quantity = Quantity(text)
            #expect(quantity != nil)
            #expect(quantity.flatMap { Quantity($0.description) } == quantity, "\(text)")
        }
    }
}
