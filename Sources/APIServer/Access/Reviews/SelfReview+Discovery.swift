import JSON

// The reviews as discovery shows them, beside the kinds that are stored.
extension SelfReview {
    static let groups: [ServedGroup] = {
        var groups: [ServedGroup] = []
        for review in allCases {
            if let index = groups.firstIndex(where: { $0.name == review.group }) {
                groups[index].versions[0].reviews.append(review)
            } else {
                let version = ServedGroup.Version(
                    name: SelfReview.version, apiVersion: review.apiVersion, types: [], reviews: [review])
                groups.append(ServedGroup(name: review.group, versions: [version]))
            }
        }
        return groups
    }()

    /// An entry of an APIResourceList.
    var plainResource: JSONValue {
        [
            "name": .string(plural), "singularName": .string(kind.lowercased()), "namespaced": false,
            "kind": .string(kind), "verbs": ["create"],
        ]
    }

    /// An entry of an APIGroupDiscoveryList.
    var aggregatedResource: JSONValue {
        [
            "resource": .string(plural), "singularResource": .string(kind.lowercased()), "scope": "Cluster",
            "responseKind": [
                "group": .string(group), "version": .string(SelfReview.version), "kind": .string(kind),
            ],
            "verbs": ["create"],
        ]
    }
}
