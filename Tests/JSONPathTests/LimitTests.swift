import JSON
import JSONPath
import Testing

@Suite struct LimitTests {
    @Test func `a text that is too long or too deep is refused`() throws {
        let long = String(repeating: "x", count: 20_000)
        #expect(try #require(throws: JSONPathError.self) { try JSONPathTemplate(long) }.code == .tooLarge)
        let deep = String(repeating: "{range .a[*]}", count: 40) + String(repeating: "{end}", count: 40)
        #expect(try #require(throws: JSONPathError.self) { try JSONPathTemplate(deep) }.code == .tooLarge)
        let filters = "{.a" + String(repeating: "[?(@.a", count: 40) + String(repeating: ")]", count: 40) + "}"
        #expect(try #require(throws: JSONPathError.self) { try JSONPathTemplate(filters) }.code == .tooLarge)
    }

    @Test func `work that multiplies is refused`() throws {
        var value: JSONValue = [:]
        for _ in 0..<60 { value = ["a": value, "b": [1, 2]] }
        var limits = JSONPathLimits()
        limits.maximumVisits = 10_000
        let path = try JSONPathExpression("..a" + String(repeating: "..a", count: 6), limits: limits)
        #expect(try #require(throws: JSONPathError.self) { try path.values(in: value) }.code == .tooLarge)
        limits.maximumVisits = 20_000_000
        limits.maximumOutputBytes = 5000
        let template = try JSONPathTemplate("{..a}", limits: limits)
        #expect(try #require(throws: JSONPathError.self) { try template.text(for: value) }.code == .tooLarge)
    }

    /// Texts made of the pieces that the dialect is made of: each is read or refused, and what is read can be followed.
    @Test(arguments: 0..<40) func `no text makes the reader fail otherwise`(seed: UInt64) {
        let pieces = [
            "{", "}", "[", "]", "?(", ")", "@", "$", ".", "..", "*", "'", "\"", "\\", "range ", "end", "items", "name",
            "0", "-1", ":", ",", "==",
            "<", " ", "true", "é", "\n", "{range .items[*]}", "{end}", "{.items[?(@.name==\"x\")]}", "['a','b']",
            "\\u0041",
        ]
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        var limits = JSONPathLimits()
        limits.maximumVisits = 10_000
        for _ in 0..<500 {
            let text = (0..<next(14)).map { _ in pieces[next(pieces.count)] }.joined()
            if let template = try? JSONPathTemplate(text, limits: limits) { _ = try? template.text(for: documented) }
            if let path = try? JSONPathExpression(text, limits: limits) { _ = try? path.values(in: documented) }
        }
    }
}
