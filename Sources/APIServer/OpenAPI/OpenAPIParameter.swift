import JSON

/// The parameters of operations, in OpenAPI's words.
enum OpenAPIParameter {
    static func path(_ name: String, _ description: String) -> JSONValue {
        [
            "name": .string(name), "in": "path", "required": true, "description": .string(description),
            "schema": ["type": "string", "uniqueItems": true],
        ]
    }

    /// The query parameters of an action (`x-kubernetes-action`).
    static func query(_ action: String) -> [JSONValue] {
        switch action {
        case "list": selection + paging + watching
        case "post", "put": writing
        case "patch": writing + [force]
        case "delete": deletion
        case "deletecollection": selection + deletion
        default: []
        }
    }

    private static let dryRun = string("dryRun", "All: everything is checked, nothing is stored.")

    private static let writing = [
        dryRun, string("fieldManager", "Who writes: owns the fields from then on."),
        string("fieldValidation", "What becomes of unknown fields: Ignore, Warn or Strict."),
    ]

    private static let force = boolean("force", "Server-side apply: take fields over from their other managers.")

    private static let selection = [
        string("labelSelector", "Only objects whose labels match."),
        string("fieldSelector", "Only objects whose fields match."),
    ]

    private static let paging = [
        integer("limit", "At most so many objects; the answer says where the next page starts."),
        string("continue", "The token of the last page."),
        string("resourceVersion", "At least as new as this store version."),
        string("resourceVersionMatch", "NotOlderThan or Exact."),
    ]

    private static let watching = [
        boolean("watch", "Stream changes instead of a list."),
        boolean("allowWatchBookmarks", "Send BOOKMARK events."),
        boolean("sendInitialEvents", "Begin the watch with what is there, and a bookmark after it."),
        integer("timeoutSeconds", "End the watch in order after this time."),
    ]

    private static let deletion = [
        dryRun, integer("gracePeriodSeconds", "Accepted and not used."),
        string("propagationPolicy", "Background, Foreground or Orphan."),
        boolean("orphanDependents", "Older form of propagationPolicy."),
    ]

    private static func string(_ name: String, _ description: String) -> JSONValue {
        query(name, "string", description)
    }
    private static func integer(_ name: String, _ description: String) -> JSONValue {
        query(name, "integer", description)
    }
    private static func boolean(_ name: String, _ description: String) -> JSONValue {
        query(name, "boolean", description)
    }

    private static func query(_ name: String, _ type: String, _ description: String) -> JSONValue {
        [
            "name": .string(name), "in": "query", "description": .string(description),
            "schema": ["type": .string(type), "uniqueItems": true],
        ]
    }
}
