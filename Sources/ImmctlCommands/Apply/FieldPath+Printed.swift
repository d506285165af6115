import InfraAPI

extension FieldPath {
    /// Reads a path as servers print it: `spec.template.spec.env[0].name`, `metadata.labels[imm.dev/set]`, and with a
    /// dot in front in conflicts. What cannot be a place in a manifest (`[name="http"]`) ends the path there.
    init(printed text: String) {
        self.init()
        var rest = text[...]
        while let next = rest.first {
            if next == "." { rest.removeFirst() }
            guard rest.first == "[" else {
                let name = rest.prefix { $0 != "." && $0 != "[" }
                guard !name.isEmpty else { return }
                elements.append(.field(String(name)))
                rest = rest.dropFirst(name.count)
                continue
            }
            let inside = rest.dropFirst().prefix { $0 != "]" }
            guard !inside.isEmpty, !inside.contains("=") else { return }
            elements.append(Int(inside).map { .index($0) } ?? .field(String(inside)))
            rest = rest.dropFirst(inside.count + 2)
        }
    }
}
