import InfraAPI
import JSON
import RequestSyntax
import ResourceAPI

/// The lists by which clients learn what is served, in the plain form and as one aggregated document.
struct Discovery: Sendable {
    static let aggregatedType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

    /// Whether a client of `/api` or `/apis` offers to read the aggregated form.
    static func wantsAggregated(accept: String?) -> Bool {
        // The first entry that can be served decides.
        for range in MediaRange.list(accept ?? "") where range.acceptsJSON {
            if range["as"] == nil { return false }
            if range["as"] == "APIGroupDiscoveryList", range["g"] == "apidiscovery.k8s.io", range["v"] == "v2" {
                return true
            }
        }
        return false
    }

    /// `GET /api`.
    static let coreVersions: JSONValue = [
        "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [],
    ]

    let all: [ServedGroup]
    /// `GET /apis`.
    let groups: JSONValue

    init(_ kinds: KindTable) {
        all = ServedGroup.groups(of: kinds.all + kinds.views) + SelfReview.groups
        groups = [
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": .array(all.filter { !$0.name.isEmpty }.map(\.json)),
        ]
    }

    /// `GET /apis/GROUP`; nil when there is no such group.
    func group(_ name: String) -> JSONValue? {
        guard !name.isEmpty, let group = all.first(where: { $0.name == name }) else { return nil }
        var json = group.json
        json["kind"] = "APIGroup"
        json["apiVersion"] = "v1"
        return json
    }

    /// `GET /api/v1` and `GET /apis/GROUP/VERSION`; nil when there is no such version.
    func resources(group: String, version: String) -> JSONValue? {
        guard let version = all.first(where: { $0.name == group })?.versions.first(where: { $0.name == version }) else {
            return nil
        }
        return [
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(version.apiVersion),
            "resources": .array(
                version.types.flatMap { PlainResource.list($0) } + version.reviews.map(\.plainResource)),
        ]
    }

    /// `GET /api` and `GET /apis`, aggregated.
    func aggregated(isCore: Bool) -> JSONValue {
        [
            "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
            "items": .array(all.filter { $0.name.isEmpty == isCore }.map(\.aggregated)),
        ]
    }
}

/// A group with its versions, in the order of their first kinds.
struct ServedGroup: Sendable {
    struct Version: Sendable {
        let name: String
        let apiVersion: String
        var types: [ResourceType]
        var reviews: [SelfReview] = []
    }

    let name: String
    var versions: [Version]

    static func groups(of types: [ResourceType]) -> [ServedGroup] {
        var groups: [ServedGroup] = []
        for type in types {
            let version = Version(name: type.version, apiVersion: type.apiVersion, types: [type])
            guard let group = groups.firstIndex(where: { $0.name == type.group }) else {
                groups.append(ServedGroup(name: type.group, versions: [version]))
                continue
            }
            if let index = groups[group].versions.firstIndex(where: { $0.name == type.version }) {
                groups[group].versions[index].types.append(type)
            } else {
                groups[group].versions.append(version)
            }
        }
        return groups
    }

    /// An item of APIGroupList.
    var json: JSONValue {
        let versions = versions.map { version -> JSONValue in
            ["groupVersion": .string(version.apiVersion), "version": .string(version.name)]
        }
        return ["name": .string(name), "versions": .array(versions), "preferredVersion": versions.first ?? .null]
    }

    /// An item of APIGroupDiscoveryList.
    var aggregated: JSONValue {
        let versions = versions.map { version -> JSONValue in
            [
                "version": .string(version.name), "freshness": "Current",
                "resources": .array(
                    version.types.map(AggregatedResource.json) + version.reviews.map(\.aggregatedResource)),
            ]
        }
        var metadata: JSONValue = ["creationTimestamp": .null]
        if !name.isEmpty { metadata["name"] = .string(name) }
        return ["metadata": metadata, "versions": .array(versions)]
    }
}
