import InfraAPI
import JSON
import Manifests

extension OutputRendering {
    /// The kinds themselves, for `api-resources`.
    func show(kinds: [ResourceType], as format: ObjectFormat) throws(CommandFailure) {
        switch format {
        case .name: for type in kinds { console.print(type.qualifiedName) }
        case .table, .wide:
            var table = TextTable("Name", "ShortNames", "APIVersion", "Namespaced", "Kind")
            if format == .wide { table.header += ["SUBRESOURCES", "CATEGORIES"] }
            table.rows = kinds.map { type in
                let cells = [
                    type.plural, type.shortNames.joined(separator: ","), type.apiVersion, "\(type.namespaced)",
                    type.kind,
                ]
                return format == .wide ? cells + [subresources(type), type.categories.joined(separator: ",")] : cells
            }
            for line in table.lines() { console.print(line) }
        case .yaml: console.output(document(kinds).yamlString())
        case .json: console.print(document(kinds).prettyString())
        case .jsonPath, .customColumns:
            throw .usage("-o \(format): kinds are printed as table, wide, yaml, json or name")
        }
    }

    private func subresources(_ type: ResourceType) -> String {
        [type.subresources.status ? "status" : nil, type.subresources.scale.map { _ in "scale" }]
            .compactMap(\.self).joined(separator: ",")
    }

    private func document(_ kinds: [ResourceType]) -> JSONValue {
        let resources: [JSONValue] = kinds.map { type in
            [
                "name": .string(type.plural), "singularName": .string(type.singular), "group": .string(type.group),
                "version": .string(type.version), "kind": .string(type.kind), "namespaced": .bool(type.namespaced),
                "shortNames": .array(type.shortNames.map(JSONValue.string)),
                "categories": .array(type.categories.map(JSONValue.string)),
            ]
        }
        return ["apiVersion": "v1", "kind": "APIResourceList", "resources": .array(resources)]
    }
}
