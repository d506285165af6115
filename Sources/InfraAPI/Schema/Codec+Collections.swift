import JSON

extension Codec {
    /// A list. Of a map list, `keys` names the properties that tell its items apart.
    static func list<Element>(
        of element: Codec<Element>, _ kind: ListSchema.Kind, minimum: Int = 0, maximum: Int
    ) -> Codec where Value == [Element] {
        let decode: @Sendable (JSONValue) throws(FieldError) -> [Element] = { (json) throws(FieldError) in
            guard case .array(let items) = json else { throw .wrongType(json, "array") }
            var values: [Element] = []
            values.reserveCapacity(items.count)
            for (index, item) in items.enumerated() {
                do throws(FieldError) {
                    values.append(try element.decode(item))
                } catch {
                    throw error.inside(.index(index))
                }
            }
            return values
        }
        let schema = ListSchema(items: element.schema, kind: kind, minItems: minimum, maxItems: maximum)
        return Codec(schema: Schema(.list(schema)), decode: decode) { values, style in
            let items = values.map { element.encode($0, style) }
            return .array(style == .hashed ? kind.sorted(items) : items)
        }
    }

    /// A map from strings of a format to short strings.
    static func stringMap(
        keys: StringFormat, values: Codec<String>, maximum: Int
    ) -> Codec where Value == [String: String] {
        let decode: @Sendable (JSONValue) throws(FieldError) -> [String: String] = { (json) throws(FieldError) in
            guard case .object(let members) = json else { throw .wrongType(json, "object") }
            var map: [String: String] = [:]
            for member in members {
                do throws(FieldError) {
                    map[member.key] = try values.decode(member.value)
                } catch {
                    throw error.inside(.field(member.key))
                }
            }
            return map
        }
        let schema = MapSchema(values: values.schema, keyFormat: keys, maxProperties: maximum)
        return Codec(schema: Schema(.map(schema)), decode: decode) { map, _ in
            // The object sorts its members, so the order of the dictionary does not show.
            .object(JSONObject(map.map { ($0.key, .string($0.value)) }))
        }
    }

    /// Labels, as Kubernetes bounds them.
    static var labels: Codec<[String: String]> {
        .stringMap(keys: .labelKey, values: .string(.labelValue, maximum: 63), maximum: 256)
    }

    static var annotations: Codec<[String: String]> {
        .stringMap(keys: .labelKey, values: .string(maximum: 262_144), maximum: 256)
    }
}

extension Codec where Value: SchemaRecord {
    static var record: Codec { record() }

    /// A nested record with its table of fields.
    static func record(rules: [SchemaRule] = []) -> Codec {
        let fields = Value.fields
        // Encoding in the order of the keys saves the object its sorting.
        let ordered = fields.sorted { $0.name < $1.name }
        return Codec(
            schema: Schema(.object(ObjectSchema(fields.map(\.property))), rules: rules),
            decode: { (json) throws(FieldError) in try Value(json, fields) },
            encode: { value, style in
                .object(JSONObject(ordered.compactMap { field in field.encode(value, style).map { (field.name, $0) } }))
            })
    }
}

extension SchemaRecord {
    /// Reads the declared fields of a JSON object; a field that is missing or null keeps the value of `init()`.
    init(_ json: JSONValue, _ fields: [Field<Self>]) throws(FieldError) {
        guard case .object(let members) = json else { throw .wrongType(json, "object") }
        self.init()
        for field in fields {
            guard let member = members[field.name], !member.isNull else { continue }
            do throws(FieldError) {
                try field.decode(member, &self)
            } catch {
                throw error.inside(.field(field.name))
            }
        }
    }
}

extension ListSchema.Kind {
    /// The items of a set or map list in the order of their keys; atomic lists keep theirs.
    fileprivate func sorted(_ items: [JSONValue]) -> [JSONValue] {
        let keys: [(JSONValue) -> JSONValue?]
        switch self {
        case .atomic: return items
        case .set: keys = [{ $0 }]
        case .map(let names): keys = names.map { name in { $0[name] } }
        }
        let keyed = items.map { item in (keys.map { $0(item)?.canonicalBytes() ?? [] }, item) }
        return keyed.sorted { left, right in
            for (left, right) in zip(left.0, right.0) where left != right {
                return left.lexicographicallyPrecedes(right)
            }
            return false
        }.map(\.1)
    }
}
