/// Header fields in the order of the wire; names compare without regard to ASCII case.
public struct HTTPHeaders: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    public struct Field: Sendable, Hashable {
        public let name: String
        public let value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public private(set) var fields: [Field]

    public init(_ fields: [Field] = []) { self.fields = fields }

    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field($0.0, $0.1) }
    }

    /// The first value under `name`. Setting replaces all of them; setting nil removes them.
    public subscript(_ name: String) -> String? {
        get { fields.first { $0.name.hasSameLetters(as: name) }?.value }
        set {
            fields.removeAll { $0.name.hasSameLetters(as: name) }
            if let newValue { fields.append(Field(name, newValue)) }
        }
    }

    /// Adds a field beside others of the same name.
    public mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name, value))
    }
}

extension String {
    /// Equality of header names: ASCII case does not count.
    func hasSameLetters(as other: String) -> Bool {
        utf8.count == other.utf8.count
            && zip(utf8, other.utf8).allSatisfy { $0 == $1 || $0.loweredASCII == $1.loweredASCII }
    }
}

extension UInt8 {
    var loweredASCII: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }
}
